"""银行代收与刷卡: files of banks and terminals are brought in here, and what does not agree is worked off with a note."""

from collections import Counter
from uuid import uuid4

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from canbao.access.clock import now
from canbao.access.may import Work
from canbao.access.record import record
from canbao.collection.domain.bank_files import reconcile_bank
from canbao.collection.models import Channel, Mismatch, MismatchKind, StatementKind
from canbao.enrolment.models import Campaign
from canbao.enrolment.queries import current_campaign
from canbao.kernel.refusal import Refusal
from canbao.web.county.taxes import differences, worked_off
from canbao.web.guards import staff_who_may

KINDS = (StatementKind.BANK, StatementKind.POS)
WHAT_TO_DO = {
    MismatchKind.DOUBLED: _("同一流水只入账了一次。请向银行核实是否多列。"),
    MismatchKind.MISSING_HERE: _("还没有入账，多半是代收单位没有电子票据了。补足票据后，把同一个文件再上传一次。"),
    MismatchKind.MISSING_THERE: _("以前入过账，这次文件里没有。请向银行核实是否冲正。"),
    MismatchKind.AMOUNT: _("与应缴的金额不同。没有入账的在待查款项里办理；已经入账的请向银行核实。"),
    MismatchKind.DAY: _("入账的日期不变。请向银行核实是哪一天收的。"),
    MismatchKind.PERSON_UNKNOWN: _("按订单号和证件号码都找不到人。请问银行要缴费人的电话，在待查款项里办理。"),
    MismatchKind.SEVERAL: _("这一户不止一个人、一种办法对得上。请问清是为谁缴的，在待查款项里办理。"),
    MismatchKind.NO_BILL: _("这一户没有待缴的账单。请核实身份，在待查款项里入账或退回。"),
    MismatchKind.NOT_IN_TIME: _("按通知那一天不能缴。请在待查款项里办理。"),
    MismatchKind.PAID_TWICE: _("这个人已经缴过。多缴的在待退款或待查款项里，审核后转账退回。"),
}


class BankFileForm(forms.Form):
    """`agency` is whose numbers they are: two banks may use the same."""

    statement_id = forms.UUIDField(widget=forms.HiddenInput)
    channel = forms.ChoiceField(
        label=_("来源"), choices=[(one.value, one.label) for one in (Channel.BANK, Channel.POS)]
    )
    agency = forms.RegexField(
        r"^[^|]+$", label=_("银行或刷卡机构"), max_length=20, help_text=_("每次写一样的名称，例如：农商行")
    )
    file = forms.FileField(
        label=_("明细文件"), help_text=_("表格或文本：流水号、交易时间、金额、订单号或证件号码，有的再加姓名、网点")
    )


@staff_who_may(Work.RECONCILE)
@require_http_methods(["GET", "HEAD", "POST"])
def banks(request: HttpRequest) -> HttpResponse:
    campaign = current_campaign(request.user.county)
    if campaign is None:
        raise Http404
    if request.method != "POST":
        return _page(request, campaign)
    form = BankFileForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, campaign, form)
    given = dict(form.cleaned_data)
    file, channel = given.pop("file"), Channel(given.pop("channel"))
    try:
        done = reconcile_bank(
            **given, channel=channel, campaign=campaign, content=file.read(), file_name=file.name, by=request.user, at=now()
        )  # fmt: skip
    except Refusal as no:
        return _page(request, campaign, form, no=no)
    said = gettext("已核对 {lines} 行：{confirmed} 笔新入账，{matched} 笔相符。")
    messages.success(request, said.format(lines=done.lines, confirmed=done.confirmed, matched=done.matched))
    return redirect("banks")


@staff_who_may(Work.RECONCILE)
@require_http_methods(["GET", "HEAD", "POST"])
def work_off_bank_mismatch(request: HttpRequest, mismatch_id: int) -> HttpResponse:
    return worked_off(request, mismatch_id, kinds=KINDS, back="banks", page=_page)


def _page(
    request: HttpRequest, campaign: Campaign, form: BankFileForm | None = None, *, no: Refusal | None = None
) -> HttpResponse:
    shown = differences(campaign, KINDS)
    for one in shown["open"]:
        one.what_to_do = WHAT_TO_DO.get(one.kind, "")
    waiting = Mismatch.objects.filter(
        statement__in=shown["statements"], worked_by__isnull=True, gone_with__isnull=True
    ).values_list("statement", "kind")
    counted = Counter(waiting)
    for one in shown["statements"]:
        one.kinds = [(kind.label, counted[one.pk, kind]) for kind in MismatchKind if counted[one.pk, kind]]
    context = {
        **shown,
        "form": form or BankFileForm(initial={"statement_id": uuid4()}),
        "work_off": "work-off-bank-mismatch",
        "no": no,
    }
    record(
        "mismatches.read", f"division:{request.user.division}", county=request.user.county,
        mismatches=[one.pk for one in (*shown["open"], *shown["done"])],
    )  # fmt: skip
    return render(request, "county/banks.html", context, status=409 if no else 422 if form and form.errors else 200)
