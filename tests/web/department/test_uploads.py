"""The preview of a file: what was understood is seen and put right before anything is done with it."""

import io
import re
from datetime import timedelta

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.http import HttpResponse
from django.test import Client

from canbao.access.clock import now
from canbao.access.models import Role, Staff
from canbao.access.scope import within
from canbao.rosters.models import Roster, Upload
from tests.county import PASSWORD, everybody
from tests.documents.old_excel import xls
from tests.documents.workbooks import ods
from tests.documents.workbooks import xlsx as workbook
from tests.rosters.files import HEADER, listed
from tests.rosters.working import work_off
from tests.web.conftest import number_of
from tests.web.pages import refusal_of, text_of

ODD = ("家庭成员", "姓名", "身份证号", "保障种类")  # the last is nothing that we know


@pytest.fixture(autouse=True)
def _civil_affairs(db: None) -> None:
    with within(everybody()):
        Staff.objects.filter(username="civil").update(department="民政部门")


def choose(client: Client, content: bytes, **changes: object) -> HttpResponse:
    file = SimpleUploadedFile("名单.xlsx", content)
    asked = {"file": file, "department": "民政部门", "cut_off_on": "2021-10-31", "category": ""} | changes
    return client.post("/department/", asked)


def address(client: Client, content: bytes, **changes: object) -> str:
    return choose(client, content, **changes)["Location"]


def worked(client: Client, where: str, **typed: str) -> HttpResponse:
    """Handed in, and what stands at the same address when a worker is done with it."""
    client.post(where, {"go": "1"} | typed)
    work_off()
    return client.get(where, follow=True)


def counted() -> tuple[int, int]:
    with within(everybody()):
        return Upload.objects.exclude(state="done").count(), Roster.objects.filter(department="民政部门").count()


def odd_file() -> bytes:
    rows = [("户主", *listed("赵大", "低保")), ("配偶", *listed("赵妻", "低保")), ("户主", *listed("周归", "特困"))]
    return workbook({"名单": [["某县2021年10月名单"], ODD, *rows, ["合计", "", "", "3"]]})


def test_what_was_understood_is_shown_and_nothing_is_a_list_yet(sign_in: object, outside: object) -> None:
    client = sign_in("civil")
    rows = [listed("赵大", "低保"), listed("赵妻", "低保"), listed("周归", "不知道")]

    seen = client.get(address(client, workbook({"名单": [["某县名单"], HEADER, *rows, ["合计", "3"]]})))

    assert "读到 3 行人员，表头在第 2 行。 工作表：名单。 表头上方写着：某县名单。" in text_of(seen)
    assert "没有当作人员的 1 行" in text_of(seen)
    assert "6 合计 合计行" in text_of(seen)
    assert "低保对象 2 行 没有读懂，或要核对的 1 行" in text_of(seen)
    assert "不知道 1 通知中没有「不知道」" in text_of(seen)
    assert counted() == (1, 0)


def test_a_preview_shows_no_whole_number_and_the_file_is_kept_sealed(sign_in: object, outside: object) -> None:
    client = sign_in("civil")

    seen = client.get(address(client, workbook({"名单": [HEADER, listed("赵大"), listed("赵妻")]})))

    assert ("赵大" in text_of(seen), number_of("赵大")[-4:] in text_of(seen)) == (True, True)
    with within(everybody()):
        upload = Upload.objects.get()
    for kept in (seen.content.decode(), str(upload.seen), bytes(upload.file_sealed).decode("latin-1")):
        assert [name for name in ("赵大", "赵妻") if number_of(name) in kept] == []
    assert not bytes(upload.file_sealed).startswith(b"PK")


def test_a_number_in_the_name_of_a_sheet_is_covered_on_the_page_and_the_sheet_can_be_chosen(
    sign_in: object, outside: object
) -> None:
    client, whole = sign_in("civil"), number_of("赵大")
    where = address(client, workbook({f"赵大{whole}": [HEADER, listed("赵大")], "二": [HEADER, listed("赵妻")]}))

    asked, shown = client.get(where), client.post(where, {"sheet": "0"}, follow=True)
    worked(client, where)

    covered = f"赵大{'*' * 14}{whole[-4:]}"
    assert [covered in text_of(page) for page in (asked, shown)] == [True, True]
    assert [whole in page.content.decode() for page in (asked, shown)] == [False, False]
    with within(everybody()):
        assert Roster.objects.get(department="民政部门").sheet == covered


