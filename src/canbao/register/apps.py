from django.apps import AppConfig


class RegisterConfig(AppConfig):
    name = "canbao.register"
    label = "register"
    verbose_name = "参保登记"
