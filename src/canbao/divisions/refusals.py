"""Every no of this room, in the order in which they are checked; the second group is said of one row of a list of villages."""

from canbao.kernel.refusal import Refusal


class NotPublished(Refusal):
    """A county that the published table does not have."""

    code = "not_published"
    says_template = "公布的行政区划代码（截至{as_of}）里没有{place}。"
    remedy_template = "请核对代码，例如东至县 341721、合肥市 3401；开发区、园区不在公布的表里，用“新增园区”。"


class NoSuchPlace(Refusal):
    """A division that is not here, or not any more."""

    code = "no_such_place"
    says_template = "{place}不是本县现有的{what}。"
    remedy_template = "请核对代码；已经并入别处的，用并入后的代码。"


class PlaceNameWrong(Refusal):
    """A name that cannot be kept."""

    code = "place_name_wrong"
    says_template = "名称没有填写，或者多于{most}个字，或者有无法保存的字符。"
    remedy_template = "请按公布的全称填写，如“示例一村”“幸福社区”。"


class PlaceNameTaken(Refusal):
    """Two places of one name side by side: nobody could tell them apart on a list."""

    code = "place_name_taken"
    says_template = "{where}已有“{name}”（{code}）。"
    remedy_template = "同一个地方的不用重复登记；确属两个地方的，请在名称上区分。"


class SameName(Refusal):
    """A place is renamed to what it is called."""

    code = "same_name"
    says_template = "名称已经是“{name}”，没有更改。"
    remedy_template = "请填写新名称。"


class DayOfPlaceNotPossible(Refusal):
    """A change of places in the future, or before an earlier one."""

    code = "day_of_place_not_possible"
    says_template = "{day}不能作为生效日期：应在{first}至{today}之间。"
    remedy_template = "请按批复文件填写日期；还没有生效的，到生效那天再办。"


class WhyOfPlaceMissing(Refusal):
    """A change of places without the paper that orders it."""

    code = "why_of_place_missing"
    says_template = "没有写明依据。"
    remedy_template = "请写明批复文件的名称和文号。"


class CodeNotPossible(Refusal):
    """A published code that is somebody else's."""

    code = "place_code_taken"
    says_template = "代码{code}已经是{name}的。"
    remedy_template = "请核对代码；没有公布代码的，可以不填，由系统编一个。"


class NoVillages(Refusal):
    """A list on which there is no village."""

    code = "no_villages"
    says_template = "表里没有一个村（社区）。"
    remedy_template = "表头应有“代码”“名称”，可以有“类型”“城乡分类代码”“乡镇”；每个村（社区）一行。"


class VillagesNotGood(Refusal):
    """A list of villages with a bad row: nothing of it is taken."""

    code = "villages_not_good"
    says_template = "{bad}行有问题（第{rows}行），一行也没有导入。"
    remedy_template = "请按逐行写明的原因改好，再整份导入。"


# --- of one row -------------------------------------------------------------------------------------------------------


class VillageCodeWrong(Refusal):
    code = "village_code_wrong"
    says_template = "代码“{seen}”不是村（社区）的12位代码。"
    remedy_template = "请填写统计用区划代码的全部12位，末三位不是000。"


class VillageElsewhere(Refusal):
    code = "village_elsewhere"
    says_template = "代码{code}不在本县（{county}）。"
    remedy_template = "请删去外县的行，或更正代码的前六位。"


class VillageWordUnknown(Refusal):
    code = "village_word_unknown"
    says_template = "{what}“{seen}”认不出。"
    remedy_template = "{what}应为：{possible}；不知道的可以不填。"


class TownUnknown(Refusal):
    code = "town_unknown"
    says_template = "本县没有乡镇（街道、园区）“{town}”。"
    remedy_template = "请核对名称；公布的代码里没有的园区，先用“新增园区”登记。"


class TownCodeUnknown(Refusal):
    code = "town_code_unknown"
    says_template = "本县没有代码为{code}的乡镇（街道、园区），表里也没有写这个村在哪个乡镇。"
    remedy_template = "民政部门和统计部门的乡镇代码不尽相同：请在表里加一列“乡镇”，写乡镇的名称。"


class TownsDisagree(Refusal):
    code = "towns_disagree"
    says_template = "代码以{code}开头的村，表里写了不止一个乡镇：{towns}。"
    remedy_template = "请核对这些行的代码和乡镇。"


class VillageTwice(Refusal):
    code = "village_twice"
    says_template = "与第{row}行的{what}相同：{seen}。"
    remedy_template = "同一个村（社区）只留一行；不同的村，请更正{what}。"


class VillageNamedOtherwise(Refusal):
    code = "village_named_otherwise"
    says_template = "代码{code}已登记为“{name}”。"
    remedy_template = "改了名的，用“改名”并写明日期；代码写错的，请更正。"


class VillageEnded(Refusal):
    code = "village_ended"
    says_template = "代码{code}是“{name}”的，{day}以后已不再使用。"
    remedy_template = "撤并了的村不再登记；请删去这一行，或更正代码。"
