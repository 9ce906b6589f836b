"""What must hold among the rules of a pack: small functions, each of which looks at one thing.

To add a rule, write a function that takes a pack and yields (path, message), and add its name to `PACK_CHECKS`. All
of them run, and everything that is wrong comes back at once. `EXAMPLE_CHECKS` look at the worked answers alone, and a
pack can be used while they complain; `PACK_REMINDERS` tell what is usually a slip and may be right, `SOUND_PACK_REMINDERS`
only of a pack without problems.
"""

from collections.abc import Callable, Iterator

from canbao.policy.checks.conditions import conditions_ask_something, conditions_can_be_met
from canbao.policy.checks.examples import (
    example_clauses_are_written_right,
    example_facts_can_be_read,
    example_payers_are_named_by_a_rule,
    example_refusals_are_known,
    example_targets_are_in_the_table,
    examples_promise_something,
)
from canbao.policy.checks.money import (
    combination_has_an_order,
    incentives_have_a_base,
    lines_have_a_price,
    no_subsidy_over_the_price,
    no_two_rules_without_an_order,
    only_if_nothing_before_has_somebody_before,
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
    held_is_asked_of_a_roster,
    lines_in_rules_are_known,
    lists_name_nothing_twice,
    lists_of_people_come_from_rosters,
    names_mean_one_thing,
    spellings_are_single,
    tiers_in_rules_are_known,
    traits_in_rules_are_known,
)
from canbao.policy.checks.reach import (
    incentives_can_be_earned,
    no_price_hides_another,
    no_way_in_hides_another,
    payers_have_something_to_pay,
    refunds_can_be_asked_for,
    subsidies_speak_for_somebody,
    ways_in_are_open_some_day,
)
from canbao.policy.checks.slips import (
    cases_are_told_once,
    days_lie_near_the_campaign,
    entries_have_names_of_their_own,
    every_category_has_an_example,
    every_department_has_one_name,
    every_limit_has_examples_on_both_sides,
    every_payer_has_one_name,
    every_subsidy_has_an_example,
    every_tier_and_grade_has_its_rule,
    every_trait_is_looked_at,
    every_way_in_has_an_example,
    everybody_has_a_price,
    figures_are_of_one_size,
    lines_by_choice_cost_something,
    no_spelling_nearly_means_another_category,
    nobody_is_covered_twice,
    prices_by_day_meet,
    rosters_come_in_time,
    same_households_choose_a_tier,
    the_benefit_period_is_whole,
    this_year_is_not_last_year,
    whoever_comes_in_late_has_a_start,
)
from canbao.policy.checks.sources import (
    clauses_are_written_right,
    clauses_without_a_rule_are_written_right,
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
    employee_months_are_months,
    late_windows_follow_the_window,
    lengths_are_longer_than_nothing,
    rosters_have_days_in_order,
    starts_make_sense,
    tasks_have_a_day,
    the_benefit_period_follows_the_window,
    the_window_leaves_days_for_who_is_late,
    ways_in_say_one_thing,
)
from canbao.policy.pack import Pack
from canbao.policy.reading import Path

Check = Callable[[Pack], Iterator[tuple[Path, str]]]

CAMPAIGN_CHECKS: tuple[Check, ...] = (
    benefit_period_ends_after_the_window,
    the_benefit_period_follows_the_window,
    the_window_leaves_days_for_who_is_late,
)
"""Whether window and benefit period fit each other. While they do not, what is measured by them waits."""

PACK_CHECKS: tuple[Check, ...] = (
    *CAMPAIGN_CHECKS,
    every_rule_has_a_clause,
    clauses_are_written_right,
    clauses_without_a_rule_are_written_right,
    derived_names_a_field,
    categories_in_rules_are_known,
    traits_in_rules_are_known,
    tiers_in_rules_are_known,
    lines_in_rules_are_known,
    held_is_asked_of_a_roster,
    names_mean_one_thing,
    spellings_are_single,
    lists_name_nothing_twice,
    categories_have_a_rule,
    categories_say_who_decides,
    lists_of_people_come_from_rosters,
    eligibility_looks_at_words_only,
    english_is_of_words_in_the_pack,
    conditions_ask_something,
    conditions_can_be_met,
    tiers_have_names,
    lines_have_a_price,
    prices_say_one_thing,
    prices_add_up,
    no_price_hides_another,
    subsidies_say_one_thing,
    subsidies_speak_for_somebody,
    no_subsidy_over_the_price,
    person_and_payer_make_the_price,
    payers_have_something_to_pay,
    no_two_rules_without_an_order,
    combination_has_an_order,
    only_if_nothing_before_has_somebody_before,
    incentives_have_a_base,
    refunds_say_one_thing,
    incentives_can_be_earned,
    refunds_can_be_asked_for,
    ways_in_say_one_thing,
    employee_months_are_months,
    lengths_are_longer_than_nothing,
    starts_make_sense,
    late_windows_follow_the_window,
    ways_in_are_open_some_day,
    no_way_in_hides_another,
    an_amendment_names_what_it_amends,
    rosters_have_days_in_order,
    tasks_have_a_day,
    targets_are_known_or_asked_for,
    target_rows_follow_the_rate,
    targets_add_up,
)

EXAMPLE_CHECKS: tuple[Check, ...] = (
    examples_promise_something,
    example_clauses_are_written_right,
    example_refusals_are_known,
    example_facts_can_be_read,
    example_payers_are_named_by_a_rule,
    example_targets_are_in_the_table,
)

PACK_REMINDERS: tuple[Check, ...] = (
    every_category_has_an_example,
    every_limit_has_examples_on_both_sides,
    cases_are_told_once,
    no_spelling_nearly_means_another_category,
    every_department_has_one_name,
    every_payer_has_one_name,
    every_trait_is_looked_at,
    every_tier_and_grade_has_its_rule,
    entries_have_names_of_their_own,
    everybody_has_a_price,
    prices_by_day_meet,
    figures_are_of_one_size,
    this_year_is_not_last_year,
    lines_by_choice_cost_something,
    the_benefit_period_is_whole,
    days_lie_near_the_campaign,
    rosters_come_in_time,
    whoever_comes_in_late_has_a_start,
    nobody_is_covered_twice,
    same_households_choose_a_tier,
)

SOUND_PACK_REMINDERS: tuple[Check, ...] = (every_subsidy_has_an_example, every_way_in_has_an_example)
"""These ask the engine about people, which a pack that has problems may not answer."""

MEASURED_BY_THE_CAMPAIGN: frozenset[Check] = frozenset(
    {
        conditions_can_be_met,
        refunds_can_be_asked_for,
        starts_make_sense,
        late_windows_follow_the_window,
        ways_in_are_open_some_day,
        no_way_in_hides_another,
        an_amendment_names_what_it_amends,
        rosters_have_days_in_order,
        every_limit_has_examples_on_both_sides,
        prices_by_day_meet,
        the_benefit_period_is_whole,
        days_lie_near_the_campaign,
        rosters_come_in_time,
        whoever_comes_in_late_has_a_start,
    }
)
"""Their complaints would only repeat that a year of the window or of the benefit period is wrong."""
