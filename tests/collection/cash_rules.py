"""The notice of the small county says nothing of cash; here it gets limits, as an edition of its own."""

from canbao.enrolment.domain.campaigns import _freeze
from canbao.enrolment.models import Campaign
from canbao.policy import load_pack_texts


def with_cash_rule(campaign: Campaign, rule: str, *, stops: bool = False) -> Campaign:
    """As if the notice had said so from the beginning. `rule` is YAML: `{remit_within: 30天, on_reaching_yuan: 1500, clause: 五}`."""
    texts = dict(campaign.editions.get().texts)
    (name,) = (name for name, text in texts.items() if "\ncollecting:\n" in text)
    texts[name] = texts[name].replace("\ncollecting:\n", f"\ncollecting:\n  cash: {rule}\n")
    edition = _freeze(campaign, load_pack_texts(texts, key=campaign.key), number=2, by="")
    Campaign.objects.filter(pk=campaign.pk).update(pack_digest=edition.digest, cash_stops=stops)
    campaign.refresh_from_db()
    return campaign
