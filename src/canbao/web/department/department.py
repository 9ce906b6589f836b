"""A department's lists: what it handed over, and what became of each row."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from canbao.access.may import Work
from canbao.web.guards import staff_who_may


@staff_who_may(Work.IMPORT_ROSTER)
@require_safe
def department(request: HttpRequest) -> HttpResponse:
    return render(request, "department/department.html")
