from django.apps import AppConfig


class AccessConfig(AppConfig):
    name = "canbao.access"
    label = "access"
    verbose_name = "人员与权限"
