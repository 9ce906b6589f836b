from django.urls import path

from canbao.web.clerk import changes, drawer, household, receipt, today

urlpatterns = [
    path("village/", today.today, name="clerk-today"),
    path("households/", household.find, name="find-household"),
    path("households/<int:household_id>/", household.household, name="household"),
    path("households/<int:household_id>/cash/", household.cash, name="take-cash"),
    path("residents/<int:resident_id>/", changes.resident, name="resident"),
    path("residents/<int:resident_id>/change/<slug:kind>/", changes.change, name="change-resident"),
    path("residents/<int:resident_id>/undo/<int:change_id>/", changes.take_back, name="undo-change"),
    path("receipts/<int:receipt_id>/", receipt.receipt, name="receipt"),
    path("receipts/<int:receipt_id>/print/", receipt.print_receipt, name="print-receipt"),
    path("drawer/", drawer.drawer_page, name="drawer"),
]