def test_a_text_table_with_the_character_zero_is_refused(sign_in: object, outside: object) -> None:
    rows = ["姓名,证\0件,人员类别", *(",".join(listed(name)) for name in ("赵大", "赵妻"))]

    no = choose(sign_in("civil"), "\r\n".join(rows).encode("utf-16"))

    assert (no.status_code, refusal_of(no)) == (409, "这不是可以读取的表格：内容像是二进制数据。")


def test_a_column_is_put_right_and_the_categories_are_counted_anew(sign_in: object, outside: object) -> None:
    client = sign_in("civil")
    where = address(client, odd_file())

    stopped = client.post(where, {"go": "1"}, follow=True)
    shown = client.post(where, {"column-3": "category"}, follow=True)

    assert refusal_of(stopped).startswith("缺少「人员类别」列。")
    assert refusal_of(shown) == ""
    assert "低保对象 2 行" in text_of(shown)
    assert counted() == (1, 0)  # without `go` it is only shown
    made = worked(client, where, **{"column-3": "category"})
    assert "采用 3 更正后采用 0" in text_of(made)
    assert "没有当作人员的 1 行" in text_of(made)
    assert counted() == (0, 1)


def test_of_two_columns_for_one_thing_one_is_set_aside(sign_in: object, outside: object) -> None:
    client = sign_in("civil")
    header = ("姓名", "身份证号", "人员类别", "证件号码")
    where = address(client, workbook({"名单": [header, (*listed("赵大"), "无")]}))

    stopped, shown = client.get(where), client.post(where, {"column-3": ""}, follow=True)

    assert refusal_of(stopped).startswith("有几列都像是「身份证号」")
    assert refusal_of(shown) == ""


def test_a_list_without_categories_is_said_to_be_all_of_one(sign_in: object, outside: object) -> None:
    client = sign_in("civil")
    where = address(client, workbook({"名单": [HEADER[:2], listed("赵大")[:2], listed("赵妻")[:2]]}))

    shown = client.post(where, {"category": "低保对象"}, follow=True)
    made = worked(client, where, category="低保对象")

    assert "低保对象 2 行" in text_of(shown)
    assert "采用 2" in text_of(made)


def test_of_several_lists_one_is_chosen(sign_in: object, outside: object) -> None:
    client = sign_in("civil")
    content = workbook({"低保": [HEADER, listed("赵大")], "特困": [HEADER, listed("赵妻"), listed("周归")]})
    where = address(client, content)

    asked, shown = client.get(where), client.post(where, {"sheet": "1"}, follow=True)

    assert refusal_of(asked) == "文件里有 2 张名单：低保（1 行）、特困（2 行）。"
    assert (refusal_of(shown), "读到 2 行人员" in text_of(shown)) == ("", True)
    worked(client, where)
    with within(everybody()):
        assert Roster.objects.get(department="民政部门").sheet == "特困"


def hidden_of(page: HttpResponse) -> dict[str, str]:
    (edition,) = set(re.findall(r'<input type="hidden" name="edition" value="(\d+)">', page.content.decode()))
    return {"edition": edition}


def two_sheets() -> bytes:
    return workbook(
        {"一月": [HEADER, listed("赵大")], "二月": [HEADER, listed("赵妻", "低保"), listed("周归", "特困")]}
    )


def test_what_another_window_changed_is_shown_before_it_is_handed_in(sign_in: object, outside: object) -> None:
    client = sign_in("civil")
    where = address(client, two_sheets())
    first = client.post(where, {"sheet": "0"}, follow=True)
    client.post(where, {"sheet": "1"} | hidden_of(first))  # in the other window

    stopped = client.post(where, {"go": "1"} | hidden_of(first))
    changed = client.post(where, {"column-2": ""} | hidden_of(first))

    assert (stopped.status_code, refusal_of(stopped)) == (409, "这份文件已在另一页改过，请再看一遍。")
    assert "读到 2 行人员" in text_of(stopped)
    assert refusal_of(changed) == refusal_of(stopped)
    assert counted() == (1, 0)
    worked(client, where, **hidden_of(stopped))
    with within(everybody()):
        assert Roster.objects.get(department="民政部门").sheet == "二月"


def test_whoever_changes_a_column_and_hands_in_at_once_sees_it_first(sign_in: object, outside: object) -> None:
    client = sign_in("civil")
    where = address(client, odd_file())

    seen = client.post(where, {"go": "1", "column-3": "category"} | hidden_of(client.get(where)), follow=True)

    assert "改动已经照办，还没有报送：请再看一遍，没有问题再报送。" in text_of(seen)
    assert "低保对象 2 行" in text_of(seen)
    with within(everybody()):
        assert Upload.objects.get().state == "looked_at"
    assert "采用 3 更正后采用 0" in text_of(worked(client, where, **{"column-3": "category"}, **hidden_of(seen)))


