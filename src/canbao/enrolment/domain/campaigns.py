"""A campaign from the published notice to the day it opens."""

from dataclasses import dataclass
from datetime import date

from django.db import transaction

from canbao.access.clock import now
from canbao.access.may import Work, check_may
from canbao.access.models import Staff
from canbao.access.record import record
from canbao.divisions.models import Division
from canbao.divisions.queries import below
from canbao.enrolment.domain.bills import make_bills
from canbao.enrolment.models import Campaign, Edition, Target
from canbao.enrolment.refusals import (
    CampaignAlreadyOpen,
    NotAnAmendment,
    NoticeAmends,
    NoticeOfElsewhere,
    OtherBenefitPeriod,
    OtherPackPublished,
    SeasonsOverlap,
)
from canbao.kernel.division_code import DivisionCode
from canbao.policy import Pack

DIGITS_SHOWN = 12  # of a digest: enough for people to compare


@dataclass(frozen=True, slots=True)
class Published:
    """A campaign, and the places to which its notice gives a target and which are not on the register of divisions:
    their targets count nowhere until the places are there and the pack is published again."""

    campaign: Campaign
    unknown_places: tuple[str, ...]


@transaction.atomic
def begin_season(pack: Pack, *, county: str, by: Staff) -> Published:
    """The county takes a notice that means its people (`is_of`) for a season; it is opened later. Again is the same.

    Says no, in this order: `NotYourDivision`, `NotYourWork`, `NoticeOfElsewhere`, `NoticeAmends`, `OtherPackPublished`.
    """
    here = DivisionCode(county)
    check_may(by, Work.OPEN_CAMPAIGN, division=here)
    if not is_of(pack, county=county):
        raise NoticeOfElsewhere(title=pack.document.title, place=pack.document.place, code=pack.document.place_code)
    if pack.document.holds_from is not None:
        raise NoticeAmends(title=pack.document.title, holds_from=pack.document.holds_from)
    is_new = not Campaign.objects.filter(county=here[:6], key=pack.key).exists()
    done = publish(pack, county=here[:6])
    if is_new:
        record("campaign.published", f"campaign:{done.campaign.pk}", county=here[:6], actor=f"staff:{by.username}", digest=pack.digest)  # fmt: skip
    return done


def is_of(pack: Pack, *, county: str) -> bool:
    """Whether a notice means the people of that county: its own, that of its city or province, or of one of its towns."""
    place, here = DivisionCode(pack.document.place_code), DivisionCode(county)
    return place.covers(here) or here.covers(place)


@transaction.atomic
def publish(pack: Pack, *, county: str, title: str | None = None) -> Published:
    """Keep the pack in the database as a campaign of a county, with its targets. Publishing the same again is the same.

    Says no: `OtherPackPublished`.
    """
    campaign, is_new = Campaign.objects.get_or_create(
        county=county,
        key=pack.key,
        defaults={
            "title": title or pack.document.title,
            "pack_digest": pack.digest,
            "window_from": pack.window.first,
            "window_until": pack.window.last,
            "benefit_from": pack.period.first,
            "benefit_until": pack.period.last,
        },
    )
    if is_new:
        _freeze(campaign, pack, number=1, by="")
    if campaign.pack_digest != pack.digest:
        published, given = campaign.pack_digest[:DIGITS_SHOWN], pack.digest[:DIGITS_SHOWN]
        raise OtherPackPublished(key=pack.key, published=published, given=given)
    unknown: tuple[str, ...] = ()
    if pack.targets is not None:
        standing = below(county, Division.Level.TOWN).filter(until__isnull=True)
        places = {place.name: place for place in standing}
        Target.objects.bulk_create(
            [
                Target(campaign=campaign, division=places[unit.name], population=unit.population, people=unit.people)
                for unit in pack.targets.units
                if unit.name in places
            ],
            ignore_conflicts=True,
        )
        unknown = tuple(unit.name for unit in pack.targets.units if unit.name not in places)
    return Published(campaign, unknown)


