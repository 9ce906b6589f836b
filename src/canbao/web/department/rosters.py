"""A department's lists: what it handed over, what became of it, and the next one handed in."""

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from canbao.access.clock import now, today
from canbao.access.may import Work
from canbao.access.models import Role, Staff
from canbao.enrolment.packs import pack_of
from canbao.enrolment.queries import current_campaign
from canbao.kernel.refusal import Refusal
from canbao.policy import Pack
from canbao.rosters.domain.uploading import take_in
from canbao.rosters.models import Roster, Upload
from canbao.rosters.queries import counts_by_outcome, rosters_with_counts
from canbao.web.guards import staff_who_may

ROWS = 100


class RosterForm(forms.Form):
    file = forms.FileField(label=_("名单文件"), help_text=_(".xlsx、.xls 或 .csv，原样上传，不用改格式"))
    department = forms.ChoiceField(label=_("哪个部门的名单"))
    cut_off_on = forms.DateField(label=_("在册截止日"), widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"))
    category = forms.ChoiceField(label=_("表里没有类别一栏时，全表是"), required=False)
    is_full = forms.BooleanField(
        label=_("这是全量名单"), help_text=_("不在表上的人，原来的身份会终止；只是增补的，不要勾"), required=False
    )

    def __init__(self, *args: object, staff: Staff, pack: Pack, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        own = [staff.department] if staff.department else [one.department for one in pack.rosters]
        self.fields["department"].choices = [(name, name) for name in own]
        named = [(one.name, one.name) for one in pack.categories]
        self.fields["category"].choices = [("", _("表里有类别一栏")), *named]


@staff_who_may(Work.IMPORT_ROSTER)
@require_http_methods(["GET", "HEAD", "POST"])
def rosters(request: HttpRequest) -> HttpResponse:
    campaign = current_campaign(request.user.county)
    if campaign is None:
        return render(request, "department/rosters.html")
    pack = pack_of(campaign)
    form = RosterForm(request.POST or None, request.FILES or None, staff=request.user, pack=pack)
    if not form.is_valid():
        return _page(request, form)
    try:
        upload = _taken_in(request.user, pack, **form.cleaned_data)
    except Refusal as no:
        return _page(request, form, no=no)
    return redirect("upload", upload.pk)


def handed_in(roster: Roster) -> str:
    """What became of the rows, and that nothing counts yet."""
    counts = {outcome.value: count for outcome, count in counts_by_outcome(roster).items()}
    return gettext(
        "名单已报送，逐行核对完毕：采用 {taken} 行，更正后采用 {corrected} 行，请核对 {look} 行，未采用 {refused} 行。由另一人确认后才算数。"
    ).format(**counts)


def own_rosters(staff: Staff) -> dict[str, str]:
    """A department sees its own lists; the county all of the county's."""
    narrowed = {"department": staff.department} if staff.role == Role.DEPARTMENT and staff.department else {}
    return {"county": staff.county} | narrowed


def _taken_in(staff: Staff, pack: Pack, *, file: UploadedFile, **given: object) -> Upload:
    content = b"".join(file.chunks())
    return take_in(
        content, pack=pack, county=staff.county, file_name=file.name or "", by=staff, at=now(), on=today(), **given
    )  # fmt: skip


def _page(request: HttpRequest, form: RosterForm, *, no: Refusal | None = None) -> HttpResponse:
    waiting = Upload.objects.filter(uploaded_by=request.user.username, **own_rosters(request.user)).exclude(
        state=Upload.State.DONE
    )
    context = {
        "form": form,
        "rosters": rosters_with_counts(**own_rosters(request.user))[:ROWS],
        "waiting": waiting.defer("file_sealed", "seen"),
        "no": no,
    }
    return render(request, "department/rosters.html", context, status=409 if no else 422 if form.errors else 200)
