"""Every no of this room, in the order in which they are checked; the same for a phone, a desk and a file.

The last group is said inside the database (`refuse()`), where the rows are locked.
"""

from canbao.access.refusals import NotYourDivision
from canbao.collection.models import Channel, Placing, RefundRequest
from canbao.collection.models.receipt import LONGEST_REASON
from canbao.kernel.fen import yuan
from canbao.kernel.refusal import Refusal


class NoUnit(Refusal):
    code = "no_unit"
    says_template = "您没有所属的代收单位，不能收款。"
    remedy_template = "请县医保局为您的账号指定代收单位。"


class OtherUnit(Refusal):
    """Cash of a village goes into that village's drawer."""

    code = "other_unit"
    says_template = "这一户由{unit}代收。"
    remedy_template = "请到{unit}缴费，或由本人用手机缴费。"


class ChannelNotOpen(Refusal):
    """No gateway takes this channel's money here."""

    code = "channel_not_open"
    says_template = "本地还没有开通{channel}。"
    remedy_template = "请到村（居）委会缴费，可以付现金。"


class NothingToPay(Refusal):
    code = "nothing_to_pay"
    says_template = "没有待缴的账单。"
    remedy_template = "已经缴过的，可查看票据；尚未登记的，请先登记。"


class NotTheirBill(Refusal):
    """What was sent names a bill that this household does not have in this campaign: an old page, or a changed one."""

    code = "not_their_bill"
    says_template = "送来的账单不是这一户本期的，没有收款。"
    remedy_template = "请重新打开这一户的页面，在要缴费的人名字前面打勾再缴。"


class BillOutOfDate(Refusal):
    """The notice has another price for this day than for the one on which the bill was made."""

    code = "bill_out_of_date"
    says_template = "{who}的金额从{day}起有变化，账单还没有更新。"
    remedy_template = "账单每天夜里更新，请明天再缴；急用的请到县医保局当场更新。"


class BillNotOpen(Refusal):
    """Paid meanwhile, or replaced by a later bill."""

    code = "bill_not_open"
    says_template = "{who}的账单已缴或已变更。"
    remedy_template = "请刷新页面，按最新金额办理。"


class AmountDiffers(Refusal):
    code = "amount_differs"
    says_template = "金额不符：应收{due}元，实收{given}元。"
    remedy_template = "请按应收金额收取；找零或补足后再登记。"


class OrderTaken(Refusal):
    """The same order number with other content: a mistake of whoever made the number."""

    code = "order_taken"
    says_template = "这个订单号已用于另一笔缴费。"
    remedy_template = "请返回重新办理。"


class NumberUsedTwice(Refusal):
    """Receipt ranges overlap: a number would be used twice."""

    code = "number_used_twice"
    says_template = "票据号段与已发放的号段重叠（批次{series}，{first}–{last}）。"
    remedy_template = "请核对领用登记，按未发放的号段录入。"


class RangeBackwards(Refusal):
    code = "range_backwards"
    says_template = "起号{first}、止号{last}不是一个号段。"
    remedy_template = "号码从 1 开始，起号不能大于止号；一张票据起号和止号相同。"


class HandedOverSideways(Refusal):
    """Between two villages, or to oneself: stationery goes up or down."""

    code = "handed_over_sideways"
    says_template = "票据只在上下级之间交接，不能由{giver}交给{taker}。"
    remedy_template = "请先退回上一级，再由上一级发放。"


class NumbersNotHeld(Refusal):
    """Somebody else's, used, on the way, lost, or spread over two books."""

    code = "numbers_not_held"
    says_template = "手里没有完整的这一段未用号码（批次{series}，{first}–{last}）。"
    remedy_template = "请对照库存里的号段填写；分在两段里的，分两次办理。"


class HandOverTaken(Refusal):
    """The same number of an act with other content: a mistake of whoever made the number."""

    code = "hand_over_taken"
    says_template = "这份登记已用于另一段号码。"
    remedy_template = "请返回票据库存页面重新填写。"


