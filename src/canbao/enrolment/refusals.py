"""Every no of this room, in the order in which they are checked. What the notice itself says no to comes as
`NoticeSaysNo`, with the code, clause and remedy of the pack."""

from canbao.kernel.refusal import Refusal
from canbao.policy import Refused


class OtherPackPublished(Refusal):
    """Under this name something else was published: bills and receipts cite it, so it is never replaced in silence."""

    code = "other_pack_published"
    says_template = "政策包“{key}”已经发布过，内容不同（已发布的校验值 {published}，现在给的 {given}）。"
    remedy_template = "已发布的不改写。请核对文件；确有修订的，请把政策包另取一个名字（如 {key}-2）再发布。"


class NotAnAmendment(Refusal):
    """Only a pack that stands on the one in force, and names the day from which it holds, amends it."""

    code = "not_an_amendment"
    says_template = "这个政策包不是对“{title}”现行政策（校验值 {in_force}）的修改。"
    remedy_template = (
        "请在 document 里写 extends（现行的政策包）和 holds_from（施行日），并核对现行的那一份没有被改动。"
    )


class OtherBenefitPeriod(Refusal):
    code = "other_benefit_period"
    says_template = "修改不能改变待遇期（{first} 至 {last}），已经有人按它参保。"
    remedy_template = "待遇期不同的请作为另一个政策包发布。"


class NoticeOfElsewhere(Refusal):
    """A season by another place's notice."""

    code = "notice_of_elsewhere"
    says_template = "“{title}”管的是{place}（{code}），不是本县。"
    remedy_template = "请选本县的、所属市或省的，或者本县乡镇的方案。"


class NoticeAmends(Refusal):
    """An amendment carries on a season and begins none."""

    code = "notice_amends"
    says_template = "“{title}”是修改方案的（{holds_from}起），不能用来开始新的年度。"
    remedy_template = "请系统管理员用 canbao amend 使它生效。"


class CampaignAlreadyOpen(Refusal):
    code = "campaign_already_open"
    says_template = "“{title}”已经开启，不能再次开启。"
    remedy_template = "身份或名单有变化，请用“身份调整”。"


class SeasonsOverlap(Refusal):
    """Two notices for one year, the county's own and its city's: everybody would have two bills."""

    code = "seasons_overlap"
    says_template = "“{title}”不能开启：“{other}”已经开启，待遇期（{first} 至 {last}）与它重叠，一个人会有两张账单。"
    remedy_template = (
        "同一待遇期本县只按一份方案征缴，请用已开启的那一份；规定有修改的，请系统管理员用 canbao amend 施行修改方案。"
    )


class BaseTableDrawn(Refusal):
    """Papers with its numbers are in the villages: it is drawn up once."""

    code = "base_table_drawn"
    says_template = "“{title}”的底表已于{day}编制（{people}人），不再重新编制。"
    remedy_template = "编制以后的变化，请登记在变动表里。"


class NoCampaignBefore(Refusal):
    """There were seasons here, but none for the benefit period just before: an older one says nothing of last year."""

    code = "no_campaign_before"
    says_template = "“{title}”的上一待遇期应到{ended}为止，本系统里最近的一期是“{last}”，到{until}为止，底表没有编制。"
    remedy_template = "请核对两期的待遇期；上一期不在本系统办理的，请先与系统管理人员商定怎样取得上一期的参保人员。"


class NobodyEnrolledBefore(Refusal):
    """There is nothing to draw up, which is not the same as nobody being enrolled."""

    code = "nobody_enrolled_before"
    says_template = "没有查到“{title}”上一待遇期的参保人员，底表没有编制。"
    remedy_template = "首次使用的，请先把上年参保情况随登记册一起导入；否则请核对上一年的征缴是否在本系统办理。"


class NoBaseTable(Refusal):
    """Nobody has drawn one up yet."""

    code = "no_base_table"
    says_template = "本县还没有编制底表。"
    remedy_template = "请县医保局编制：canbao base --county 县代码 --by 账号。"


class NobodyOnBaseTable(Refusal):
    """A list of nobody is not printed: it would look as if it had been forgotten."""

    code = "nobody_on_base_table"
    says_template = "底表上没有{place}的人。"
    remedy_template = "请核对选的村（社区）；上年确有人参保的，请告诉县医保局。"


class NotABaseTable(Refusal):
    """A spreadsheet that is not one of those that were handed out."""

    code = "not_a_base_table"
    says_template = "这不是本系统发出的底表：没有找到“{missing}”。"
    remedy_template = "请在下载的底表上填写变动，表头和表头上面的编号不要删。"


