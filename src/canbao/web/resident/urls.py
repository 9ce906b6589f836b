from django.urls import path

from canbao.web.resident import entering, household, paying

urlpatterns = [
    path("", household.household, name="resident-household"),
    path("enter/", entering.enter, name="resident-enter"),
    path("leave/", entering.leave, name="resident-leave"),
    path("pay/", paying.pay, name="resident-pay"),
    path("orders/<uuid:order_id>/", paying.order, name="resident-order"),
    path("orders/<uuid:order_id>/back/", paying.back_from_paying, name="resident-back"),
    path("orders/<uuid:order_id>/give-up/", paying.not_paying, name="resident-give-up"),
    path("receipts/<int:receipt_id>/", household.receipt, name="resident-receipt"),
]