class HandOverAnswered(Refusal):
    code = "hand_over_answered"
    says_template = "这次交接已经答复过，答复不一样。"
    remedy_template = "请刷新页面查看；要改的，再办一次交接。"


class NoReceiptsLeft(Refusal):
    code = "no_receipts_left"
    says_template = "{unit}的票据已用完。"
    remedy_template = "请向乡镇领取新的票据并登记号段后再收款。"


class NotMoney(Refusal):
    """A telling of nothing or of less: no payment, and nothing that could lie in suspense. `words["county"]` is whose order
    it names; where nobody knows the order, whose money it would be."""

    code = "not_money"
    says_template = "流水{reference}的金额是{amount}元，不是一笔收款。"
    remedy_template = (
        "没有入账。请向支付渠道核实这笔流水；确有收款的，由渠道更正那天的账单，夜间对账往回核对到那一天时入账。"
    )

    def __init__(self, *, reference: str, fen: int, county: str, clause: str = "") -> None:
        super().__init__(clause=clause, reference=reference, amount=yuan(fen), county=county)


class VoucherStands(Refusal):
    code = "voucher_stands"
    says_template = "退款凭证不能作废。"
    remedy_template = "需要更正的，由县医保局再次调整。"


class ReceiptHasVoucher(Refusal):
    """The voucher names this receipt's number; were it void, money would have gone back from nothing."""

    code = "receipt_has_voucher"
    says_template = "退款凭证{voucher}已冲减这张票据，不能再作废。"
    remedy_template = "票面损坏的，请补打；实缴金额以票据和退款凭证合计为准。"


class VoidWithoutReason(Refusal):
    code = "void_without_reason"
    says_template = "作废票据要写明原因。"
    remedy_template = "请写明原因，例如打印错位、票面破损；作废的那一联请留存备查。"


class VoidReasonTooLong(Refusal):
    code = "void_reason_too_long"
    says_template = "作废原因有{length}个字，最多写{most}个字。"
    remedy_template = "请写得简短些。"

    def __init__(self, *, length: int, clause: str = "") -> None:
        super().__init__(clause=clause, length=length, most=LONGEST_REASON)


class ReceiptIsVoid(Refusal):
    code = "receipt_is_void"
    says_template = "票据{number}已经作废。"
    remedy_template = "现在有效的是票据{instead}，要打印的请打印这一张。"


class ReceiptWaitsForVoid(Refusal):
    """Somebody says that it is spoiled, and the second person has not answered yet."""

    code = "receipt_waits_for_void"
    says_template = "票据{number}作废待核。"
    remedy_template = "请等乡镇或县里核准；核准以后打印替换它的票据，不同意作废的照常使用。"


class VoidingTaken(Refusal):
    """The same number of an asking with other content: a mistake of whoever made the number."""

    code = "voiding_taken"
    says_template = "这份作废申请已用于另一张票据或另一个原因。"
    remedy_template = "请返回票据页面重新申请。"


class VoidingAnswered(Refusal):
    """Somebody else has said the other thing meanwhile."""

    code = "voiding_answered"
    says_template = "这份作废申请已由别人答复：{answer}。"
    remedy_template = "请刷新页面查看；仍要作废的，由代收单位重新申请。"


class ReceiptPrinted(Refusal):
    """Asked for as the original: the page was older than the first print, or the button was pressed twice."""

    code = "receipt_printed"
    says_template = "票据{number}已打印过{prints}次，这次没有打印。"
    remedy_template = "先看看第一份是不是已经打好；没有打好或者丢了的，点“补打票据”，纸上会印“补打”。"


class NothingToPrint(Refusal):
    """Of a batch: all of it is printed, void or waiting; or somebody else has printed it in the meantime."""

    code = "nothing_to_print"
    says_template = "这里没有要打印的票据。"
    remedy_template = "另选日期或范围；刚刚有别人打过的，先看看那一份。丢了的，用“连打过的一起打”补打。"


