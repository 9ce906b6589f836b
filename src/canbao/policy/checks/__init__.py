"""What must hold among the rules of a pack: small functions, each of which looks at one thing.

To add a rule, write a function that takes a pack and yields (path, message), and add its name to `PACK_CHECKS`. All
of them run, and everything that is wrong comes back at once.
"""

from collections.abc import Callable, Iterator

from canbao.policy.checks.money import (
    combination_has_an_order,
    no_subsidy_over_the_price,
    no_two_rules_without_an_order,
    person_and_payer_make_the_price,
    prices_add_up,
    subsidies_say_one_thing,
    tiers_have_names,
)
from canbao.policy.checks.names import (
    categories_have_a_rule,
    categories_in_rules_are_known,
    eligibility_looks_at_words_only,
    english_is_of_words_in_the_pack,
    names_mean_one_thing,
    tiers_in_rules_are_known,
    traits_in_rules_are_known,
)
from canbao.policy.checks.sources import clauses_are_written_right, derived_names_a_field, every_rule_has_a_clause
from canbao.policy.checks.targets import target_rows_follow_the_rate, targets_add_up, targets_are_known_or_asked_for
from canbao.policy.checks.time import (
    benefit_period_ends_after_the_window,
    late_windows_follow_the_window,
    no_way_in_hides_another,
    tasks_have_a_day,
    ways_in_say_one_thing,
)
from canbao.policy.pack import Pack
from canbao.policy.reading import Path

PACK_CHECKS: tuple[Callable[[Pack], Iterator[tuple[Path, str]]], ...] = (
    every_rule_has_a_clause,
    clauses_are_written_right,
    derived_names_a_field,
    categories_in_rules_are_known,
    traits_in_rules_are_known,
    tiers_in_rules_are_known,
    names_mean_one_thing,
    categories_have_a_rule,
    eligibility_looks_at_words_only,
    english_is_of_words_in_the_pack,
    tiers_have_names,
    prices_add_up,
    subsidies_say_one_thing,
    no_subsidy_over_the_price,
    person_and_payer_make_the_price,
    no_two_rules_without_an_order,
    combination_has_an_order,
    benefit_period_ends_after_the_window,
    ways_in_say_one_thing,
    late_windows_follow_the_window,
    no_way_in_hides_another,
    tasks_have_a_day,
    targets_are_known_or_asked_for,
    target_rows_follow_the_rate,
    targets_add_up,
)
