from django.urls import path

from canbao.web.county import adjusting, divisions, four_ways, people, progress, refunds, suspense, units, what_if

urlpatterns = [
    path("", progress.progress, name="county"),
    path("towns/<str:division>/", progress.town, name="county-town"),
    path("places/<str:division>/<str:which>/", people.people, name="people"),
    path("adjust/", adjusting.adjust, name="adjust"),
    path("four-ways/", four_ways.four_ways, name="four-ways"),
    path("refunds/", refunds.refunds, name="refunds"),
    path("refunds/<uuid:refund_id>/", refunds.decide, name="decide-refund"),
    path("refunds/<uuid:refund_id>/paid/", refunds.paid_out, name="pay-out-refund"),
    path("suspense/", suspense.suspense, name="suspense"),
    path("divisions/", divisions.divisions, name="divisions"),
    path("divisions/look/", divisions.look_at_villages, name="look-at-villages"),
    path("divisions/import/", divisions.import_villages, name="import-villages"),
    path("divisions/zones/", divisions.new_zone, name="new-zone"),
    path("divisions/<str:division>/", divisions.division, name="division"),
    path("divisions/<str:division>/rename/", divisions.rename_division, name="rename-division"),
    path("divisions/<str:division>/merge/", divisions.merge_division, name="merge-division"),
    path("divisions/<str:division>/split/", divisions.split_division, name="split-division"),
    path("divisions/<str:division>/unsplit/", divisions.unsplit_division, name="unsplit-division"),
    path("divisions/<str:division>/units/", units.new_unit, name="new-unit"),
    path("units/", units.units, name="units"),
    path("units/<int:unit_id>/", units.unit, name="unit"),
    path("units/<int:unit_id>/<str:what>/", units.change_unit, name="change-unit"),
    path("what-if/", what_if.try_out, name="what-if"),
]