@pytest.mark.parametrize("category", ["低\0保", "、".join(["低保对象"] * 20), "低保对象、特困人员"])
def test_whoever_forges_a_category_is_refused(sign_in: object, outside: object, category: str) -> None:
    client = sign_in("civil")
    where = address(client, workbook({"名单": [HEADER[:2], listed("赵大")[:2]]}))

    no = client.post(where, {"category": category})

    assert (no.status_code, refusal_of(no)[:4]) == (409, "通知中没")


@pytest.mark.parametrize("edition", ["-1", "一", "²", "9" * 40, "7"])
def test_whoever_forges_which_reading_was_shown_hands_in_nothing_else(
    sign_in: object, outside: object, edition: str
) -> None:
    client = sign_in("civil")
    where = address(client, workbook({"名单": [HEADER, listed("赵大")]}))

    assert client.post(where, {"go": "1", "edition": edition}).status_code == (409 if edition == "7" else 302)


def test_a_hidden_sheet_is_named_and_read_when_it_is_asked_for(sign_in: object, outside: object) -> None:
    client = sign_in("civil")
    content = workbook({"名单": [HEADER, listed("赵大")], "旧表": [HEADER, listed("赵妻"), listed("周归")]}, ["旧表"])
    where = address(client, content)

    shown, other = client.get(where), client.post(where, {"sheet": "1"}, follow=True)

    assert ("工作表“旧表”在文件里是隐藏的，没有读。" in text_of(shown), "读到 1 行人员" in text_of(shown)) == (
        True,
        True,
    )
    assert "读到 2 行人员" in text_of(other)


def hiding(*rows: int) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        page = book.add_worksheet("名单")
        for at, row in enumerate([HEADER, listed("赵大"), listed("赵妻"), listed("周归")]):
            page.write_row(at, 0, row)
            if at + 1 in rows:
                page.set_row(at, None, None, {"hidden": True})
    return out.getvalue()


def test_hidden_rows_are_told_before_and_after_and_marked(sign_in: object, outside: object) -> None:
    client = sign_in("civil")
    where = address(client, hiding(3, 4))

    shown = client.get(where)
    made = worked(client, where)
    taken = client.get(f"{made.redirect_chain[-1][0]}?outcome=taken")

    told = "有 2 行在文件里是隐藏的（或被筛选掉了），也已读入：第 3–4 行。"
    assert (told in text_of(shown), told in text_of(made)) == (True, True)
    assert text_of(taken).count("隐藏的行") == 2
    assert "隐藏的" not in text_of(client.get(address(client, hiding())))


def test_of_very_many_hidden_stretches_every_row_is_marked(sign_in: object, outside: object) -> None:
    out, client = io.BytesIO(), sign_in("civil")
    with xlsxwriter.Workbook(out) as book:
        page = book.add_worksheet("名单")
        page.write_row(0, 0, HEADER)
        for at in range(1, 1001):
            page.write_row(at, 0, ("某人", "x", "低保"))
            page.set_row(at, None, None, {"hidden": at % 2 == 1})

    many = worked(client, address(client, out.getvalue()))
    last = text_of(client.get(f"{many.redirect_chain[-1][0]}?outcome=refused&page=10"))

    assert "有 500 行在文件里是隐藏的" in text_of(many)
    assert (last.count("隐藏的行"), "1000 某人 隐藏的行" in last, "1001 某人 隐藏的行" in last) == (50, True, False)


def test_of_many_hidden_stretches_the_first_are_named(sign_in: object, outside: object) -> None:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        page = book.add_worksheet("名单")
        page.write_row(0, 0, HEADER)
        for at in range(1, 31):
            page.write_row(at, 0, listed("赵大"))
            page.set_row(at, None, None, {"hidden": at % 2 == 1})

    seen = text_of(sign_in("civil").get(address(sign_in("civil"), out.getvalue())))

    assert "有 15 行在文件里是隐藏的" in seen
    assert "第 16 行……。" in seen


def test_a_file_that_does_not_say_what_is_hidden_is_said_to_be_one(sign_in: object, outside: object) -> None:
    client = sign_in("civil")

    seen = client.get(address(client, ods([HEADER, listed("赵大")])))
    old = client.get(address(client, xls("名单", [HEADER, listed("赵大"), listed("赵妻")], hidden={3})))
    shown = client.get(address(client, xls("名单", [HEADER, listed("赵大")])))

    assert "这份文件看不出哪些行是隐藏的；隐藏的行也会读入。" in text_of(seen)
    assert "有 1 行在文件里是隐藏的（或被筛选掉了），也已读入：第 3 行。" in text_of(old)
    assert ("看不出" in text_of(old), "隐藏的" in text_of(shown)) == (False, False)


