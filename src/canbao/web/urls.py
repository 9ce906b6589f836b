"""Every address of a page. No address holds a personal number; what is typed to find somebody comes by POST."""

from django.contrib.auth.views import LogoutView
from django.urls import include, path
from django.views.i18n import set_language

from canbao.web.front import front
from canbao.web.printing import print_receipts
from canbao.web.signing_in import desk, sign_in
from canbao.web.stock import answer, stock
from canbao.web.verifying import verify_receipt

urlpatterns = [
    path("", front, name="front"),
    path("language/", set_language, name="set_language"),
    path("verify/", verify_receipt, name="verify"),
    path("sign-in/", sign_in, name="sign-in"),
    path("sign-out/", LogoutView.as_view(), name="sign-out"),
    path("desk/", desk, name="desk"),
    path("receipts/print/", print_receipts, name="print-receipts"),
    path("stock/", stock, name="stock"),
    path("stock/<uuid:hand_over_id>/", answer, name="answer-hand-over"),
    path("my/", include("canbao.web.resident.urls")),
    path("", include("canbao.web.clerk.urls")),
    path("township/", include("canbao.web.township.urls")),
    path("county/", include("canbao.web.county.urls")),
    path("department/", include("canbao.web.department.urls")),
]
