from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "canbao.web"
    label = "web"
    verbose_name = "页面"

    def ready(self) -> None:
        from canbao.web import signing_in  # noqa: F401 - connects what happens when staff sign in
