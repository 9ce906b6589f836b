"""Every no of this room, in the order in which they are checked."""

from canbao.kernel.refusal import Refusal


class NotOnRegister(Refusal):
    """Name and number do not belong together here. Says the same for a stranger's number and for none at all."""

    code = "not_on_register"
    says_template = "没有查到姓名与证件号码都相符的人员。"
    remedy_template = "请核对姓名和证件号码；如未登记，请到户籍或居住地村（居）委会登记。"


class NumberTaken(Refusal):
    """One number, one person."""

    code = "number_taken"
    says_template = "这个证件号码已经登记在册。"
    remedy_template = "请核对号码；确属重号的，请到县医保局更正。"
