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


class CampaignAlreadyOpen(Refusal):
    code = "campaign_already_open"
    says_template = "“{title}”已经开启，不能再次开启。"
    remedy_template = "身份或名单有变化，请用“身份调整”。"


class BaseTableDrawn(Refusal):
    """Papers with its numbers are in the villages: it is drawn up once."""

    code = "base_table_drawn"
    says_template = "“{title}”的底表已于{day}编制（{people}人），不再重新编制。"
    remedy_template = "编制以后的变化，请登记在变动表里。"


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
