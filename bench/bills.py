"""Bills opened for a county of 1.1 million against a bare `INSERT … SELECT` of as many rows into the same columns.

Opening gathers facts, assesses the distinct ones, and writes everybody's bill with foreign keys, unique keys and
row-level security. The bare sentence copies the finished bills into a table of the same columns: without any index or
constraint, with the same indexes, and with the same foreign keys too.
"""

from statistics import median

from bench.county import DAY, owner, sample_county
from bench.result import Result, middle, scaled, seconds
from canbao.access.models import Staff
from canbao.enrolment.domain.campaigns import open_campaign
from canbao.enrolment.models import Bill, Campaign

PEOPLE = 1_141_677
ROUNDS = 3


def measure() -> Result:
    percent = 100 * scaled(PEOPLE, 300) / PEOPLE
    with sample_county(percent) as sample:
        campaign = sample.campaign
        by = Staff.objects.get(username="xian")
        opening, bare = [], []
        for nth in range(ROUNDS):
            opening.append(seconds(lambda: open_campaign(campaign, by=by, on=DAY)))
            bare.append(_copy(""))
            if nth < ROUNDS - 1:
                _close_again(campaign)
        bills = Bill.objects.filter(campaign=campaign).count()
        questions = campaign.assessments.count()
        indexed, guarded = _copy("INCLUDING ALL"), _copy("INCLUDING ALL", foreign_keys=True)
    return Result(
        "bills",
        ratio=median(one / other for one, other in zip(bare, opening, strict=True)),
        against="INSERT … SELECT of as many rows into a table of the same columns without indexes or constraints",
        detail={
            "people": sample.people.height,
            "bills": bills,
            "questions_to_the_policy": questions,
            "rounds": ROUNDS,
            "open_seconds": middle(opening),
            "bare_seconds": middle(bare),
            "bare_with_the_same_indexes_seconds": round(indexed, 3),
            "bare_with_the_same_indexes_and_foreign_keys_seconds": round(guarded, 3),
            "ratio_with_the_same_indexes": round(indexed / median(opening), 4),
            "ratio_with_the_same_indexes_and_foreign_keys": round(guarded / median(opening), 4),
        },
    )


def _copy(like: str, *, foreign_keys: bool = False) -> float:
    """Seconds for one `INSERT … SELECT` of all bills into an empty table of the same columns."""
    owner(f"CREATE TABLE bench_bill (LIKE enrolment_bill {like})")
    if foreign_keys:
        for (constraint,) in owner(
            "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 'enrolment_bill'::regclass AND contype = 'f'"
        ):
            owner(f"ALTER TABLE bench_bill ADD {constraint}")
    took = seconds(lambda: owner("INSERT INTO bench_bill SELECT * FROM enrolment_bill"))
    owner("DROP TABLE bench_bill")
    return took


def _close_again(campaign: Campaign) -> None:
    """As it was before: no bills, no assessments, not open. Only for a measure: the guards are off for a moment."""
    guarded = [
        table for (table,) in owner("SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'append_only'")
    ]
    for table in guarded:
        owner(f"ALTER TABLE {table} DISABLE TRIGGER append_only")
    owner("TRUNCATE enrolment_bill CASCADE")
    for table in guarded:
        owner(f"ALTER TABLE {table} ENABLE TRIGGER append_only")
    owner("DELETE FROM enrolment_billassessment")
    owner("UPDATE enrolment_campaign SET opened_at = NULL")
