from django.apps import AppConfig


class RostersConfig(AppConfig):
    name = "canbao.rosters"
    label = "rosters"
    verbose_name = "花名册"
