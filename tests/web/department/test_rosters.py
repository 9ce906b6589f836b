"""A department hands in its spreadsheet, sees the verdict of every row, and gets its own file back."""

from datetime import date
from pathlib import Path
from urllib.parse import quote

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client

from canbao.access.models import Record, Staff
from canbao.access.scope import within
from canbao.documents.reading import read_spreadsheet
from canbao.rosters.models import RosterRow
from canbao.web.department.roster import answer_name
from tests.county import everybody, hold
from tests.rosters.files import listed, xlsx
from tests.rosters.working import work_off
from tests.web.conftest import number_of
from tests.web.pages import refusal_of, text_of


@pytest.fixture(autouse=True)
def _civil_affairs(db: None) -> None:
    with within(everybody()):
        Staff.objects.filter(username="civil").update(department="民政部门")


def hand_in(client: Client, folder: Path, rows: list, **changes: object) -> HttpResponse:
    """Chosen, looked at without a change, handed in and worked."""
    return sent(client, xlsx(folder / "list.xlsx", rows).read_bytes(), **changes)


def sent(client: Client, content: bytes, *, file_name: str = "名单.xlsx", go: dict | None = None, **changes: object) -> HttpResponse:  # fmt: skip
    file = SimpleUploadedFile(file_name, content)
    asked = {"file": file, "department": "民政部门", "cut_off_on": "2021-10-31", "category": ""} | changes
    preview = client.post("/department/", asked)
    assert preview.status_code == 302, refusal_of(preview)
    client.post(preview["Location"], {"go": "1"} | (go or {}))
    work_off()
    return client.get(preview["Location"])


@pytest.fixture
def listed_people(sign_in: object, outside: object, tmp_path: Path) -> str:
    """The address of a list of three: one taken, one to look at, one refused."""
    rows = [listed("赵大"), listed("赵妻", name="赵旗"), ("无人", "12345", "低保对象")]
    return hand_in(sign_in("civil"), tmp_path, rows)["Location"]


def test_every_row_has_its_verdict(sign_in: object, listed_people: str) -> None:
    client = sign_in("civil")

    seen = text_of(client.get(listed_people))

    assert "采用 1 更正后采用 0 请核对 1 未采用 1" in seen
    assert "3 赵旗 ****0227 低保对象 号码相符，但登记姓名与所填的不一致。" in seen


def test_whoever_hands_in_a_list_reads_what_became_of_it(sign_in: object, outside: object, tmp_path: Path) -> None:
    client = sign_in("civil")
    address = hand_in(client, tmp_path, [listed("赵大"), listed("赵妻", name="赵旗")])["Location"]

    first, second = text_of(client.get(address)), text_of(client.get(address))

    assert (
        "✓ 名单已报送，逐行核对完毕：采用 1 行，更正后采用 0 行，请核对 1 行，未采用 0 行。由另一人确认后才算数。"
        in first
    )
    assert "名单已报送" not in second


def test_the_file_comes_back_with_reasons_beside_the_rows(sign_in: object, listed_people: str) -> None:
    answer = sign_in("civil").post(f"{listed_people}file/")

    table = read_spreadsheet(answer.content, sheet="名单")
    assert {"结果", "原因", "怎么办"} <= set(table.columns)


def test_no_whole_number_is_on_the_page(sign_in: object, listed_people: str) -> None:
    html = sign_in("civil").get(listed_people).content.decode()

    assert (number_of("赵妻") in html, number_of("赵大") in html) == (False, False)


def test_a_department_does_not_learn_whose_number_it_typed(sign_in: object, listed_people: str) -> None:
    client = sign_in("civil")

    pages = [client.get(f"{listed_people}?outcome={outcome}") for outcome in ("look", "refused", "taken", "corrected")]
    answer = read_spreadsheet(client.post(f"{listed_people}file/").content, sheet="名单")

    assert [("赵妻" in page.content.decode(), page.context["rows"].object_list) for page in pages if "赵妻" in page.content.decode()] == []  # fmt: skip
    assert "赵妻" not in str([cell.text for row in answer.rows() for cell in row.cells])
    assert "赵妻 ****0227" in text_of(sign_in("county").get(listed_people))  # who checks the list must see it


