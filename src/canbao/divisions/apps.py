from django.apps import AppConfig


class DivisionsConfig(AppConfig):
    name = "canbao.divisions"
    label = "divisions"
    verbose_name = "区划与代收单位"
