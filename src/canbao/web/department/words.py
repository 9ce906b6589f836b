"""A department's own words for its columns and for categories: which there are, who said so and when; and to forget one."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from canbao.access.clock import now
from canbao.access.may import Work
from canbao.access.names import names_of_staff
from canbao.documents.columns import Field
from canbao.enrolment.queries import current_campaign
from canbao.rosters.domain.learning import forget
from canbao.rosters.models import LearnedWord
from canbao.web.department.rosters import own_rosters
from canbao.web.department.uploads import FIELDS
from canbao.web.guards import staff_who_may


@staff_who_may(Work.IMPORT_ROSTER)
@require_safe
def words(request: HttpRequest) -> HttpResponse:
    known = list(LearnedWord.objects.filter(**own_rosters(request.user), forgotten_at__isnull=True))
    names = names_of_staff(f"staff:{one.learned_by}" for one in known)
    for one in known:
        one.who = names.get(f"staff:{one.learned_by}", "")
        if one.kind == LearnedWord.Kind.COLUMN:
            one.says = FIELDS[Field(one.meaning)] if one.meaning else _("不用")
        else:
            one.says = one.meaning or _("都不是通知里的类别")
    context = {
        "kinds": [(kind, [one for one in known if one.kind == kind]) for kind in LearnedWord.Kind],
        "of_all": not request.user.department,
        "campaign": current_campaign(request.user.county),
    }
    return render(request, "department/words.html", context)


@staff_who_may(Work.IMPORT_ROSTER)
@require_http_methods(["GET", "HEAD", "POST"])
def forget_word(request: HttpRequest, word_id: int) -> HttpResponse:
    if request.method != "POST":
        return redirect("learned-words")
    one = get_object_or_404(LearnedWord, pk=word_id, **own_rosters(request.user))
    forget(one, by=request.user, at=now())
    messages.success(request, _("已忘掉“{word}”：以后按通常的意思理解。").format(word=one.word))
    return redirect("learned-words")