class TooManyToReprint(Refusal):
    code = "too_many_to_reprint"
    says_template = "一次最多打{at_most}张，这里连打过的一起有{count}张。"
    remedy_template = "把日期或范围选小一些，分几次补打。"


class MergedIntoItself(Refusal):
    code = "merged_into_itself"
    says_template = "不能把{name}并入它自己。"
    remedy_template = "请另选并入哪里。"


class CommitteeMissing(Refusal):
    """A village without a committee that collects: nobody would take its people's money."""

    code = "committee_missing"
    says_template = "{village}没有正在代收的村（居）委会。"
    remedy_template = "请先建好它的代收单位，再办理撤并。"


class CashInOldDrawer(Refusal):
    """Cash lies with the committee that is to collect no more: whose would it be?"""

    code = "cash_in_old_drawer"
    says_template = "{unit}还有现金{yuan}元没有汇缴，不能撤并或停止代收。"
    remedy_template = "请先由{unit}把现金汇缴（开好缴款书），再办理。"

    def __init__(self, *, unit: str, fen: int) -> None:
        super().__init__(unit=unit, yuan=yuan(fen))


class NobodyGoes(Refusal):
    """A part of a village in which no household was named."""

    code = "nobody_goes"
    says_template = "没有选出要划到新村的户。"
    remedy_template = "请填写农户编码（每行一个），或者这些户的地址里都有的字，如“东组”。"


class HouseholdsElsewhere(Refusal):
    """Household codes that are none of that village's."""

    code = "households_elsewhere"
    says_template = "{village}没有这{many}户：{codes}。"
    remedy_template = "请核对农户编码；别的村的户，在那个村办理。"


class EverybodyGoes(Refusal):
    """A village that would be left without a household is no village that is split."""

    code = "everybody_goes"
    says_template = "{village}的{homes}户都选了，没有户留下。"
    remedy_template = "整个村换名称的，用“改名”；整个村归别的村的，用“并入别处”。"


class NotSplitOff(Refusal):
    """A village that is there by itself, and not by being split off here."""

    code = "not_split_off"
    says_template = "{name}不是从别的村分设出来的，不能撤销分设。"
    remedy_template = "要归到别的村的，用“并入别处”。"


class SplitTookHold(Refusal):
    """What happened in the new village since cannot be said of a place that never was."""

    code = "split_took_hold"
    says_template = "{name}分设以后{what}，不能撤销分设。"
    remedy_template = "要归回原来的村的，用“并入别处”。"


class NoStudents(Refusal):
    """A list on which there is no student, or none who may go."""

    code = "no_students"
    says_template = "表里没有可以转到{unit}的学生。"
    remedy_template = "表头应有“姓名”“身份证号”，有院系的还要有“院系”；每个学生一行。"


class TooManyStudents(Refusal):
    code = "too_many_students"
    says_template = "表里有{seen}行，一次最多{most}行。"
    remedy_template = "请分院系报送，每个院系一份。"


class FacultyUnknown(Refusal):
    """A faculty that the university does not have, or none where it has several."""

    code = "faculty_unknown"
    says_template = "{unit}没有院系“{seen}”。"
    remedy_template = "应为：{possible}；没有的先在高校的页面新增院系。"


class StudentTwice(Refusal):
    code = "student_twice"
    says_template = "与第{row}行是同一个人。"
    remedy_template = "同一个学生只留一行。"


class FeesUnreadable(Refusal):
    """A list of the fees office on which nobody can be found."""

    code = "fees_unreadable"
    says_template = "{unit}的收费表里看不出是谁缴的。"
    remedy_template = "表头应有“姓名”，还要有“身份证号”或“农户编码”；可有“金额”“收费日期”。"


class NoFees(Refusal):
    code = "no_fees"
    says_template = "{unit}这次没有可以登记代收的学生。"
    remedy_template = "请看每一行的原因，改好以后再报。"


class FeesDayNotPossible(Refusal):
    """A day on which no money can have been taken: still to come, or no day at all."""

    code = "fees_day_not_possible"
    says_template = "收费日期“{seen}”不对：还没有到，或不是日期。"
    remedy_template = "填学校实际收费的那一天，如2021-09-10。"