def _freeze(campaign: Campaign, pack: Pack, *, number: int, by: str) -> Edition:
    cash = pack.collecting.cash
    within = cash.remit_within if cash else None
    return Edition.objects.create(
        campaign=campaign,
        county=campaign.county,
        number=number,
        digest=pack.digest,
        texts=pack.texts,
        holds_from=pack.document.holds_from,
        cash_months=within.months if within else None,
        cash_days=within.days if within else None,
        cash_limit_fen=cash.on_reaching_fen if cash else None,
        cash_clause=cash.where if cash else "",
        published_at=now(),
        published_by=by,
    )


@transaction.atomic
def amend(campaign: Campaign, pack: Pack, *, by: Staff) -> Edition:
    """Put an amendment in force: from its day on, who pays is answered by it; who paid before, by what it amends.

    Bills are not touched here: re-adjusting (`collection`) asks about everybody again and makes the differences.
    The collection window may change with it, the benefit period may not: people are enrolled for it.

    Says no, in this order: `NotYourDivision`, `NotYourWork`, `NotAnAmendment`, `OtherBenefitPeriod`.
    """
    check_may(by, Work.OPEN_CAMPAIGN, division=campaign.county.ljust(12, "0"))
    campaign = Campaign.objects.select_for_update(no_key=True).get(pk=campaign.pk)  # who takes cash refers to it
    known = Edition.objects.filter(campaign=campaign, digest=pack.digest).first()
    if known is not None and known.digest == campaign.pack_digest:
        return known
    if pack.before is None or pack.before.digest != campaign.pack_digest:
        raise NotAnAmendment(title=campaign.title, in_force=campaign.pack_digest[:DIGITS_SHOWN])
    if (pack.period.first, pack.period.last) != (campaign.benefit_from, campaign.benefit_until):
        raise OtherBenefitPeriod(first=campaign.benefit_from, last=campaign.benefit_until)
    edition = _freeze(campaign, pack, number=campaign.editions.count() + 1, by=by.username)
    campaign.pack_digest = pack.digest
    campaign.window_from, campaign.window_until = pack.window.first, pack.window.last
    campaign.save(update_fields=["pack_digest", "window_from", "window_until"])
    record(
        "campaign.amended",
        f"campaign:{campaign.pk}",
        county=campaign.county,
        actor=f"staff:{by.username}",
        edition=edition.number,
        digest=pack.digest,
        holds_from=str(edition.holds_from),
    )
    return edition


def check_can_open(campaign: Campaign) -> None:
    """Nobody is enrolled twice for one benefit period, so nobody is billed twice for it: a county has one open season of each.

    Says no, in this order: `CampaignAlreadyOpen`, `SeasonsOverlap`.
    """
    if campaign.opened_at is not None:
        raise CampaignAlreadyOpen(title=campaign.title)
    opened = Campaign.objects.filter(county=campaign.county, opened_at__isnull=False).order_by("pk")
    other = opened.filter(benefit_from__lte=campaign.benefit_until, benefit_until__gte=campaign.benefit_from).first()
    if other is not None:
        raise SeasonsOverlap(
            title=campaign.title, other=other.title, first=other.benefit_from, last=other.benefit_until
        )


@transaction.atomic
def open_campaign(campaign: Campaign, *, by: Staff, on: date) -> int:
    """Everybody gets their bill. Returns how many bills were made.

    Says no, in this order: `NotYourDivision`, `NotYourWork`, `CampaignAlreadyOpen`, `SeasonsOverlap`.
    """
    check_may(by, Work.OPEN_CAMPAIGN, division=campaign.county.ljust(12, "0"))
    # every season of the county, so that two of one year are not opened at once; money for another year goes on
    seasons = Campaign.objects.select_for_update(no_key=True).filter(county=campaign.county).order_by("pk")
    campaign = {one.pk: one for one in seasons}[campaign.pk]
    check_can_open(campaign)
    made = make_bills(campaign, on=max(on, campaign.window_from))
    campaign.opened_at, campaign.opened_by = now(), by.username
    campaign.save(update_fields=["opened_at", "opened_by"])
    record(
        "campaign.opened", f"campaign:{campaign.pk}", county=campaign.county, actor=f"staff:{by.username}", bills=made
    )
    return made
