from django.urls import path

from canbao.web.township import remittances, township, voids

urlpatterns = [
    path("", township.township, name="township"),
    path("remittances/", remittances.remittances, name="remittances"),
    path("remittances/<uuid:remittance_id>/confirm/", remittances.confirm, name="confirm-remittance"),
    path("voids/", voids.voids, name="voids"),
    path("voids/<uuid:voiding_id>/", voids.answer, name="answer-void"),
    path("remittances/<uuid:remittance_id>/reject/", remittances.reject, name="reject-remittance"),
]