class PaidAlready(Refusal):
    """The later money is the one that goes back: what the school took as well is not the insurance's."""

    code = "paid_already"
    says_template = "{who}已于{day}参保缴费，没有再登记代收。"
    remedy_template = "学校随学费又收的这一笔由学校退给学生，不要汇缴。"


class NoSuchUnit(Refusal):
    code = "no_such_unit"
    says_template = "{unit}已不再代收。"
    remedy_template = "请重新打开代收单位的页面。"


class NotAFaculty(Refusal):
    """A faculty of nothing, of a school, or of a university elsewhere; or something else below a university."""

    code = "not_a_faculty"
    says_template = "院系要属于同一个地方的一所高等学校；其他单位不属于高等学校。"
    remedy_template = "请先建高等学校，再在它的页面上建院系。"


class UnitNameTaken(Refusal):
    code = "unit_name_taken"
    says_template = "{where}已有代收单位“{name}”。"
    remedy_template = "同一个单位不用再建；一个村（社区）只有一个村（居）委会代收。"


class UnitHasFaculties(Refusal):
    code = "unit_has_faculties"
    says_template = "{unit}还有院系在代收。"
    remedy_template = "请先停止各院系的代收。"


class UnitHasHouseholds(Refusal):
    code = "unit_has_households"
    says_template = "{unit}名下还有{homes}户，不能停止代收。"
    remedy_template = "请先把这些户转到别的代收单位；村（社区）撤并的，在区划里办理。"


class UnitCollectsNoMore(Refusal):
    code = "unit_collects_no_more"
    says_template = "{unit}已不再代收，没有收款。"
    remedy_template = "请重新打开这一户的页面，看现在由哪里代收。"


class DrawerIsOverdue(Refusal):
    """The oldest cash should have been handed in by now, and the county says that collecting stops then."""

    code = "drawer_is_overdue"
    says_template = "{unit}手上的现金{yuan}元，最早一笔是{oldest}收的，最晚应在{until}汇缴，现在不能再收现金。"
    remedy_template = "请先在“汇缴现金”里汇缴，再收；也可以请居民用手机扫码缴费。"

    def __init__(self, *, unit: str, fen: int, oldest: str, until: str, clause: str = "") -> None:
        super().__init__(clause=clause, unit=unit, yuan=yuan(fen), oldest=oldest, until=until)


class DrawerIsFull(Refusal):
    """The sum that obliges to hand in was reached, and the county says that collecting stops then."""

    code = "drawer_is_full"
    says_template = "{unit}手上的现金已有{yuan}元，达到{limit}元就要汇缴，现在不能再收现金。"
    remedy_template = "请先在“汇缴现金”里汇缴，再收；也可以请居民用手机扫码缴费。"

    def __init__(self, *, unit: str, fen: int, limit_fen: int, clause: str = "") -> None:
        super().__init__(clause=clause, unit=unit, yuan=yuan(fen), limit=yuan(limit_fen))


class NoLimitsOnCash(Refusal):
    code = "no_limits_on_cash"
    says_template = "{title}没有写明现金多久、达到多少要汇缴，没有可以停收的限额。"
    remedy_template = "限额要由通知规定；通知有规定的，请核对方案里的 cash。"


class DrawerIsEmpty(Refusal):
    code = "drawer_is_empty"
    says_template = "这段时间没有待汇缴的现金。"
    remedy_template = "请核对缴费时间段。"


class RemittanceDiffers(Refusal):
    """Certificate and drawer do not say the same."""

    code = "remittance_differs"
    says_template = "缴款书与现金登记不一致：缴款书{people}人{amount}元，登记{seen_people}人{seen_amount}元。"
    remedy_template = "请按登记的人数和金额开具缴款书；现金有短缺或多出的，先查明再汇缴。"

    def __init__(self, *, people: int, fen: int, seen_people: int, seen_fen: int, clause: str = "") -> None:
        super().__init__(
            clause=clause, people=people, amount=yuan(fen), seen_people=seen_people, seen_amount=yuan(seen_fen)
        )


