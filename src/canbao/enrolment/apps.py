from django.apps import AppConfig


class EnrolmentConfig(AppConfig):
    name = "canbao.enrolment"
    label = "enrolment"
    verbose_name = "参保"
