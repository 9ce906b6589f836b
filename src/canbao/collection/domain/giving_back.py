"""Everything that somebody paid goes back, because there is nobody for whom it was paid: a second row of one person, or a child that was
not born. A negative bill, a voucher, a refund with two reviews, subsidies undone (decision 0018). Who is asked back before cover
(decision 0027) goes the same way, `collection_give_all_back`.
"""

from datetime import datetime

from django.db import connection

from canbao.access.refusing import refusing
from canbao.collection.models import RefundReason
from canbao.collection.refusals import SAID_BY_DATABASE
from canbao.enrolment.models import Campaign
from canbao.kernel.days import CHINA
from canbao.register.models import Resident


def give_all_back(campaign: Campaign, one: Resident, *, because: RefundReason, at: datetime, actor: str) -> None:
    """Of somebody who is enrolled. Needs the county's scope; who calls it ends the enrolment. `because` is kept with the answer,
    and is the reason of the refund.

    Says no: `NoReceiptsLeft` (for the voucher).
    """
    with refusing(SAID_BY_DATABASE), connection.cursor() as cursor:
        cursor.execute(
            "SELECT collection_give_all_back(%s, %s, %s, %s, %s, %s)",
            [campaign.pk, one.pk, because, at.astimezone(CHINA).date(), at, actor],
        )