class PapersToShow(Refusal):
    """The first remittance of a unit that is not registered with the tax office."""

    code = "papers_to_show"
    says_template = "{unit}还没有税务组织临时登记，首次汇缴要带：{papers}。"
    remedy_template = "请带齐材料到税务机关办理临时登记，填写登记号，勾选已出示的材料，再汇缴。"


class NotToReplace(Refusal):
    """A version of what was not rejected, was redone already, or is another unit's."""

    code = "not_to_replace"
    says_template = "要重做的汇缴没有被退回，或者已经重做过。"
    remedy_template = "请重新打开“汇缴现金”，从退回的那一笔点“重做”。"


class SlipDayNotPossible(Refusal):
    code = "slip_day_not_possible"
    says_template = "银行回单的日期{day}不对：应在{first}到{last}之间。"
    remedy_template = "请核对回单上的日期。"


class CertificateUsed(Refusal):
    code = "certificate_used"
    says_template = "缴款书号{certificate}已登记过。"
    remedy_template = "请核对号码；每份缴款书只登记一次，被退回的在重做时可以再用。"


class SlipUsed(Refusal):
    code = "slip_used"
    says_template = "银行回单号{slip}已登记过。"
    remedy_template = "请核对号码；每张回单只登记一次，被退回的在重做时可以再用。"


class RemittanceRejected(Refusal):
    code = "remittance_rejected"
    says_template = "缴款书{certificate}的汇缴已被退回，不能确认。"
    remedy_template = "请等代收单位重做以后再确认。"


class RemittanceConfirmed(Refusal):
    code = "remittance_confirmed"
    says_template = "缴款书{certificate}的汇缴已确认入库，不能退回。"
    remedy_template = "金额有出入的，请与国库对账后处理。"


class NotACertificateList(Refusal):
    code = "not_a_certificate_list"
    says_template = "表里没有缴款书号、日期和金额这三列。"
    remedy_template = "请从税务系统导出缴款书清单：缴款书号、缴款日期、金额，有的再加人数、单位。"


class CertificateRowWrong(Refusal):
    code = "certificate_row_wrong"
    says_template = "第{row}行的{column}“{seen}”读不出来。"
    remedy_template = "请在表里改正后重新上传；长号码要按文本存，日期写成 2021-11-15，金额写到分。"


class StatementDayOutside(Refusal):
    """A list about other days than was said: what is missing could not be told."""

    code = "statement_day_outside"
    says_template = "缴款书{certificate}的日期{day}不在所填的{first}到{last}之间。"
    remedy_template = "请按清单的起止日期填写。"


class StatementTaken(Refusal):
    """The same id with another file or other days: an old page perhaps. Nothing was compared."""

    code = "statement_taken"
    says_template = "这一页已经交过“{file}”了，这次的没有核对。"
    remedy_template = "请重新打开页面，再选文件和日期。"


class StatementKnown(Refusal):
    code = "statement_known"
    says_template = "“{file}”已经核对过。"
    remedy_template = "差异在下面；税务改过的，请重新导出再上传。"


class NotABankFile(Refusal):
    code = "not_a_bank_file"
    says_template = "表里没有流水号、日期和金额三列，或者既没有订单号也没有证件号码。"
    remedy_template = "请上传银行或刷卡机构导出的明细，保留它的表头。"


class BankRowWrong(Refusal):
    code = "bank_row_wrong"
    says_template = "第{row}行的{column}“{seen}”读不出来。"
    remedy_template = "整个文件都没有入账。请在表里改正后重新上传；长号码要按文本存，日期写成 2021-11-15，金额写到分。"


class MismatchWithoutNote(Refusal):
    code = "mismatch_without_note"
    says_template = "没有写明这项差异是怎么回事。"
    remedy_template = "请写明查到的原因和怎样处理的。"