def test_a_file_is_given_up_and_nothing_is_left(sign_in: object, outside: object) -> None:
    client = sign_in("civil")
    where = address(client, workbook({"名单": [HEADER, listed("赵大")]}))
    waiting = text_of(client.get("/department/"))

    client.post(f"{where}drop/")

    assert "还没有报送或正在处理的文件 名单.xlsx" in waiting
    assert counted() == (0, 0)
    assert client.get(where).status_code == 404
    assert client.post(f"{where}drop/").status_code == 404


def test_a_file_that_nobody_came_back_to_is_forgotten_after_a_day(sign_in: object, outside: object) -> None:
    client = sign_in("civil")
    addresses = [address(client, workbook({"名单": [HEADER, listed(name)]})) for name in ("赵大", "赵妻")]
    with within(everybody()):
        old = Upload.objects.order_by("pk").first()
        old.pk, old.uploaded_at = None, now() - timedelta(hours=25)
        old.save(force_insert=True)
        addresses.append(f"/department/uploads/{old.pk}/")

    call_command("sweep")

    assert [client.get(one).status_code for one in addresses] == [200, 200, 404]


@pytest.mark.parametrize("method", ["get", "post"])
def test_somebody_elses_upload_is_not_there(sign_in: object, outside: object, method: str) -> None:
    where = address(sign_in("civil"), workbook({"名单": [HEADER, listed("赵大")]}))
    with within(everybody()):
        Staff.objects.create_staff(
            username="health", password=PASSWORD, full_name="卫健委", role=Role.DEPARTMENT, division="340621000000"
        )
        Staff.objects.filter(username="health").update(department="卫生健康部门")

    answers = [getattr(sign_in(name), method)(where).status_code for name in ("health", "county", "clerk")]

    assert answers == [404, 404, 403]
    assert counted() == (1, 0)
    assert sign_in("civil").get(where).status_code == 200  # the control


def test_while_a_worker_has_it_the_page_tells_how_far_it_is_and_asks_again(sign_in: object, outside: object) -> None:
    client = sign_in("civil")
    where = address(client, workbook({"名单": [HEADER, listed("赵大"), listed("赵妻")]}))
    client.post(where, {"go": "1"})

    waiting, asked = client.get(where), client.get(where, headers={"HX-Request": "true"})
    with within(everybody()):
        Upload.objects.update(state="working", stage="match")
    working = client.get(where)

    assert "已经报送，排队等候处理。" in text_of(waiting)
    assert "现在没有程序在处理报送的名单。" in text_of(waiting)  # nobody is: the tests work it off themselves
    assert ('hx-trigger="every 2s"' in asked.content.decode(), "<html" in asked.content.decode()) == (True, False)
    assert '<noscript><meta http-equiv="refresh"' in waiting.content.decode()
    assert (
        "正在处理 2 行：第 3 步，共 5 步。 读取文件 ✓ 做完了 逐行整理 ✓ 做完了 与登记册比对 正在做 逐行核对 —"
        in text_of(working)
    )
    assert "名单.xlsx 民政部门" in text_of(client.get("/department/"))


def test_whoever_waits_is_taken_to_the_list_when_it_is_there(sign_in: object, outside: object) -> None:
    client = sign_in("civil")
    where = address(client, workbook({"名单": [HEADER, listed("赵大")]}))
    client.post(where, {"go": "1"})
    work_off()

    asked, then = client.get(where, headers={"HX-Request": "true"}), client.get(where, follow=True)

    assert asked["HX-Redirect"] == where
    assert "✓ 名单已报送，逐行核对完毕：采用 1 行" in text_of(then)


def test_while_a_worker_has_it_nothing_is_changed_or_given_up(sign_in: object, outside: object) -> None:
    client = sign_in("civil")
    where = address(client, workbook({"名单": [HEADER, listed("赵大")]}))
    client.post(where, {"go": "1"})

    no = client.post(where, {"column-2": ""})
    client.post(f"{where}drop/")

    assert refusal_of(no) == "这份文件已经报送，正在处理，不能再改。"
    assert counted() == (1, 0)


