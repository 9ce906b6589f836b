"""Small words for templates."""

from datetime import date, datetime

import segno
from django import template
from django.template import Context
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from canbao.access.may import Work
from canbao.access.may import may as staff_may
from canbao.access.models import Role, Staff
from canbao.documents.qr import MASK
from canbao.enrolment.models import Campaign
from canbao.enrolment.packs import pack_of
from canbao.kernel import fen as kernel_fen
from canbao.kernel.refusal import Refusal
from canbao.web import words
from canbao.web.verdicts import verdict

register = template.Library()
register.filter("verdict", verdict)


register.filter("prose", words.prose)


@register.filter
def money(fen: int) -> SafeString:
    """`320元`, never broken over two lines."""
    return words.prose(words.money(fen))


@register.filter
def minus(fen: int) -> int:
    return -fen


@register.filter
def yuan(fen: int | None) -> str:
    """`1,280.00`, for columns of figures."""
    return "" if fen is None else words.grouped(kernel_fen.yuan(fen))


@register.filter
def count(people: int | None) -> str:
    """`1,280`."""
    return "" if people is None else f"{people:,}"


@register.filter
def tail(masked: str) -> str:
    """The last four characters of a number behind a short mask: enough to tell two people of a family apart."""
    return f"****{masked[-4:]}" if masked[-4:].isalnum() and masked.isascii() else _("暂无证件号码")


@register.filter
def day(value: date | datetime | None) -> str:
    """`2022年1月1日`, `1 January 2022`; never broken over two lines."""
    if value is None:
        return ""
    local = timezone.localtime(value) if isinstance(value, datetime) else value
    return format_html('<time datetime="{}">{}</time>', f"{local:%Y-%m-%d}", date_format(local, _("Y年n月j日")))


@register.filter
def moment(value: datetime) -> str:
    return date_format(timezone.localtime(value), _("Y年n月j日 H:i"))


@register.filter
def percent(rate: object) -> str:
    return "" if rate is None else f"{float(rate) * 100:.1f}%"  # type: ignore[arg-type]


@register.filter
def may(staff: Staff, work: str) -> bool:
    """`{% if user|may:"COLLECT" %}`: the button asks the same table as the action."""
    return staff_may(staff, Work[work])


@register.filter
def word(label: object) -> str:
    """The label of a choice of the rooms below, in the reader's language."""
    return _(str(label))


@register.filter
def role_name(staff: Staff) -> str:
    return _(Role(staff.role).label)


@register.inclusion_tag("_refused.html", takes_context=True)
def refused(context: Context, no: Refusal | None) -> dict[str, object]:
    """The no, with what helps. Where the page is about a campaign, in the words that its notice has in English."""
    campaign = context.get("campaign")
    glossary = pack_of(campaign).english if no and campaign else words.NO_GLOSSARY
    return {"no": words.refusal_words(no, glossary) if no else None}


@register.simple_tag
def notice_word(campaign: Campaign, text: str) -> SafeString:
    """A name of the notice, such as a category, in the reader's language where its pack has it."""
    return words.prose(words.of_the_notice(text, pack_of(campaign).english))


@register.simple_tag
def qr(content: str) -> SafeString:
    """A QR code as an inline picture, without script or style."""
    code = segno.make(content, error="m", mask=MASK, micro=False)
    return mark_safe(code.svg_inline(omitsize=True, border=2, svgclass="qr", lineclass=None))  # noqa: S308 - made here
