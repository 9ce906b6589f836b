"""The pack of a campaign, from the text of its edition in force; read once a process."""

from functools import lru_cache

from canbao.enrolment.models import Campaign, Edition
from canbao.enrolment.queries import current_campaign
from canbao.policy import Pack, load_pack_texts


def pack_of(campaign: Campaign) -> Pack:
    return _pack(campaign.pk, campaign.key, campaign.pack_digest)


def pack_in_force(county: str) -> Pack | None:
    """Of the campaign that was opened last in a county; None before the first one."""
    campaign = current_campaign(county)
    return pack_of(campaign) if campaign is not None else None


@lru_cache(maxsize=64)
def _pack(campaign_id: int, key: str, digest: str) -> Pack:
    edition = Edition.objects.get(campaign=campaign_id, digest=digest)
    pack = load_pack_texts(edition.texts, key=key)
    if pack.digest != digest:
        raise RuntimeError(f"campaign {campaign_id}: the kept pack has another digest than was published")
    return pack


def traits_known(pack: Pack | None, *traits: str) -> list[str]:
    """Those of these traits that the notice in force looks at, by its own names for them. One that it does not know would be no
    answer but a question to whoever wrote it (`UnknownTrait`).
    """
    names = pack.trait_names if pack is not None else {}
    return [names[trait] for trait in traits if trait in names]


def children_apart(pack: Pack | None) -> str:
    """The clause by which children of two parents in the employee scheme are a household of their own; "" where there is none."""
    return pack.household.children_apart.clause if pack and pack.household.children_apart else ""
