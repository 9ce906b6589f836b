from django.urls import path

from canbao.web.clerk import base, change_tables, changes, drawer, household, newcomers, receipt, regrouping, today

urlpatterns = [
    path("village/", today.today, name="clerk-today"),
    path("households/", household.find, name="find-household"),
    path("households/<int:household_id>/", household.household, name="household"),
    path("households/<int:household_id>/cash/", household.cash, name="take-cash"),
    path("households/<int:household_id>/change/<slug:kind>/", regrouping.change, name="change-household"),
    path("households/<int:household_id>/undo/<int:change_id>/", regrouping.take_back, name="undo-household-change"),
    path("households/<int:household_id>/people/", newcomers.person, name="new-person"),
    path("households/<int:household_id>/newborn/", newcomers.newborn, name="newborn"),
    path("residents/<int:resident_id>/", changes.resident, name="resident"),
    path("residents/<int:resident_id>/change/<slug:kind>/", changes.change, name="change-resident"),
    path("residents/<int:resident_id>/undo/<int:change_id>/", changes.take_back, name="undo-change"),
    path("receipts/<int:receipt_id>/", receipt.receipt, name="receipt"),
    path("receipts/<int:receipt_id>/print/", receipt.print_receipt, name="print-receipt"),
    path("base/", base.base, name="base"),
    path("base/<str:division>/", base.base_place, name="base-place"),
    path("base/<str:division>/sheet/", base.base_spreadsheet, name="base-sheet"),
    path("base/<str:division>/print/", base.base_printed, name="base-print"),
    path("base/<str:division>/changes/", base.base_changes, name="base-changes"),
    path("base/<str:division>/proof/", base.base_proof, name="base-proof"),
    path("change-tables/<int:change_table_id>/", change_tables.change_table, name="change-table"),
    path("change-tables/<int:change_table_id>/take/", change_tables.take_changes, name="take-changes"),
    path("change-tables/<int:change_table_id>/back/", change_tables.take_changes_back, name="take-changes-back"),
    path("drawer/", drawer.drawer_page, name="drawer"),
]
