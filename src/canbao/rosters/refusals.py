"""Every no of this room, in the order in which they are checked: importing, mending, closing, confirming, giving back.

What is wrong with a row is no refusal but a verdict (`domain.verdicts`): one bad row stops nobody.
"""

from canbao.kernel.refusal import Refusal


class RosterRefusal(Refusal):
    """The base. `words` holds no cell of a person."""


class NotYourDepartment(RosterRefusal):
    """Somebody of one department with the list of another."""

    code = "roster_not_your_department"
    says_template = "您属于{own}，不能报送{department}的名单。"
    remedy_template = "请由{department}报送，或请县医保局代为导入。"


class CutOffInFuture(RosterRefusal):
    """A list cannot know who will be on it."""

    code = "roster_cut_off_in_future"
    says_template = "在册截止日 {cut_off_on} 晚于今天（{on}）。"
    remedy_template = "请核对截止日的年月。"


class CategoryNotInNotice(RosterRefusal):
    """The category that the sender gives the whole list is none of the notice."""

    code = "roster_category_unknown"
    says_template = "通知中没有“{seen}”这种类别。"
    remedy_template = "可选的类别：{known}。"


class SpellingKnown(RosterRefusal):
    """What the notice itself knows was said to be something else, or what is no word at all."""

    code = "roster_spelling_known"
    says_template = "“{word}”不能另作说明：通知里有这种写法，或者它不是一种类别的写法。"
    remedy_template = "通知里有的写法，一律按通知理解；写错了的，请在文件里更正后重新上传。"


class RosterOfAnotherYear(RosterRefusal):
    """What stands above the list, or its file's name, speaks of years that are over."""

    code = "roster_of_another_year"
    says_template = "名单标题或文件名写的是 {seen} 年，在册截止日却是 {cut_off_on}：可能是旧名单。"
    remedy_template = "请上传本期的名单；确属本期、只是标题没有改的，请勾选“确认是本期名单”后继续。"


class RosterOfAnotherDepartment(RosterRefusal):
    """By the notice, not one category on the list is this department's, and somebody else hands them in."""

    code = "roster_of_another_department"
    says_template = "名单上的类别（{categories}）按通知由{others}报送，没有一种是{department}的。"
    remedy_template = "请核对选的部门和文件；确由本部门认定的，请县医保局在通知的名单分工中写明。"


class RosterFileKnown(RosterRefusal):
    """The same bytes, from the same department, for the same day."""

    code = "roster_file_known"
    says_template = "这份文件已经作为{department}截至 {cut_off_on} 的名单导入过。"
    remedy_template = "请打开已导入的那份名单；内容有更正的，请上传更正后的文件。"


class UploadGone(RosterRefusal):
    """Handed in or given up in another window, or kept for a day and then forgotten."""

    code = "roster_upload_gone"
    says_template = "这份文件已经报送、放弃，或放置超过一天，不在了。"
    remedy_template = "请在“已报送的名单”里查看；没有报送的，请重新上传。"


class UploadUnderWay(RosterRefusal):
    """A worker has it, or will have it next."""

    code = "roster_upload_under_way"
    says_template = "这份文件已经报送，正在处理，不能再改。"
    remedy_template = "请等处理完；报错了的，处理完后可以撤回那份名单。"


class UploadChanged(RosterRefusal):
    """Put right in another window: what would be handed in is not what this page shows."""

    code = "roster_upload_changed"
    says_template = "这份文件已在另一页改过，请再看一遍。"
    remedy_template = "下面是现在的读法，还没有报送；没有问题的，请再点一次。"


class UploaderGone(RosterRefusal):
    """The account of whoever handed it in was closed before a worker took the file up."""

    code = "roster_uploader_gone"
    says_template = "报送人（{who}）的账号已停用，这份文件没有报送。"
    remedy_template = "请由仍在岗的人员重新上传；账号停错了的，请系统管理员恢复后再报送一次。"


class NoSeasonForList(RosterRefusal):
    """No campaign is open in the county, so no notice says what the list means."""

    code = "roster_no_season"
    says_template = "本县现在没有开启的参保年度，这份文件没有报送。"
    remedy_template = "请等县医保局开启参保年度后再报送一次。"


class RosterAlreadyConfirmed(RosterRefusal):
    """What counts is not changed behind the back of whoever confirmed it."""

    code = "roster_already_confirmed"
    says_template = "这份名单已由{who}确认，不能再改。"
    remedy_template = "请把更正的人员另作一份增补名单报送。"


class RosterClosed(RosterRefusal):
    """Withdrawn by its sender, or sent back: it does not come to count any more."""

    code = "roster_closed"
    says_template = "这份名单{how}（{who}：{why}），不再核对，也不能确认。"
    remedy_template = "请更正后重新报送；内容不变的，原文件也可以再报送一次。"