def test_another_departments_list_is_named_to_the_county_and_never_to_the_sender(sign_in: object, outside: object, tmp_path: Path) -> None:  # fmt: skip
    outside.look(lambda county: hold({"赵妻": "重度残疾人"}, on=date(2021, 1, 1)))
    client = sign_in("civil")
    address = hand_in(client, tmp_path, [listed("赵大"), listed("赵妻", name="赵旗")])["Location"]
    row = outside.look(lambda county: RosterRow.objects.get(outcome="look"))

    client.post(f"/department/rows/{row.pk}/mend/", {"name": "赵妻", "number": ""})  # nor by typing until it fits
    pages = [client.get(f"{address}?outcome={outcome}").content.decode() for outcome in ("look", "taken", "corrected")]
    answer = read_spreadsheet(client.post(f"{address}file/").content, sheet="名单")

    assert [page for page in pages if "重度残疾人" in page] == []
    assert "重度残疾人" not in str([cell.text for row in answer.rows() for cell in row.cells])
    county = sign_in("county")
    assert "的“重度残疾人”名单上，按通知一并计算" in text_of(county.get(f"{address}?outcome=corrected"))
    county.cookies["django_language"] = "en"
    assert "Also on the lists “重度残疾人” of 民政局;" in text_of(county.get(f"{address}?outcome=corrected"))


def test_a_doubtful_row_is_for_the_county_to_decide(sign_in: object, outside: object, listed_people: str) -> None:
    row = outside.look(lambda county: RosterRow.objects.get(outcome="look"))

    no = sign_in("civil").post(f"/department/rows/{row.pk}/", {"accept": "1"})
    seen = text_of(sign_in("county").post(f"/department/rows/{row.pk}/", {"accept": "1"}, follow=True))

    assert (no.status_code, refusal_of(no)) == (409, "您的岗位（名单提供部门）不办理“确认花名册”。")
    assert "采用 1 更正后采用 1 请核对 0 未采用 1" in seen
    assert "✓ 第 3 行已采用。" in seen


def test_a_department_corrects_its_own_row_and_it_is_matched_again(sign_in: object, outside: object, listed_people: str) -> None:  # fmt: skip
    client, row = sign_in("civil"), outside.look(lambda county: RosterRow.objects.get(outcome="look"))

    still = text_of(client.post(f"/department/rows/{row.pk}/mend/", {"name": "赵其", "number": ""}, follow=True))
    taken = client.post(f"/department/rows/{row.pk}/mend/", {"name": "赵妻", "number": ""}, follow=True)

    assert "赵其 赵旗 ****0227 低保对象 更正后仍：号码相符，但登记姓名与所填的不一致。" in still
    assert taken.redirect_chain[-1][0] == f"{listed_people}?outcome=corrected&page=1#row-{row.pk}"
    assert "更正后：与登记相符。" in text_of(taken)
    assert "✓ 第 3 行已更正，核对结果：更正后采用。" in text_of(taken)


def test_a_correction_that_cannot_be_read_is_refused_beside_the_row(sign_in: object, outside: object, listed_people: str) -> None:  # fmt: skip
    client, row = sign_in("civil"), outside.look(lambda county: RosterRow.objects.get(outcome="refused"))

    no = client.post(f"/department/rows/{row.pk}/mend/", {"name": "赵" * 61, "number": number_of("赵大")})

    assert (no.status_code, refusal_of(no)) == (409, "第 4 行没有更正：填写的姓名太长，或含有不能用的字符。")
    assert f'id="row-{row.pk}"' in no.content.decode()


