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


class VillageHasNoCommittee(Refusal):
    """A household is opened where nobody would take its money: no committee was set up, or the village has ended."""

    code = "village_has_no_committee"
    says_template = "{village}没有正在代收的村（居）委会，不能在这里立户。"
    remedy_template = "村已经并入别处的，请选并入的村；新设的村，请县医保局先建好它的代收单位。"


class NumberTaken(Refusal):
    """One number, one person."""

    code = "number_taken"
    says_template = "这个证件号码已经登记在册。"
    remedy_template = "请核对号码；确属重号的，请到县医保局更正。"


class BirthdayMissing(Refusal):
    """A card that does not print the whole day of birth, and nobody said it: the notice wants it of every foreigner."""

    code = "birthday_missing"
    says_template = "没有填写出生日期，{kind}上的号码里看不出来。"
    remedy_template = "请按护照或证件正面填写出生年月日。"


class SexMissing(Refusal):
    """Of whoever has no number that says it."""

    code = "sex_missing"
    says_template = "没有填写性别（{kind}）。"
    remedy_template = "请照证件填写；没有证件的，按本人情况填写。"


class PapersMissing(Refusal):
    """Somebody without a number, and not a word of who they are known by."""

    code = "papers_missing"
    says_template = "没有写明有什么材料、由谁证明。"
    remedy_template = "请写明，如：出生医学证明复印件；什么材料也没有的，写由谁证明。不要写号码。"


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
    """A dated fact lies in the future, or before what happened before it as the register has it: a birth, a leaving, finding work."""

    code = "day_not_possible"
    says_template = "{day}不能是{what}的日期：{who}{first}{event}，今天是{today}。"
    remedy_template = "请核对日期后重新登记；先前登记的日期有误的，先撤销那次变更。"


class BirthNotPossible(Refusal):
    """Somebody new was born in the future, or longer ago than anybody lives."""

    code = "birth_not_possible"
    says_template = "{day}不能是出生日期，今天是{today}。"
    remedy_template = "请照证件或证明核对出生日期。"


class HasDied(Refusal):
    """Somebody who died is changed as if they lived."""

    code = "has_died"
    says_template = "{who}已登记为死亡（{day}）。"
    remedy_template = "如登记有误，先撤销那次变更。"


class HasMovedAway(Refusal):
    """Somebody who moved away is changed as if they lived here."""

    code = "has_moved_away"
    says_template = "{who}已登记为迁出（{day}）。"
    remedy_template = "如已迁回，登记迁回；登记有误的，撤销那次变更。"


class WasWithdrawn(Refusal):
    """Somebody who was registered by mistake is changed as if they were on the register."""

    code = "was_withdrawn"
    says_template = "{who}登记有误，已于{day}撤下，不在册。"
    remedy_template = "确属本村的人，撤销那次撤下。"


class NotBornYet(Refusal):
    """Something happens to a child who is registered as unborn."""

    code = "not_born_yet"
    says_template = "{who}登记的是未出生，预产期{day}。"
    remedy_template = "出生了的，先登记“已出生”；没有出生的，登记“没有出生”。"


class BornAlready(Refusal):
    """Of whoever is not registered as unborn, a birth is registered."""

    code = "born_already"
    says_template = "{who}登记的不是未出生的孩子。"
    remedy_template = "请核对人员；出生日期有误的，用“更正其他信息”。"


class DueElsewhen(Refusal):
    """A child is paid for ahead who is not due in the time for which is paid."""

    code = "due_elsewhen"
    says_template = "预产期{day}不在待遇期{first}至{last}以内，不能提前登记。"
    remedy_template = "请核对预产期；确实不在的，出生后再登记新生儿。"


class NeverInEmployeeScheme(Refusal):
    """Somebody leaves insurance through work who never had it."""

    code = "never_in_employee_scheme"
    says_template = "{who}没有参加职工医保的登记，不能登记停止。"
    remedy_template = "请核对人员；确曾参加的，先登记参加职工医保。"


class NumberSaysOtherwise(Refusal):
    """A birthday or a sex is corrected to what the person's own number contradicts."""

    code = "number_says_otherwise"
    says_template = "{who}的{what}与登记的证件号码不符，没有更正。"
    remedy_template = "请对照证件：号码登记错了的，更正证件号码，出生日期和性别随号码更正。"


class DetailNotPossible(Refusal):
    """A column of the register gets what it cannot hold."""

    code = "detail_not_possible"
    says_template = "{who}的{what}填写有误，没有更正。"
    remedy_template = "{what}应为：{choices}。"


class GroundMissing(Refusal):
    """A change without a reason."""

    code = "ground_missing"
    says_template = "没有写明变更的依据。"
    remedy_template = "请写明依据，如：看了户口簿、死亡证明、迁移证。"


class NameMissing(Refusal):
    """Somebody is to be registered without a name."""

    code = "name_missing"
    says_template = "没有填写{whose}姓名。"
    remedy_template = "请按身份证或户口簿填写；新生儿还没有起名的，写母亲或父亲的姓名加“宝宝”。"


class TextTooLong(Refusal):
    """A text is longer than the register keeps."""

    code = "text_too_long"
    says_template = "{what}有{seen}个字，最多{most}个字。"
    remedy_template = "请把{what}缩短到{most}个字以内。"