class BaseTableOfOtherVillage(Refusal):
    """Numbers count from one in every village: the same number is another person there."""

    code = "base_table_of_other_village"
    says_template = "这是另一个村（{seen}）的底表，不是本村（{village}）的，没有采用任何一行。"
    remedy_template = "请到那个村的页面上传，或换成本村的底表。"


class BaseTableOfLastYear(Refusal):
    """An older table, whose numbers mean others."""

    code = "base_table_of_last_year"
    says_template = "这是以前的底表（第{seen}号），现在用的是第{wanted}号，没有采用任何一行。"
    remedy_template = "请重新下载今年的底表，把变动填在上面。"


class NothingOnChangeTable(Refusal):
    """Nothing was written on it, or all of it is registered already."""

    code = "nothing_on_change_table"
    says_template = "表里没有新的变动：{rows}行都没有变动，或已经登记过。"
    remedy_template = "请在“变动”一栏写明死亡、迁出、参加职工医保、更正或新增，保存后再上传。"


class ChangeTableKnown(Refusal):
    """The same file a second time."""

    code = "change_table_known"
    says_template = "同样的文件已经报送过，没有再收。"
    remedy_template = "请打开已报送的那一份；要重新报送的，先把它撤回。"


class NoSuchHousehold(Refusal):
    """Somebody new for a household that this village does not have."""

    code = "no_such_household"
    says_template = "本村没有农户编码是“{code}”的户。"
    remedy_template = "请核对农户编码；新立的户，请告诉县医保局登记。"


class WithdrawnUnderOther(Refusal):
    """Somebody who was withdrawn is added again, as somebody else."""

    code = "withdrawn_under_other"
    says_template = "这个证件号码登记过又撤下了，那时登记的姓名、农户编码或与户主关系与这一行不同。"
    remedy_template = "请按那时登记的写（农户编码{household}，{name}，{relation}），采用以后再更正。"


class EnrolledIsNoMistake(Refusal):
    """Somebody is to be taken off the register who is enrolled: for them money was paid, or a fund owes."""

    code = "enrolled_is_no_mistake"
    says_template = "{who}已经参保，不能撤下。"
    remedy_template = "登记了两次的，在“疑似重复”里合并；替错的人缴了费的，先办退费。"


class EnrolledSince(Refusal):
    """Whoever was added by the table has been enrolled: money was paid for them."""

    code = "enrolled_since"
    says_template = "这些新增的人已经参保，不能撤下：{rows}。整份都没有动。"
    remedy_template = "请逐个核对：确属登记有误的，先在县医保局终止参保、办理退费，再撤回；其余的变动可以逐个撤销。"


class TakenBackAlready(Refusal):
    code = "change_table_taken_back"
    says_template = "这份变动表已于{day}撤回。"
    remedy_template = "需要的话，把文件重新报送一次。"


class TakenAlready(Refusal):
    code = "change_table_taken"
    says_template = "这份变动表已于{day}采用。"
    remedy_template = "有误的，请撤回整份变动表。"


class NothingToTake(Refusal):
    code = "nothing_to_take"
    says_template = "这份变动表没有可以采用的行。"
    remedy_template = "请按各行的说明改好文件，重新报送。"


class ChangedSincePreview(Refusal):
    """All or nothing: one row that no longer goes stops the whole."""

    code = "changed_since_preview"
    says_template = "第{row}行（{who}）现在办不了：{says}整份都没有动。"
    remedy_template = "请先处理这一行的人；未采用的，撤回这一份，按现在的情况重新报送。"


class TrialUnderWay(Refusal):
    code = "trial_under_way"
    says_template = "本县正在试算另一个方案，同一时间只算一个。"
    remedy_template = "请等那一个算完再试，全县的人一般不超过一分钟。"


class NoticeSaysNo(Refusal):
    """The notice does not let this person enrol on this day."""

    def __init__(self, refused: Refused, *, who: str = "") -> None:
        super().__init__(clause=refused.clause)
        self.code = refused.code  # type: ignore[misc] - the pack's own code
        self.says = f"{who}：{refused.says}" if who else refused.says
        self.remedy = refused.remedy
        self.args = (f"{self.code}: {self.says}",)


class StartUnknown(Refusal):
    """The notice leaves to others from when this person would be covered."""

    code = "start_unknown"
    says_template = "{who}的待遇起始时间，本通知没有规定。"
    remedy_template = "请先向县医保局问明后再收费。"


class AmountUnknown(Refusal):
    """The notice leaves the amount to others; nobody may collect a guess."""

    code = "amount_unknown"
    says_template = "{who}的应缴金额，本通知没有规定（{what}）。"
    remedy_template = "请向{ask}问明，金额确定后再收费。"