def test_after_a_correction_the_page_is_the_one_on_which_the_row_stands(sign_in: object, outside: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    monkeypatch.setattr("canbao.web.department.roster.ROWS_A_PAGE", 1)
    client = sign_in("civil")
    hand_in(client, tmp_path, [listed("赵妻", name="赵旗"), listed("赵大", name="赵小")])
    first, last = outside.look(lambda county: list(RosterRow.objects.filter(outcome="look").order_by("row")))

    answers = [
        client.post(f"/department/rows/{row.pk}/mend/", {"name": "赵某", "number": ""}, follow=True)
        for row in (first, last)
    ]
    answers.append(client.post(f"/department/rows/{last.pk}/mend/", {"name": "", "number": ""}))

    shown = [[row.pk for row in page.context["rows"]] for page in answers]
    assert shown == [[first.pk], [last.pk], [last.pk]]


def test_a_department_takes_its_own_row_back(sign_in: object, outside: object, listed_people: str) -> None:
    row = outside.look(lambda county: RosterRow.objects.get(outcome="look"))

    seen = text_of(sign_in("civil").post(f"/department/rows/{row.pk}/", {"refuse": "1"}, follow=True))

    assert "报送部门撤下了这一行。" in seen
    assert "✓ 第 3 行不采用了。" in seen


def test_rows_that_nobody_looked_at_need_a_second_yes(sign_in: object, outside: object, listed_people: str) -> None:
    client = sign_in("county")
    page = client.get(listed_people)
    assert "还有 1 行没有核对，确认后这些行不再采用" in text_of(page)
    assert 'name="leave_out" value="1" id="leave-out" required' in page.content.decode()

    no = client.post(f"{listed_people}confirm/")
    assert (no.status_code, refusal_of(no)) == (409, "还有 1 行没有核对，确认后这些行不再采用。")
    seen = text_of(client.post(f"{listed_people}confirm/", {"leave_out": "1"}, follow=True))
    assert "已确认 县医保局 · 2021年11月15日" in seen
    assert (
        "✓ 名单已确认：名单上 1 人，新增身份 1 项，原有身份 0 项，取消身份 0 人；还没缴费的，账单已按名单改好。" in seen
    )
    assert "名单已确认：" not in text_of(client.get(listed_people))  # said once


def test_a_confirmed_list_is_on_the_bill_of_who_has_not_paid_at_once(sign_in: object, outside: object, listed_people: str) -> None:  # fmt: skip
    """A family that hears "from now on you pay 40" and is asked for 320 does not believe the third thing it is told."""
    named = outside.look(
        lambda county: list(RosterRow.objects.filter(outcome="taken").values_list("resident__name", flat=True))
    )
    before = outside.look(lambda county: [county.bill(name).due_fen for name in named])

    sign_in("county").post(f"{listed_people}confirm/", {"leave_out": "1"})

    after = outside.look(lambda county: [county.bill(name).due_fen for name in named])
    assert (named, before, after) == (["赵大"], [32000], [4000])


def test_whoever_imported_a_list_is_told_that_somebody_else_confirms(sign_in: object, tmp_path: Path) -> None:
    client = sign_in("county")

    seen = text_of(client.get(hand_in(client, tmp_path, [listed("赵大")])["Location"]))

    assert ("名单由您导入，须由另一人确认。" in seen, "确认名单" in seen) == (True, False)


@pytest.mark.parametrize(
    ("sent", "answer"),
    [
        ("民政9月名单.xlsx", "民政9月名单-核对结果.xlsx"),
        ("broken.XLS", "broken-核对结果.xlsx"),
        ("2021.10 名单.csv", "2021.10 名单-核对结果.xlsx"),
        ("名单", "名单-核对结果.xlsx"),
        ('a/b\\c:"x"\r\nX-Evil: 1.xlsx', "a_b_c__x_X-Evil_ 1-核对结果.xlsx"),
        ("\u202eslx.xlsx", "slx-核对结果.xlsx"),
        ("长" * 150 + ".xlsx", "长" * 80 + "-核对结果.xlsx"),
        (".xlsx", "名单-核对结果.xlsx"),
    ],
)
def test_the_answer_is_named_after_the_file_that_was_sent(sent: str, answer: str) -> None:
    assert answer_name(sent) == answer


def test_the_name_survives_the_header(sign_in: object, listed_people: str) -> None:
    answer = sign_in("civil").post(f"{listed_people}file/")

    assert answer["Content-Disposition"] == f"attachment; filename*=utf-8''{quote('名单-核对结果.xlsx')}"


def test_a_department_confirms_nothing(sign_in: object, listed_people: str) -> None:
    assert sign_in("civil").post(f"{listed_people}confirm/").status_code == 403


def test_another_departments_list_is_not_there(sign_in: object, listed_people: str) -> None:
    client = sign_in("civil")
    with within(everybody()):
        Staff.objects.filter(username="civil").update(department="卫生健康部门")

    assert client.get(listed_people).status_code == 404
    assert client.post(f"{listed_people}file/").status_code == 404


def test_a_file_that_is_none_says_what_to_do(sign_in: object, outside: object) -> None:
    file = SimpleUploadedFile("名单.xlsx", b"%PDF-1.4 something else")

    answer = sign_in("civil").post("/department/", {"file": file, "department": "民政部门", "cut_off_on": "2021-10-31"})

    assert (answer.status_code, refusal_of(answer)) == (409, "这是 PDF、OFD 或图片，不是表格。")


def test_what_must_be_filled_in_says_so_before_anything_is_sent(sign_in: object) -> None:
    seen = text_of(sign_in("civil").get("/department/"))

    assert ("名单文件 必填" in seen, "哪个部门的名单 必填" in seen, "在册截止日 必填" in seen) == (True, True, True)
    assert seen.count("必填") == 3  # the category of the whole list need not be named


def test_an_old_list_is_taken_after_a_second_explicit_yes(sign_in: object, outside: object, tmp_path: Path) -> None:
    client = sign_in("civil")
    content = xlsx(tmp_path / "list.xlsx", [listed("赵大")], title="2020年10月低保名单").read_bytes()

    stopped = sent(client, content, file_name="低保.xlsx")
    assert refusal_of(stopped) == "名单标题或文件名写的是 2020 年，在册截止日却是 2021-10-31：可能是旧名单。"
    assert "year_confirmed" in stopped.content.decode()
    client.post(stopped.request["PATH_INFO"], {"go": "1", "year_confirmed": "1"})
    work_off()
    taken = client.get(stopped.request["PATH_INFO"])
    assert taken.status_code == 302
    assert "只有往年的年份（2020）" in text_of(sign_in("county").get(taken.url))


def test_the_same_file_twice_is_said(sign_in: object, outside: object, tmp_path: Path) -> None:
    client, content = sign_in("civil"), xlsx(tmp_path / "list.xlsx", [listed("赵大")]).read_bytes()

    first, second = (sent(client, content) for _ in range(2))

    assert (first.status_code, second.status_code) == (302, 409)
    assert refusal_of(second) == "这份文件已经作为民政部门截至 2021-10-31 的名单导入过。"


def test_a_list_of_one_and_of_three_cost_as_many_queries(sign_in: object, outside: object, tmp_path: Path, django_assert_num_queries: object) -> None:  # fmt: skip
    client = sign_in("civil")
    for rows in ([listed("赵大")], [listed("赵大"), listed("赵妻"), listed("赵双一")]):
        address = hand_in(client, tmp_path, rows)["Location"]
        with django_assert_num_queries(9):
            client.get(address)


def test_a_department_withdraws_its_list_and_everybody_reads_why(sign_in: object, listed_people: str) -> None:
    civil, county = sign_in("civil"), sign_in("county")
    before = text_of(civil.get(listed_people))

    no = civil.post(f"{listed_people}close/", {"why": " "})
    page = text_of(civil.post(f"{listed_people}close/", {"why": "报错了月份"}, follow=True))

    assert ("撤回这份名单" in before, "退回这份名单" in before) == (True, False)
    assert (no.status_code, refusal_of(no)) == (409, "没有写明原因，什么也没有改。")
    assert "已撤回 民政局 · 2021年11月15日" in page
    for client in (civil, county):
        seen, lists = client.get(listed_people), text_of(client.get("/department/"))
        assert "原因 报错了月份 这份名单没有改变任何人的身份和账单。" in text_of(seen)
        assert 'action="/department/' not in seen.content.decode().replace(f'action="{listed_people}file/"', "")
        assert "已撤回 报错了月份" in lists


def test_the_county_sends_a_list_back_with_a_reason(sign_in: object, listed_people: str) -> None:
    client = sign_in("county")
    before = text_of(client.get(listed_people))

    page = text_of(client.post(f"{listed_people}close/", {"why": "缺了两个村"}, follow=True))

    assert ("撤回这份名单" in before, "退回这份名单" in before) == (False, True)
    assert "已退回 县医保局 · 2021年11月15日" in page
    assert "✓ 名单已退回，报送部门会看到原因。" in page
    assert "原因 缺了两个村" in text_of(sign_in("civil").get(listed_people))
    assert refusal_of(client.post(f"{listed_people}confirm/", {"leave_out": "1"})) == (
        "这份名单已退回（县医保局：缺了两个村），不再核对，也不能确认。"
    )


def test_a_list_of_which_nothing_was_taken_is_not_offered_for_a_yes(sign_in: object, outside: object, tmp_path: Path) -> None:  # fmt: skip
    address = hand_in(sign_in("civil"), tmp_path, [("无人", "12345", "低保对象")])["Location"]
    client = sign_in("county")

    page, no = client.get(address), client.post(f"{address}confirm/", {"leave_out": "0"})

    assert "这份名单一行也没有采用，没有可以确认的。" in text_of(page)
    assert (f"{address}confirm/" in page.content.decode(), "退回这份名单" in text_of(page)) == (False, True)
    assert (no.status_code, refusal_of(no)) == (409, "这份名单一行也没有采用，没有可以确认的。")


def test_a_full_list_that_strikes_many_off_names_the_categories_that_it_counted(sign_in: object, outside: object, tmp_path: Path) -> None:  # fmt: skip
    civil, county = sign_in("civil"), sign_in("county")
    six = [listed(name) for name in ("赵大", "赵妻", "赵双一", "赵双二", "周归", "郑邻")]
    first, second = (hand_in(civil, tmp_path, rows, is_full="on")["Location"] for rows in (six, [listed("李妻")]))
    county.post(f"{first}confirm/")

    no = county.post(f"{second}confirm/")
    county.cookies["django_language"] = "en"
    english = text_of(county.post(f"{second}confirm/"))

    assert refusal_of(no) == (
        "按这份全量名单，6 人中将有 6 人被取消身份，超出通常的变动。数的是这些类别：低保对象。其中濉溪镇 6 人中 6 人。"
    )
    assert "类别 现有 将取消 低保对象 6 6 乡镇 现有 将取消 濉溪镇 6 6" in text_of(no)
    assert (
        "These categories were counted: recipient of the minimum living allowance. In 濉溪镇 it is 6 of 6." in english
    )


def test_whoever_checks_a_list_sees_whom_a_row_may_mean_and_points_at_one(
    sign_in: object, outside: object, tmp_path: Path
) -> None:
    hand_in(
        sign_in("civil"), tmp_path, [listed("赵大", name="赵达", number=number_of("赵大")[:16] + "00"), listed("赵妻")]
    )
    with within(everybody()):
        row = RosterRow.objects.get(outcome="refused")
    county, address = sign_in("county"), f"/department/rows/{row.pk}/whom/"

    assert f'href="{address}"' in county.get(f"/department/{row.roster_id}/?outcome=refused").content.decode()
    seen = text_of(county.get(address))
    assert "赵大" in seen
    assert "姓名同音，字不同（含繁体、异体）" in seen
    assert number_of("赵大") not in seen
    assert sign_in("civil").get(address).status_code == 403
    stranger = county.post(f"/department/rows/{row.pk}/", {"whom": "999999"})
    assert refusal_of(stranger) == "第 2 行还没有确定是登记册上的哪一个人。"
    with within(everybody()):
        meant = outside.county.person("赵大")
    assert county.post(f"/department/rows/{row.pk}/", {"whom": str(meant.pk)}).status_code == 302
    with within(everybody()):
        row.refresh_from_db()
        assert (row.outcome, row.resident_id, row.decided_by) == ("corrected", meant.pk, "county")
        assert Record.objects.filter(verb="roster.row.read", subject=f"roster_row:{row.pk}").exists()


def test_the_county_takes_back_a_list_that_should_not_have_counted(sign_in: object, listed_people: str) -> None:
    county = sign_in("county2")
    county.post(f"{listed_people}confirm/", {"leave_out": "1", "strike_off_confirmed": "1"})
    before = text_of(county.get(listed_people))

    no = county.post(f"{listed_people}take-back/", {"why": " "})
    county.post(f"{listed_people}take-back/", {"why": "发错了文件"})
    page, sender = text_of(county.get(listed_people)), text_of(sign_in("civil").get(listed_people))

    assert "撤销确认" in before
    assert (no.status_code, refusal_of(no)) == (409, "没有写明原因，什么也没有改。")
    assert "✓ 已撤销确认：名单给的身份 1 项不算，被它取消的身份" in page
    for seen in (page, sender):
        assert "确认已撤销 县医保局复核 · 2021年11月15日" in seen
        assert "原因 发错了文件 这份名单不再算数，被它取消的身份已经恢复。" in seen
    assert "确认已撤销 发错了文件" in text_of(sign_in("civil").get("/department/"))


def test_whose_list_it_is_cannot_take_it_back(sign_in: object, listed_people: str) -> None:
    sign_in("county2").post(f"{listed_people}confirm/", {"leave_out": "1", "strike_off_confirmed": "1"})
    civil = sign_in("civil")

    assert "撤销确认" not in text_of(civil.get(listed_people))
    assert civil.post(f"{listed_people}take-back/", {"why": "发错了文件"}).status_code == 403
