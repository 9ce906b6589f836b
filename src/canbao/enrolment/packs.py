"""The pack of a campaign, from the text that the campaign keeps; read once a process."""

from functools import lru_cache

from canbao.enrolment.models import Campaign
from canbao.policy import Pack, load_pack_texts


def pack_of(campaign: Campaign) -> Pack:
    return _pack(campaign.pk, campaign.pack_digest)


@lru_cache(maxsize=64)
def _pack(campaign_id: int, digest: str) -> Pack:
    campaign = Campaign.objects.get(pk=campaign_id)
    pack = load_pack_texts(campaign.pack_texts, key=campaign.key)
    if pack.digest != digest:
        raise RuntimeError(f"campaign {campaign_id}: the kept pack has another digest than was published")
    return pack