def test_what_only_the_worker_finds_is_said_on_the_page_in_the_readers_language(
    sign_in: object, outside: object
) -> None:
    client, content = sign_in("civil"), workbook({"名单": [HEADER, listed("赵大")]})
    worked(client, address(client, content))
    where = address(client, content)

    chinese = worked(client, where)
    client.cookies["django_language"] = "en"
    english = client.get(where)

    assert refusal_of(chinese) == "这份文件已经作为民政部门截至 2021-10-31 的名单导入过。"
    assert "2021-10-31" in refusal_of(english)
    assert "这份文件" not in refusal_of(english)


def test_a_file_whose_worker_broke_can_be_handed_in_again(sign_in: object, outside: object) -> None:
    client = sign_in("civil")
    where = address(client, workbook({"名单": [HEADER, listed("赵大")]}))
    client.post(where, {"go": "1"})
    with within(everybody()):
        Upload.objects.update(state="broken", tries=3)

    told = client.get(where)
    made = worked(client, where)

    assert "处理这份文件时程序出了错，什么也没有报送。" in text_of(told)
    assert "采用 1 更正后采用 0" in text_of(made)


def test_a_file_that_was_handed_in_in_another_window_is_not_handed_in_again(sign_in: object, outside: object) -> None:
    client = sign_in("civil")
    where = address(client, workbook({"名单": [HEADER, listed("赵大")]}))
    worked(client, where)

    again = client.post(where, {"go": "1"})
    work_off()

    assert (again.status_code, refusal_of(again)) == (409, "这份文件已经报送、放弃，或放置超过一天，不在了。")
    assert counted() == (0, 1)


def test_in_english_the_preview_is_english(sign_in: object, outside: object) -> None:
    client = sign_in("civil")
    client.cookies["django_language"] = "en"

    seen = text_of(client.get(address(client, odd_file())))

    assert "Nothing has been handed in yet" in seen


def test_whoever_forges_a_choice_changes_nothing(sign_in: object, outside: object) -> None:
    client = sign_in("civil")
    where = address(client, workbook({"名单": [HEADER, listed("赵大")]}))

    forged = client.post(where, {"column-0": "password", "column-99": "name", "sheet": "没有"}, follow=True)

    assert refusal_of(forged).startswith("缺少「姓名」列。")
    with within(everybody()):
        assert Upload.objects.get().meanings == ["", "number", "category"]
    assert counted() == (1, 0)


NO_HEADER = workbook(
    {
        "名单": [
            ["某县名单"],
            ["对象", "证号", "保障种类"],
            ["", "", "小类"],
            listed("赵大", "低保"),
            listed("赵妻", "低保"),
        ]
    }
)


def test_whoever_knows_the_header_points_at_it_and_says_what_the_columns_are(sign_in: object, outside: object) -> None:
    client = sign_in("civil")
    where = address(client, NO_HEADER)

    asked = client.get(where)
    pointed = client.post(where, {"header": "2", "two": "1", "sheet": "0"}, follow=True)
    said = client.post(where, {"column-0": "name", "column-1": "number", "column-2": "category"}, follow=True)

    assert refusal_of(asked).startswith("名单没有表头")
    assert "哪一行是表头" in text_of(asked)
    assert number_of("赵大") not in asked.content.decode()
    assert refusal_of(pointed).startswith("缺少「姓名」列。")
    assert ("表头不是这一行" in text_of(pointed), "读到 2 行人员，表头在第 3 行" in text_of(pointed)) == (True, True)
    assert (refusal_of(said), "低保对象 2 行" in text_of(said)) == ("", True)
    assert "采用 2" in text_of(worked(client, where))
    again = text_of(client.get(address(client, NO_HEADER)))
    assert ("哪一行是表头" in again, "读到 2 行人员，表头在第 3 行" in again) == (False, True)


def test_who_pointed_at_the_wrong_row_points_again(sign_in: object, outside: object) -> None:
    client = sign_in("civil")
    where = address(client, NO_HEADER)

    wrong = client.post(where, {"header": "4", "sheet": "0"}, follow=True)
    right = client.post(where, {"header": "2", "sheet": "0"}, follow=True)
    forged = client.post(where, {"header": "99", "sheet": "0"}, follow=True)

    assert ["表头在第" in text_of(page) for page in (wrong, right, forged)] == [True, True, False]
    assert "读到 3 行人员，表头在第 2 行" in text_of(right)
    assert number_of("赵大") not in wrong.content.decode()


def test_a_file_whose_header_is_known_asks_for_none(sign_in: object, outside: object) -> None:
    client = sign_in("civil")
    where = address(client, workbook({"名单": [HEADER, listed("赵大")]}))

    forged = client.post(where, {"header": "1", "sheet": "0"}, follow=True)

    assert "哪一行是表头" not in text_of(forged)
    with within(everybody()):
        assert Upload.objects.get().header_rows is None
