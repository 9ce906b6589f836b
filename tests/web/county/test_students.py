"""学生名单: a list is looked at row by row, the good ones go, and it is taken back; the university's officer sees its faculties."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from canbao.access.models import Record, Role, Staff
from canbao.divisions.models import CollectingUnit, Division, UnitKind
from canbao.register.models import Change
from tests.county import FAR_VILLAGE, IN_THE_WINDOW, PASSWORD
from tests.web.conftest import Outside, number_of
from tests.web.pages import text_of


@pytest.fixture
def page(outside: Outside) -> str:
    """Of a university with two faculties in 示例三村, and its officer."""
    from canbao.collection.domain.units import open_unit

    def made(_: object) -> int:
        place = Division.objects.get(pk=FAR_VILLAGE)
        university = open_unit(UnitKind.UNIVERSITY, "示例学院", division=place, by=None, at=IN_THE_WINDOW)
        for name in ("文学院", "理学院"):
            open_unit(UnitKind.FACULTY, name, division=place, university=university, by=None, at=IN_THE_WINDOW)
        return university.pk

    return f"/county/units/{outside.look(made)}/students/"


def look(client: Client, page: str, *rows: str) -> object:
    text = "\n".join(["姓名,身份证号,院系", *rows])
    return client.post(page, {"file": SimpleUploadedFile("学生.csv", text.encode("gb18030"))})


def line(name: str, faculty: str = "文学院") -> str:
    return f"{name},{number_of(name)},{faculty}"


def where(outside: Outside, name: str) -> str:
    return outside.look(lambda county: county.person(name).household.unit.name)


def test_a_list_is_looked_at_and_then_taken(sign_in: object, outside: Outside, page: str) -> None:
    client = sign_in("county")

    looked = look(client, page, line("赵双一"), line("赵双二", "医学院"), line("赵大"))

    said = text_of(looked)
    assert (looked.status_code, "可以转的 1 人" in said, "不能转的 2 行" in said) == (422, True, True)
    assert "3 赵双二 示例学院没有院系“医学院”。" in said
    assert "4 赵大 赵大是赵家的户主，户里还有别人。" in said
    assert not re.search(r"\d{17}[\dX]", looked.content.decode())
    assert where(outside, "赵双一") == "示例一村委会"
    reads = outside.look(lambda _: Record.objects.filter(verb="students.read").latest("position").detail)
    assert len(reads["residents"]) == 1

    done = client.post(f"{page}take/", {"seen": looked.context["seen"], "why": "2021年新生名单"}, follow=True)

    assert "已有1人转到示例学院参保。" in text_of(done)
    assert where(outside, "赵双一") == "文学院"


def test_one_student_by_number(sign_in: object, outside: Outside, page: str) -> None:
    client = sign_in("county")

    looked = client.post(page, {"name": "赵双二", "number": number_of("赵双二"), "faculty": "理学院"})
    client.post(f"{page}take/", {"seen": looked.context["seen"], "why": "插班"})

    assert where(outside, "赵双二") == "理学院"
    stranger = client.post(page, {"name": "赵双二", "number": number_of("赵大"), "faculty": "理学院"})
    assert "没有查到姓名与证件号码都相符的人员" in text_of(stranger)
    assert client.post(page, {"name": "", "number": "1"}).status_code == 422


def test_a_whole_list_is_taken_back(sign_in: object, outside: Outside, page: str) -> None:
    client = sign_in("county")
    looked = look(client, page, line("赵双一"), line("赵双二"))
    taken = client.post(f"{page}take/", {"seen": looked.context["seen"], "why": "名单"}, follow=True)
    ((_batch, form),) = taken.context["batches"]
    whole = {**form.initial, "why": "名单传错了"}

    unsaid = client.post(f"{page}back/", form.initial)
    back = client.post(f"{page}back/", whole, follow=True)

    assert "已撤回：2人回到原来的户。" in text_of(back)
    assert {where(outside, name) for name in ("赵双一", "赵双二")} == {"示例一村委会"}
    assert (unsaid.status_code, 'id="back_why"' in unsaid.content.decode()) == (422, True)
    assert outside.look(lambda _: Change.objects.filter(undoes__kind="school").values_list("why", flat=True).distinct().get()) == "名单传错了"  # fmt: skip
    assert client.post(f"{page}back/", whole).status_code == 409


@pytest.mark.parametrize("asked", [{"at": "gestern"}, {"at": "2021-11-15T10:00:00"}, {"by": "staff:\0"}, {"by": ""}])
def test_a_list_that_is_none_is_not_there(sign_in: object, page: str, asked: dict[str, str]) -> None:
    """A time without its zone names no moment, and nobody's name has a NUL in it."""
    whole = {"at": "2021-11-15T10:00:00+08:00", "by": "staff:county", "why": "名单传错了"}

    assert sign_in("county").post(f"{page}back/", whole).status_code == 409  # the control
    assert sign_in("county").post(f"{page}back/", whole | asked).status_code == 404


def test_what_somebody_else_looked_at_or_without_a_ground_is_not_taken(
    sign_in: object, outside: Outside, page: str
) -> None:
    seen = look(sign_in("county"), page, line("赵双一")).context["seen"]

    theirs = sign_in("county2").post(f"{page}take/", {"seen": seen, "why": "名单"}, follow=True)
    without = sign_in("county").post(f"{page}take/", {"seen": seen, "why": ""})

    assert "请重新上传" in text_of(theirs)
    assert (without.status_code, "转到学校参保" in text_of(without)) == (422, True)
    assert where(outside, "赵双一") == "示例一村委会"


def test_a_file_that_is_no_list_of_students(sign_in: object, page: str) -> None:
    client = sign_in("county")

    assert client.post(page, {"file": SimpleUploadedFile("空.csv", b"")}).status_code == 422
    assert client.post(page, {"file": SimpleUploadedFile("村.csv", "村,代码\n甲,1\n".encode())}).status_code == 409


def test_a_village_has_no_students(sign_in: object, outside: Outside, page: str) -> None:
    committee = outside.look(lambda county: county.unit().pk)

    assert sign_in("county").get(f"/county/units/{committee}/students/").status_code == 404
    assert [sign_in(who).get(page).status_code for who in ("clerk", "town", "tax")] == [403] * 3


def test_the_universitys_officer_sees_each_faculty(sign_in: object, outside: Outside, page: str) -> None:
    client = sign_in("county")
    looked = look(client, page, line("赵双一"), line("赵双二", "理学院"), line("钱儿", "理学院"))
    client.post(f"{page}take/", {"seen": looked.context["seen"], "why": "名单"})
    unit = outside.look(lambda _: CollectingUnit.objects.get(name="示例学院").pk)
    outside.look(
        lambda _: Staff.objects.create_staff(
            username="school",
            password=PASSWORD,
            full_name="学院",
            role=Role.SCHOOL_CLERK,
            division=FAR_VILLAGE,
            unit_id=unit,
        )
    )

    assert "各院系 院系 学生 已参保 待缴 文学院 1 0 1 理学院 2 0 2" in text_of(sign_in("school").get("/village/"))
    assert "文学院 1 0 1 —" in text_of(client.get(f"/county/units/{unit}/"))
