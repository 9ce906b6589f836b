"""What happens to money after a family has paid."""

from datetime import date

from canbao.collection.models import Refund
from tests.county import IN_THE_WINDOW, County, hold
from tests.desks import approve, pay_out, readjust, review

LAST_DAY = date(2021, 12, 31)


def on_the_list_of_the_last_day(county: County) -> Refund:
    """钱儿 paid 320 and is on the list of 低保: 280 of it are owed back."""
    hold({"钱儿": "低保对象"}, on=LAST_DAY)
    at = IN_THE_WINDOW.replace(month=LAST_DAY.month, day=LAST_DAY.day)
    readjust(county.campaign, as_of=LAST_DAY, at=at, actor="staff:county")
    return Refund.objects.get()


def given_back(refund: Refund, county: County) -> None:
    """Reviewed by both, and handed over."""
    review(refund, by=county.staff("county"))
    approve(refund, by=county.staff("tax"))
    pay_out(refund, by=county.staff("tax"), on=LAST_DAY)
