"""The chart of accounts: a kind and a holder. Accounts come into being when first used, in `ledger_account()`.

| kind | holder | what its balance (debits minus credits) means |
|---|---|---|
| gateway | name of a gateway | money that residents paid there and the bank has not yet moved on |
| drawer | collecting unit's id | cash that lies with the unit |
| in_transit | collecting unit's id | cash handed in, certificate not yet confirmed by a second person |
| treasury | county | money in the treasury |
| fund | payer of a subsidy | what that fund owes for subsidised people |
| contributions | collecting unit's id | minus what residents have contributed through that unit |
| subsidies | county | minus what funds contribute for people |
| refunds_due | county | minus what is owed back to persons, each transfer naming the person |
| suspense | county | minus money received that nobody could place yet |
"""

from django.db import models


class AccountKind(models.TextChoices):
    GATEWAY = "gateway", "支付渠道待结算"
    DRAWER = "drawer", "代收单位库存现金"
    IN_TRANSIT = "in_transit", "汇缴在途"
    TREASURY = "treasury", "国库"
    FUND = "fund", "应收资助资金"
    CONTRIBUTIONS = "contributions", "个人缴费收入"
    SUBSIDIES = "subsidies", "资助参保收入"
    REFUNDS_DUE = "refunds_due", "应退款"
    SUSPENSE = "suspense", "待查款"


class Account(models.Model):
    county = models.CharField(max_length=6, db_collation="C")
    kind = models.CharField("科目", max_length=20, choices=AccountKind)
    holder = models.CharField("户名", max_length=60)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["county", "kind", "holder"], name="account_once"),
            models.CheckConstraint(condition=models.Q(kind__in=AccountKind.values), name="account_kind_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.holder}"
