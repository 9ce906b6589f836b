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


class NumberOfSomebodyElse(Refusal):
    """A child gets a number whose day of birth or sex is not the child's: twins exchanged, or a slip in the register."""

    code = "number_of_somebody_else"
    says_template = "{who}登记的是{born_on}出生、{sex}，这个证件号码里的出生日期或性别与此不符。"
    remedy_template = "请对照户口簿：号码属于别人的（如双胞胎）换成本人的；登记有误的，先更正出生日期、性别。"


class NumberThereAlready(Refusal):
    """Somebody who has a number is given one: that is a correction, and says so."""

    code = "number_there_already"
    says_template = "{who}已经有证件号码。"
    remedy_template = "号码确有错误的，用“更正证件号码”。"


class NothingChanges(Refusal):
    """What is asked for is there already."""

    code = "nothing_changes"
    says_template = "{who}登记的已经是这样，没有变更。"
    remedy_template = "请核对要更正的内容。"


class DayNotPossible(Refusal):
    """A dated fact lies in the future, or before the person was born."""

    code = "day_not_possible"
    says_template = "{day}不能是{what}的日期：{who}{born_on}出生，今天是{today}。"
    remedy_template = "请核对日期后重新登记。"


class NotHere(Refusal):
    """Somebody who died or moved away is changed as if they lived here."""

    code = "not_here"
    says_template = "{who}已登记为{state}（{day}）。"
    remedy_template = "如登记有误，先撤销那次变更。"


class UndoneAlready(Refusal):
    """A change is taken back once."""

    code = "undone_already"
    says_template = "这次变更已经撤销过了。"
    remedy_template = "要恢复变更，撤销那次撤销。"


class ChangedSince(Refusal):
    """What is to be taken back was changed again since: taking it back would lose the later change."""

    code = "changed_since"
    says_template = "{who}的这项登记后来又变更过，不能直接撤销。"
    remedy_template = "请从最近的一次变更开始，依次撤销。"
