"""Staff sign in, and from then on every page says who is at work: name, role, place."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.signals import user_logged_in
from django.contrib.auth.views import LoginView
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from canbao.access.middleware import RESIDENT_SESSION_KEY
from canbao.access.models import Role, Staff
from canbao.divisions.models import Division

DESKS: dict[Role, str] = {
    Role.VILLAGE_CLERK: "clerk-today",
    Role.SCHOOL_CLERK: "clerk-today",
    Role.TOWNSHIP: "township",
    Role.FINANCE_BRANCH: "township",
    Role.DEPARTMENT: "department",
    Role.COUNTY: "county",
    Role.TAX: "county",
    Role.CITY: "county",
}


class SignInForm(AuthenticationForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label, self.fields["password"].label = _("用户名"), _("密码")


sign_in = LoginView.as_view(template_name="sign_in.html", form_class=SignInForm, redirect_authenticated_user=True)


@never_cache
@login_required
def desk(request: HttpRequest) -> HttpResponse:
    """To the page where this role's day begins."""
    return redirect(DESKS[Role(request.user.role)])


@receiver(user_logged_in)
def at_work(sender: object, request: HttpRequest, user: Staff, **kwargs: Any) -> None:
    """A phone that a resident used before is a clerk's now; and the place is kept, so that no page has to look it up."""
    request.session.pop(RESIDENT_SESSION_KEY, None)
    place = Division.objects.filter(pk=user.division).values_list("name", flat=True).first()
    request.session["place"] = place or user.division
