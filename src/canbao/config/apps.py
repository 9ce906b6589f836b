from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "canbao.config"
    label = "config"
    verbose_name = "装配"
