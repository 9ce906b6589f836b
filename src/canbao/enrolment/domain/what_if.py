"""What another notice would mean for the people on the register: counted before anybody decides, and nothing is changed.

The people come as one table from one SQL sentence; who has the same facts is read once.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from io import BytesIO

import polars as pl
from django.db import connection, transaction

from canbao.access.may import Work, check_may
from canbao.access.models import Staff
from canbao.access.record import record
from canbao.enrolment.domain.bills import planned_for_a_county
from canbao.enrolment.domain.facts import FACTS, known_by_kind
from canbao.enrolment.models import Campaign, Edition
from canbao.enrolment.packs import pack_of
from canbao.enrolment.refusals import TrialUnderWay
from canbao.policy import Pack, PackBroken, facts_from_json, load_pack_texts
from canbao.policy.check_figures import without_check_figures
from canbao.policy.people_table import table_of
from canbao.policy.simulate import Simulation, simulate

PERSON, TOWN = "resident_id", "town"
_TOWN_DIGITS = 9
_PEOPLE = f"""
COPY (SELECT f.resident_id, rpad(left(f.division, {_TOWN_DIGITS}), 12, '0') AS town, f.facts->>'born_on' AS born_on,
             (f.facts - 'born_on')::text AS said
        FROM ({FACTS}) f ORDER BY f.division, f.resident_id) TO STDOUT (FORMAT csv, HEADER)
"""  # noqa: S608 - our own sentence
_COLUMNS = {PERSON: pl.Int64, TOWN: pl.String, "born_on": pl.Date, "said": pl.String}


def what_if(campaign: Campaign, other: Pack, *, by: Staff, on: date, paid_on: date | None = None) -> Simulation:
    """Everybody on the register under the campaign's rules and under the other ones, by town.

    `on` is the day whose categories count. Everybody is taken to pay on `paid_on`; without it on the first day of
    either notice's window, so that notices of two years can be laid side by side. An amendment is asked about from
    the day on which it holds, unless a day is given. The answer's `changed` has `resident_id` and `town`.

    Says no, in this order: `NotYourDivision`, `NotYourWork`, `TrialUnderWay`.
    """
    check_may(by, Work.OPEN_CAMPAIGN, division=campaign.county.ljust(12, "0"))
    with _one_at_a_time(campaign.county):
        return _tried(campaign, other, by=by, on=on, paid_on=paid_on)


def _tried(campaign: Campaign, other: Pack, *, by: Staff, on: date, paid_on: date | None) -> Simulation:
    people = _people(campaign, on=on)
    day = paid_on or (other.document.holds_from if other.before is not None else None)
    if day is not None:
        people = people.with_columns(on=pl.lit(day), paid_on=pl.lit(day))
    found = simulate(pack_of(campaign), other, people, TOWN)
    record(
        "policy.simulated",
        f"campaign:{campaign.pk}",
        county=campaign.county,
        actor=f"staff:{by.username}",
        digest=other.digest,
        on=on.isoformat(),
        paid_on=None if day is None else day.isoformat(),
        people=people.height,
        changed=found.changed.height,
    )
    return found


def texts_in_force(campaign: Campaign) -> dict[str, str]:
    """The files of the campaign's rules, by name."""
    return dict(Edition.objects.get(campaign=campaign, digest=campaign.pack_digest).texts)


@dataclass(frozen=True, slots=True)
class Rewritten:
    """The rules with some files written anew. `is_eased`: figures that only check others did not fit and were left out."""

    pack: Pack
    is_eased: bool


def rewritten(campaign: Campaign, changed: Mapping[str, str]) -> Rewritten:
    """The campaign's rules with some files written anew.

    Whoever tries another price need not change every figure that follows from it: what a notice says twice (the total,
    what is left to pay beside a subsidy) is left out where it does not fit any more, and follows from the rest.
    Raises `PackBroken` with all problems, at the lines that were written.
    """
    texts = texts_in_force(campaign) | dict(changed)
    try:
        return Rewritten(load_pack_texts(texts, key=campaign.key), is_eased=False)
    except PackBroken as broken:
        eased = texts | {name: without_check_figures(text) for name, text in changed.items()}
        try:
            return Rewritten(load_pack_texts(eased, key=campaign.key), is_eased=True)
        except PackBroken:
            raise broken from None


@contextmanager
def _one_at_a_time(county: str) -> Iterator[None]:
    """A county's people fill some of the machine's memory; two trials at once would fill it twice."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [f"what-if|{county}"])
            if not cursor.fetchone()[0]:
                raise TrialUnderWay
        yield


def _people(campaign: Campaign, *, on: date) -> pl.DataFrame:
    """Who they are, where they live, and what is known of them, as `simulate` reads it."""
    asked = {"county": campaign.county, "on": on, "residents": None, "born_from": date.min, "paid_in": None}
    parameters = asked | known_by_kind(pack_of(campaign))
    with planned_for_a_county(whole=True), connection.cursor() as cursor, cursor.copy(_PEOPLE, parameters) as rows:
        read = BytesIO(b"".join(rows))
    people = pl.read_csv(read, schema=_COLUMNS)
    said = people.select(pl.col("said").unique(maintain_order=True))
    facts = table_of(facts_from_json(json.loads(text)) for text in said["said"]).drop("born_on", "on", "paid_on")
    return people.join(said.hstack(facts), on="said", how="left", maintain_order="left").drop("said")
