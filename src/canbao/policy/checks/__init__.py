"""What must hold among the rules of a pack: small functions, each of which looks at one thing.

To add a rule, write a function that takes a pack and yields (path, message), and add its name to `PACK_CHECKS`. All
of them run, and everything that is wrong comes back at once.
"""

from collections.abc import Callable, Iterator

from canbao.policy.checks.money import (
    combination_has_an_order,
    incentives_have_a_base,
    lines_have_a_price,
    no_price_hides_another,
    no_subsidy_over_the_price,
    no_two_rules_without_an_order,
    person_and_payer_make_the_price,
    prices_add_up,
    prices_say_one_thing,
    refunds_say_one_thing,
    subsidies_say_one_thing,
    tiers_have_names,
)
from canbao.policy.checks.names import (
    categories_have_a_rule,
    categories_in_rules_are_known,
    categories_say_who_decides,
    eligibility_looks_at_words_only,
    english_is_of_words_in_the_pack,
    lines_in_rules_are_known,
    names_mean_one_thing,
    tiers_in_rules_are_known,
    traits_in_rules_are_known,
)
from canbao.policy.checks.sources import (
    clauses_are_written_right,
    derived_names_a_field,
    every_rule_has_a_clause,
)
from canbao.policy.checks.targets import (
    target_rows_follow_the_rate,
    targets_add_up,
    targets_are_known_or_asked_for,
)
from canbao.policy.checks.time import (
    an_amendment_names_what_it_amends,
    benefit_period_ends_after_the_window,
    conditions_can_be_met,
    late_windows_follow_the_window,
    no_way_in_hides_another,
    tasks_have_a_day,
    waits_make_sense,
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
    lines_in_rules_are_known,
    names_mean_one_thing,
    categories_have_a_rule,
    categories_say_who_decides,
    eligibility_looks_at_words_only,
    english_is_of_words_in_the_pack,
    tiers_have_names,
    lines_have_a_price,
    prices_say_one_thing,
    prices_add_up,
    no_price_hides_another,
    subsidies_say_one_thing,
    no_subsidy_over_the_price,
    person_and_payer_make_the_price,
    no_two_rules_without_an_order,
    combination_has_an_order,
    incentives_have_a_base,
    refunds_say_one_thing,
    benefit_period_ends_after_the_window,
    conditions_can_be_met,
    ways_in_say_one_thing,
    waits_make_sense,
    late_windows_follow_the_window,
    no_way_in_hides_another,
    an_amendment_names_what_it_amends,
    tasks_have_a_day,
    targets_are_known_or_asked_for,
    target_rows_follow_the_rate,
    targets_add_up,
)
