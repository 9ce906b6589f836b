from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "canbao.ledger"
    label = "ledger"
    verbose_name = "账"
