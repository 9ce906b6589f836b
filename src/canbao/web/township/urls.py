from django.urls import path

from canbao.web.township import remittances, township

urlpatterns = [
    path("", township.township, name="township"),
    path("remittances/", remittances.remittances, name="remittances"),
    path("remittances/<uuid:remittance_id>/confirm/", remittances.confirm, name="confirm-remittance"),
]