class MismatchWorkedOff(Refusal):
    code = "mismatch_worked_off"
    says_template = "缴款书{certificate}的这项差异已经处理过。"
    remedy_template = "请重新打开页面，看现在的差异。"


class RejectedWithoutReason(Refusal):
    code = "rejected_without_reason"
    says_template = "没有写明为什么退回。"
    remedy_template = "请写明原因，代收单位照此重做。"


class SamePerson(Refusal):
    """Who collects does not verify, and who says that a receipt is spoiled does not agree to it."""

    code = "same_person"
    says_template = "经办和确认不能是同一个人。"
    remedy_template = "请另一位有权限的人员确认。"


class NotInSuspense(Refusal):
    """Somebody else was faster."""

    code = "not_in_suspense"
    says_template = "流水{reference}已经查清办理，不在待查款项里。"
    remedy_template = "请回到待查款项，按流水号查看它的去向。"


class PlacingWaits(Refusal):
    code = "placing_waits"
    says_template = "流水{reference}已有一份处理意见在等复核。"
    remedy_template = "请先由另一位复核，或者写明原因不予确认，再提新的意见。"


class PlacingWithoutReason(Refusal):
    code = "placing_without_reason"
    says_template = "要写明根据。"
    remedy_template = "请写明是怎么查清的，例如与谁通过电话、看过哪张付款截图；不予确认的，写明为什么。"


class PlacedMoreThanArrived(Refusal):
    """Nobody adds to money that has arrived: 319 pays no bill of 320."""

    code = "placed_more_than_arrived"
    says_template = "选的账单合计{place}元，到账只有{amount}元。"
    remedy_template = "不能垫付或补差。请少选几个人，余下的退回；或者全部退回，请缴费人按账单重新缴。"

    def __init__(self, *, place: int, amount: int, clause: str = "") -> None:
        super().__init__(clause=clause, place=yuan(place), amount=yuan(amount))


class PlacingDecided(Refusal):
    """Confirmed cannot be dropped, dropped cannot be confirmed."""

    code = "placing_decided"
    says_template = "这份处理意见的状态是“{state}”。"
    remedy_template = "请回到待查款项查看；不予确认的，可以另提一份。"

    def __init__(self, *, state: str, clause: str = "") -> None:
        super().__init__(clause=clause, state=Placing.State(state).label)


class NoRefundByNotice(Refusal):
    """The notice's own rules of refunds say no to this reason on this day, in their own words."""

    code = "no_refund_by_notice"
    says_template = "{who}不能退费：{says}"
    remedy_template = "有疑问的，请向县医保局询问。"


class AskingBackTaken(Refusal):
    """The number of the page was used for another asking."""

    code = "asking_back_taken"
    says_template = "这份退费申请已经用别的内容送来过。"
    remedy_template = "请重新打开页面再申请。"


class AskingBackWaits(Refusal):
    code = "asking_back_waits"
    says_template = "{who}已有一份退费申请在等审核。"
    remedy_template = "请等审核的结果；写错了的，先把那一份撤回。"


class NothingToAskBack(Refusal):
    code = "nothing_to_ask_back"
    says_template = "{who}现在没有参保，或者没有自己缴钱，没有可以退的。"
    remedy_template = "已经退过的，可在退款清单里查看。"


class GroundNotRegistered(Refusal):
    code = "ground_not_registered"
    says_template = "登记里没有{who}的这项变更：{ground}。"
    remedy_template = "请先在这个人的页面登记，写明日期和看过的材料，再申请退费。"

    def __init__(self, *, who: str, ground: str, clause: str = "") -> None:
        super().__init__(clause=clause, who=who, ground=RefundRequest.Ground(ground).label)


class CoverHasBegun(Refusal):
    """Whoever was covered even for a day has had what was paid for."""

    code = "cover_has_begun"
    says_template = "{who}的待遇从{first}开始，{ground}（{day}）不在这以前，不退费。"
    remedy_template = "开始享受待遇以后，个人缴的不再退。日期写错了的，请先更正登记。"

    def __init__(self, *, who: str, ground: str, day: str, first: str, clause: str = "") -> None:
        super().__init__(clause=clause, who=who, ground=RefundRequest.Ground(ground).label, day=day, first=first)