class ReasonMissing(RosterRefusal):
    """A list was to be withdrawn or sent back, and the other side would not know why."""

    code = "roster_reason_missing"
    says_template = "没有写明原因，什么也没有改。"
    remedy_template = "请用一句话写明原因，对方和以后查看的人都会看到。"


class RowNotOpen(RosterRefusal):
    """Only a row that asks to be looked at can be decided, and only one that was not taken can be corrected."""

    code = "roster_row_not_open"
    says_template = "第 {row} 行的结果是“{outcome}”，不用再核对或更正。"
    remedy_template = "内容有误的，请更正文件后重新报送。"


class NobodyOffered(RosterRefusal):
    """Several people could be meant, or nobody: one must be pointed at."""

    code = "roster_nobody_offered"
    says_template = "第 {row} 行还没有确定是登记册上的哪一个人。"
    remedy_template = "请报送部门补填证件号码；都不是的，请不予采用。"


class CategoryNotSettled(RosterRefusal):
    """No category was understood, so there is nothing to give."""

    code = "roster_category_not_settled"
    says_template = "第 {row} 行的类别没有认出来，不能采用。"
    remedy_template = "请不予采用这一行，改正类别后另行报送。"


class NothingMended(RosterRefusal):
    """A correction without anything corrected; or the number is what is wrong, and only the name was written anew."""

    code = "roster_nothing_mended"
    says_template = "第 {row} 行没有更正：{wanted}还是原来的。"
    remedy_template = "请填写更正后的{wanted}。"


class CorrectionUnreadable(RosterRefusal):
    """Longer than any name or number, or with signs that no text has: it would be cut short or refused by the database."""

    code = "roster_correction_unreadable"
    says_template = "第 {row} 行没有更正：填写的{wanted}太长，或含有不能用的字符。"
    remedy_template = "请对照证件重新填写{wanted}。"


class SamePerson(RosterRefusal):
    """Maker and checker are two people (R-24)."""

    code = "roster_same_person"
    says_template = "这份名单由您导入、更正或核对过，须由另一人确认。"
    remedy_template = "请由本局另一位有确认权限的人员办理。"


class NotConfirmed(RosterRefusal):
    """A list that does not count yet is withdrawn or sent back; there is nothing to take back."""

    code = "roster_not_confirmed"
    says_template = "这份名单还没有确认，没有可以撤销的。"
    remedy_template = "不用这份名单的，请撤回或退回。"


class ListTakenBack(RosterRefusal):
    """It does not count any more since then."""

    code = "roster_taken_back_already"
    says_template = "这份名单的确认已经在 {on} 撤销，原因：{why}。"
    remedy_template = "需要的，请由部门重新报送。"


class LaterListCounts(RosterRefusal):
    """A later list was compared with what this one gave: without it, that one would say something else."""

    code = "roster_later_list_counts"
    says_template = "{department}后来确认的名单“{file}”（截至 {on}）是在这份的基础上比对的。"
    remedy_template = "请先撤销后来的那份，再撤销这份。"


class NothingToConfirm(RosterRefusal):
    """Not one row was taken: a yes to it would give nobody anything, and a full list would take it from everybody."""

    code = "roster_nothing_to_confirm"
    says_template = "这份名单一行也没有采用，没有可以确认的。"
    remedy_template = "请先核对或更正各行；整份都用不了的，请退回或撤回，由部门更正后重新报送。"


class OlderThanConfirmed(RosterRefusal):
    """A later full list of that department has been confirmed: this one would bring back who was struck off since."""

    code = "roster_older_than_confirmed"
    says_template = "{department}截至 {later_on} 的全量名单已经确认，这份截至 {cut_off_on} 的名单更旧。"
    remedy_template = "请以最新的名单为准；有遗漏的，请报送截止日不早于 {later_on} 的增补名单。"


class RowsNotLookedAt(RosterRefusal):
    """Rows that nobody has settled would not count, silently: whoever confirms says that they know."""

    code = "roster_rows_not_looked_at"
    says_template = "还有 {rows} 行没有核对，确认后这些行不再采用。"
    remedy_template = "请先核对这些行；确实不再采用的，请勾选同意后再确认。"


class TooManyStruckOff(RosterRefusal):
    """A full list that was cut short looks just like this. `words["towns"]` and `words["counted"]` have the counts before
    and after, by town and by category."""

    code = "roster_too_many_struck_off"
    says_template = "按这份全量名单，{before} 人中将有 {gone} 人被取消身份，超出通常的变动。数的是这些类别：{categories}。其中{worst} {worst_before} 人中 {worst_gone} 人。"
    remedy_template = "请先向{department}核实文件是否完整；确属正常变动的，可以再次确认取消。"
