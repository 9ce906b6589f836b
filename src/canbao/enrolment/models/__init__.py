from canbao.enrolment.models.base import BaseRow, BaseTable
from canbao.enrolment.models.bill import Bill, BillAssessment, BillState
from canbao.enrolment.models.campaign import Campaign, Target
from canbao.enrolment.models.change_table import ChangeTable, ChangeTableRow
from canbao.enrolment.models.edition import Edition
from canbao.enrolment.models.enrolment import Enrolment

__all__ = [
    "BaseRow",
    "BaseTable",
    "Bill",
    "BillAssessment",
    "BillState",
    "Campaign",
    "ChangeTable",
    "ChangeTableRow",
    "Edition",
    "Enrolment",
    "Target",
]
