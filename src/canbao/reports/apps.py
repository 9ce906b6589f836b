from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "canbao.reports"
    label = "reports"
    verbose_name = "报表"