class TextNotWritable(Refusal):
    """A text holds characters that nobody types: control characters, halves of characters."""

    code = "text_not_writable"
    says_template = "{what}里有无法保存的字符。"
    remedy_template = "请不要粘贴，重新录入{what}。"


class NumberInText(Refusal):
    """A whole number stands in a text that is kept in plain writing, perhaps for ever."""

    code = "number_in_text"
    says_template = "{what}里有证件号码、银行账号或电话那样的长号码，没有保存。"
    remedy_template = "请删去号码，或只写末四位；写明是什么材料即可。"


class CannotBeUndone(Refusal):
    """A change of more than one person's own columns: a household's, or a move to another household."""

    code = "cannot_be_undone"
    says_template = "{day}的“{kind}”不只涉及一个人自己的登记项目，不能这样撤销。"
    remedy_template = "请把正确的内容作为一次新的变更登记。"


class UndoneAlready(Refusal):
    """A change is taken back once; who wants another end of it goes on from the last change of the chain."""

    code = "undone_already"
    says_template = "这次变更已经撤销过了。"
    remedy_template = "最近一次变更是{day}的“{kind}”，从它开始撤销。"


class ChangedSince(Refusal):
    """What is to be taken back was changed again since: taking it back would lose the later change."""

    code = "changed_since"
    says_template = "{who}的这项登记后来又变更过，不能直接撤销。"
    remedy_template = "请从最近的一次变更开始，依次撤销。"


class LaterHappened(Refusal):
    """Taken back, one thing would have happened to somebody after another that nothing comes after: work after leaving the county."""

    code = "later_happened"
    says_template = "撤销以后，{who}的登记前后不合：{event}（{day}）之后还有{later}（{later_day}）。"
    remedy_template = "请先撤销后一次登记，再撤销这一次。"


class HouseholdCodeTaken(Refusal):
    """One code, one household."""

    code = "household_code_taken"
    says_template = "这个农户编码已经是另一户的。"
    remedy_template = "请核对农户编码；要到那一户去的，用“迁入他户、并户”。"


class PassbookTaken(Refusal):
    """One passbook, one household (R-11)."""

    code = "passbook_taken"
    says_template = "这个涉农补贴折子账号已经是另一户的，一个账号只对应一户。"
    remedy_template = "请核对折子；分户后还没有自己的折子的，先不填。"


class HouseholdDetailNotPossible(Refusal):
    """A code or an account that no paper bears."""

    code = "household_detail_not_possible"
    says_template = "{what}填写有误。"
    remedy_template = "{what}应为：{choices}。"


class NobodyChosenToMove(Refusal):
    code = "nobody_chosen_to_move"
    says_template = "没有选人。"
    remedy_template = "请在名单里勾选要变更的人。"


class LeadsAHousehold(Refusal):
    """The head goes to school, and the family would have none."""

    code = "leads_a_household"
    says_template = "{who}是{home}的户主，户里还有别人。"
    remedy_template = "请先在这一户更换户主，再转到学校。"


class NobodyStays(Refusal):
    """The whole household is split off from nobody."""

    code = "nobody_stays"
    says_template = "全家都选了，没有人留下，这不是分户。"
    remedy_template = "农户编码有误的，用“更正户信息”；并到另一户的，用“迁入他户、并户”。"


class NobodyThere(Refusal):
    """Somebody new is to come into a household that everybody has left."""

    code = "nobody_there"
    says_template = "{home}这一户没有人了，不能再登记人：那一户的票据只归原来的人。"
    remedy_template = "请为这个人新立一户；原来的人回来的，撤销他们的变更。"


class NotInHousehold(Refusal):
    """Somebody is to leave a household in which they are not, or not any more."""

    code = "not_in_household"
    says_template = "选的人里有人已经不在{home}这一户。"
    remedy_template = "请回到这一户，按现在的名单重新选。"


class SameHousehold(Refusal):
    code = "same_household"
    says_template = "{home}就是他们现在的户。"
    remedy_template = "请填写另一户的农户编码，或那一户里一个人的姓名。"


class HouseholdNotFound(Refusal):
    """Also said of a household of another village, for whoever sees only theirs."""

    code = "household_not_found"
    says_template = "没有找到这一户。"
    remedy_template = "请核对农户编码或姓名；外村的户由镇办理，外镇的由县医保局办理。"


class NotOneHead(Refusal):
    """A household that somebody joins or leaves has one head, who is on the register."""

    code = "not_one_head"
    says_template = "变更后{home}有{heads}个户主，应有一个。"
    remedy_template = "请在“与户主关系”一栏把一个人写成户主，其余的人写与这个人的关系。"


class TierNotPossible(Refusal):
    """A tier that the notice does not have."""

    code = "tier_not_possible"
    says_template = "本县的通知没有“{tier}”这一档。"
    remedy_template = "请从这些档次里选：{possible}。"


class SaidAlready(Refusal):
    """That two are two people was said, or taken back, a moment ago."""

    code = "said_already"
    says_template = "{one}和{other}是不是同一个人，刚刚已经有人认定过了。"
    remedy_template = "请回到疑似重复名单，看最新的认定。"