class AskedBackWithoutPapers(Refusal):
    code = "asked_back_without_papers"
    says_template = "没有写明看过什么材料。"
    remedy_template = "请写明，例如死亡证明、职工参保证明、缴费人的说明。"


class AskingBackAnswered(Refusal):
    """Somebody else has said the other thing meanwhile."""

    code = "asking_back_answered"
    says_template = "这份退费申请已经答复：{answer}。"
    remedy_template = "请刷新页面查看；没有同意的，可以重新申请。"

    def __init__(self, *, is_agreed: bool, clause: str = "") -> None:
        super().__init__(clause=clause, answer="同意退费" if is_agreed else "不同意退费")


class RefusedWithoutReason(Refusal):
    code = "refused_without_reason"
    says_template = "没有写明为什么不同意。"
    remedy_template = "请写明原因，申请的人照此补正或者答复缴费人。"


class RefundNotApproved(Refusal):
    code = "refund_not_approved"
    says_template = "这笔退款还没有经过两级审核。"
    remedy_template = "请先完成初审和复审。"


class RefundGoesBackByChannel(Refusal):
    """What came through a gateway goes back through it: nobody says by hand that it has arrived."""

    code = "refund_goes_back_by_channel"
    says_template = "这笔钱是用{channel}缴的，只能原路退回，不能登记为当面退付。"
    remedy_template = "审核后由系统每晚原路退回；几天后仍未退回的，请县医保局查看当晚的运行记录。"

    def __init__(self, *, channel: str, clause: str = "") -> None:
        super().__init__(clause=clause, channel=Channel(channel).label)


class RefundNotDue(Refusal):
    code = "refund_not_due"
    says_template = "这笔退款的状态是“{state}”，不能再次审核。"
    remedy_template = "请在退款清单中查看进度。"


class NewerListCounts(Refusal):
    """Bills would go back to what they were before the newer list: mostly a slip in the day."""

    code = "newer_list_counts"
    says_template = "{department}截至 {on} 的名单已经算数，按 {as_of} 的名单核定会把它的变化改回去。"
    remedy_template = "请核对日期；通知确实只看那一天的，写明“仍按那一天的名单”（命令行加 --older）再核定。"


class AdjustmentDiffers(Refusal):
    """Somebody paid, or a list came to count, between the look and the doing."""

    code = "adjustment_differs"
    says_template = "看过以后，名单、缴费或登记有了变化，没有核定。"
    remedy_template = "下面是现在的结果，请再看一遍再确认。"


SAID_BY_DATABASE: dict[str, type[Refusal]] = {
    refusal.code: refusal
    for refusal in (
        NotYourDivision,
        NoReceiptsLeft,
        NotMoney,
        NumbersNotHeld,
        HandOverTaken,
        HandOverAnswered,
        VoucherStands,
        ReceiptHasVoucher,
        VoidWithoutReason,
        VoidReasonTooLong,
        ReceiptIsVoid,
        ReceiptWaitsForVoid,
        VoidingTaken,
        VoidingAnswered,
        CashInOldDrawer,
        UnitCollectsNoMore,
        DrawerIsOverdue,
        DrawerIsFull,
        DrawerIsEmpty,
        RemittanceDiffers,
        NotToReplace,
        SlipDayNotPossible,
        CertificateUsed,
        SlipUsed,
        RemittanceRejected,
        RemittanceConfirmed,
        RejectedWithoutReason,
        SamePerson,
        NotInSuspense,
        PlacingWaits,
        PlacingWithoutReason,
        PlacedMoreThanArrived,
        PlacingDecided,
        AskingBackTaken,
        AskingBackWaits,
        NothingToAskBack,
        GroundNotRegistered,
        CoverHasBegun,
        AskedBackWithoutPapers,
        AskingBackAnswered,
        RefusedWithoutReason,
        RefundNotApproved,
        RefundGoesBackByChannel,
    )
}
