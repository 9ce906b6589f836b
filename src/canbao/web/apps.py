from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "canbao.web"
    label = "web"
    verbose_name = "页面"
