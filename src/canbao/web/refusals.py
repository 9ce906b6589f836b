"""Every no that only pages say."""

from canbao.kernel.refusal import Refusal


class NobodyChosen(Refusal):
    code = "nobody_chosen"
    says_template = "请至少选一个人。"
    remedy_template = "在要缴费的人名字前面打勾，再缴费。"


class AlreadyOrdered(Refusal):
    """A second order for the same people would be paid in vain, and its money would have to go back."""

    code = "already_ordered"
    says_template = "{who}已在一笔没付款的订单里。"
    remedy_template = "请点“接着付款”付那一笔；要改人的，先取消那一笔，再重新勾选。"


class ChildThereAlready(Refusal):
    """The same parent, day and order of birth: pressed twice, or a twin whose order was left at one."""

    code = "child_there_already"
    says_template = "{guardian}{born_on}出生的第{order}个孩子已经登记了。"
    remedy_template = "重复登记的不用再办；双胞胎、多胞胎的，出生顺序选第2个、第3个。"


class StillOpenAtGateway(Refusal):
    """An order can be given up only when the gateway says that it takes no more money for it."""

    code = "still_open_at_gateway"
    says_template = "支付通道暂时没有回应，这笔订单还没有取消。"
    remedy_template = "请过一会儿再试；不去付款的，不会扣钱，到时间后也不能再付。"
