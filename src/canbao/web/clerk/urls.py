from django.urls import path

from canbao.web.clerk import drawer, household, receipt, today

urlpatterns = [
    path("village/", today.today, name="clerk-today"),
    path("households/", household.find, name="find-household"),
    path("households/<int:household_id>/", household.household, name="household"),
    path("households/<int:household_id>/cash/", household.cash, name="take-cash"),
    path("receipts/<int:receipt_id>/", receipt.receipt, name="receipt"),
    path("receipts/<int:receipt_id>/print/", receipt.print_receipt, name="print-receipt"),
    path("drawer/", drawer.drawer_page, name="drawer"),
]
