"""Every no of this room, in the order in which they are checked."""

from canbao.kernel.refusal import Refusal


class NotOnRegister(Refusal):
    """Name and number do not belong together here. Says the same for a stranger's number and for none at all."""

    code = "not_on_register"
    says_template = "没有查到姓名与证件号码都相符的人员。"
    remedy_template = "请核对姓名和证件号码；如未登记，请到户籍或居住地村（居）委会登记。"


class NoCommittee(Refusal):
    """A household's money goes to its village's committee; where there is none, nobody is added."""

    code = "no_committee"
    says_template = "这些村（社区）还没有村（居）委会这一代收单位：{villages}；共{people}人，都没有登记。"
    remedy_template = "请先建好这些村（社区）的代收单位，或更正名册里的村代码，再整批登记。"


class NumberTaken(Refusal):
    """One number, one person."""

    code = "number_taken"
    says_template = "这个证件号码已经登记在册。"
    remedy_template = "请核对号码；确属重号的，请到县医保局更正。"
