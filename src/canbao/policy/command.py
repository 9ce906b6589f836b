"""`canbao policy …`: read, check, try, apply and show packs. Loads no Django and answers at once.

Exit codes: 0 fine; 1 the pack is not right, each problem said as `file:line: message`; 2 the question was wrong.
Reminders (`file:line: 提醒：…`) go to standard error and change no exit code.
"""

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path as Folder
from typing import TYPE_CHECKING, Any

from canbao.policy.facts import BadFacts, Facts, facts_from_json
from canbao.policy.folders import PackBroken, PackNotFound, find_folder, pack_folders, policies_folder
from canbao.policy.loading import load_pack
from canbao.policy.skeleton import SCHEMA_FILE, FolderInUse, write_skeleton

if TYPE_CHECKING:
    import polars as pl

    from canbao.policy.pack import Pack


class CannotDo(Exception):
    """What was asked cannot be done; the sentence says why and where."""


def main(argv: list[str]) -> int:
    arguments = _parser().parse_args(argv)
    run: Callable[[argparse.Namespace], int] = arguments.run
    try:
        return run(arguments)
    except PackBroken as broken:
        for problem in broken.problems:
            print(problem)
        return 1
    except (PackNotFound, BadFacts, FolderInUse, CannotDo) as error:
        print(error, file=sys.stderr)
        return 2
    except BrokenPipeError:
        sys.stderr.close()  # whoever read our answer has seen enough
        return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="canbao policy", description="政策方案：读、查、试、用、看 (policy packs)")
    verbs = parser.add_subparsers(required=True, metavar="COMMAND")

    def verb(name: str, run: Callable[[argparse.Namespace], int], says: str) -> argparse.ArgumentParser:
        added = verbs.add_parser(name, help=says, description=says)
        added.set_defaults(run=run)
        return added

    def on_pack(name: str, run: Callable[[argparse.Namespace], int], says: str) -> argparse.ArgumentParser:
        added = verb(name, run, says)
        added.add_argument("pack", metavar="DIR", help="方案文件夹，或 policies/ 里的名字")
        return added

    verb("list", _list, "列出方案")
    verb("schema", _schema, "方案文件的 JSON Schema")
    on_pack("new", _new, "新建一个带问题的空白方案")
    checking = on_pack("check", _check, "检查方案，逐行说出问题")
    checking.add_argument("--notice", metavar="FILE", help="通知原文（UTF-8 文本）：到所引条款里逐个核对数字")
    on_pack("test", _test, "用 examples.yaml 里算好的答案核对规则")
    assessing = on_pack("assess", _assess, "标准输入给出已知情况（JSON，一个或一列），输出结果")
    assessing.add_argument("--explain", choices=("zh", "en"), help="不输出 JSON，而是读给人听的话")
    explaining = on_pack("explain", _explain, "标准输入给出已知情况（JSON，一个人或一家人），输出可以念给人听的话")
    explaining.add_argument("--language", choices=("zh", "en"), default="zh", help="用中文（zh）还是英文（en）")
    table = on_pack("tabulate", _tabulate, "一次算出全部人口")
    table.add_argument("population", metavar="POPULATION.parquet")
    table.add_argument("-o", "--output", metavar="OUT.parquet", required=True)
    table.add_argument(
        "--answers", metavar="NAME,NAME…", help="只写这些结果列，如 pays,covered_from,refusal.code；默认全部"
    )
    comparing = verb("diff", _diff, "两个方案有什么不同，逐条说")
    comparing.add_argument("old", metavar="OLD", help="原来的（去年的、修改前的）方案")
    comparing.add_argument("new", metavar="NEW", help="新的方案")
    comparing.add_argument("--language", choices=("zh", "en"), default="zh", help="用中文（zh）还是英文（en）")
    trying = verb("simulate", _simulate, "换一个方案会怎样：人数、应缴、各方的钱，前后对比，谁有变化")
    trying.add_argument("old", metavar="OLD", help="现在的方案")
    trying.add_argument("new", metavar="NEW", help="要试的方案")
    trying.add_argument("--population", metavar="FILE.parquet", required=True, help="人口表，与 tabulate 的相同")
    trying.add_argument("--by", metavar="COLUMN", help="按人口表的这一列分组；不写时，有 division 列就按它")
    trying.add_argument(
        "--without-days",
        action="store_true",
        help="不用人口表里的 on 和 paid_on：每人都在各方案集中缴费期的第一天缴费；比较两个年度时用",
    )
    trying.add_argument("-o", "--output", metavar="LIST", help="有变化的人的名单，写成 .parquet、.xlsx 或 .csv")
    trying.add_argument("--html", metavar="FILE", help="写成一页可打印的 HTML，带图")
    trying.add_argument("--json", action="store_true", help="输出 JSON，而不是表格")
    trying.add_argument("--language", choices=("zh", "en"), default="zh", help="用中文（zh）还是英文（en）")
    showing = on_pack("show", _show, "逐条列出方案，成为一页可打印的 HTML")
    showing.add_argument("-o", "--output", metavar="FILE", help="写到文件；不写则输出到屏幕")
    return parser


def _list(_: argparse.Namespace) -> int:
    """One line a pack. One that is still being written is listed as that; a broken one is said to be broken (exit 1)."""
    worst = 0
    for folder in pack_folders():
        try:
            pack = load_pack(folder)
        except PackBroken as broken:
            if broken.to_fill_in:
                print(
                    f"{folder.name}\t（未完成，还有 {broken.to_fill_in} 处待填；canbao policy check {folder.name} 逐处列出）"
                )
                continue
            print(f"{folder.name}\t（有 {len(broken.problems)} 处问题，请运行 canbao policy check {folder.name}）")
            worst = 1
            continue
        window, period = pack.window, pack.period
        days = f"缴费 {window.first}…{window.last}\t待遇 {period.first}…{period.last}"
        print(f"{pack.key}\t{pack.document.place_code} {pack.document.place}\t{days}\t{pack.document.title}")
    return worst


def _schema(_: argparse.Namespace) -> int:
    from canbao.policy.schema import pack_schema

    print(json.dumps(pack_schema(), ensure_ascii=False, indent=2))
    return 0


def _new(arguments: argparse.Namespace) -> int:
    given = Folder(arguments.pack)
    is_place = given.exists() or given.name != arguments.pack.rstrip("/\\")  # `./x` is a place, `x` a name
    folder = given if is_place else policies_folder() / given
    try:
        names = write_skeleton(folder)
    except OSError as error:
        raise _cannot_write(folder, error) from error
    print(f"{folder}：{'、'.join(names)}\n请回答其中的问题，然后运行 canbao policy check {arguments.pack}")
    if SCHEMA_FILE in names:
        print(f"{SCHEMA_FILE} 只给编辑器看，用来解释每个键；不用编辑器的可以删，不是方案的一部分")
    return 0


def _check(arguments: argparse.Namespace) -> int:
    from canbao.policy.checking import check, check_notice, reminders

    problems = check(arguments.pack)
    reminded = reminders(arguments.pack)
    found = ""
    if arguments.notice:
        beside = check_notice(arguments.pack, _read(arguments.notice), Folder(arguments.notice).name)
        if beside is not None:
            problems = sorted({*problems, *beside.problems})
            reminded += beside.reminders
            found = f"；通知原文里找到 {beside.found} 个数字，另有 {beside.ours} 个是推算或假定的，不查"
        else:
            found = "；先改好这些，才能和通知原文核对"
    for problem in problems:
        print(problem)
    for reminder in reminded:
        print(reminder, file=sys.stderr)
    name = find_folder(arguments.pack).resolve().name
    says = f"{len(problems)} 处问题" if problems else "没有问题"
    also = f"，{len(reminded)} 处提醒" if reminded else ""
    print(f"{name}：{says}{also}{found}", file=sys.stderr)
    return 1 if problems else 0


def _test(arguments: argparse.Namespace) -> int:
    from canbao.policy.inherit import read_texts
    from canbao.policy.trial import failures

    pack = load_pack(arguments.pack)
    reading = read_texts(pack.texts)
    failed = [reading.problem(failure.path, str(failure)) for failure in failures(pack)]
    for problem in failed:
        print(problem)
    print(f"{pack.key}：{len(pack.examples)} 个例子，{len(failed)} 处不符", file=sys.stderr)
    return 1 if failed else 0


def _assess(arguments: argparse.Namespace) -> int:
    from canbao.policy.assess import assess
    from canbao.policy.explain import explain

    pack = load_pack(arguments.pack)
    people, is_list = _given(pack)
    answers = [assess(pack, facts) for facts in people]
    if arguments.explain:
        print("\n".join(explain(answer, arguments.explain, pack.english) for answer in answers))
        return 0
    shown = [answer.as_json() for answer in answers]
    print(json.dumps(shown if is_list else shown[0], ensure_ascii=False, indent=2))
    return 0


def _explain(arguments: argparse.Namespace) -> int:
    from canbao.policy.explain import explain_family, explain_person

    pack = load_pack(arguments.pack)
    people, is_list = _given(pack)
    if not people:
        raise CannotDo("标准输入: 是空的列表，没有人可以说明")
    if is_list:
        print(explain_family(pack, people, arguments.language))
    else:
        print(explain_person(pack, people[0], arguments.language))
    return 0


def _given(pack: "Pack") -> tuple[list[Facts], bool]:
    """The facts on standard input, and whether they came as a list."""
    try:
        data = json.loads(sys.stdin.buffer.read().decode("utf-8"))
    except UnicodeDecodeError as error:
        raise CannotDo(f"标准输入不是 UTF-8：第 {error.start} 个字节") from error
    except json.JSONDecodeError as error:
        raise CannotDo(f"标准输入:{error.lineno}:{error.colno}: 不是有效的 JSON（{error.msg}）") from error
    except RecursionError as error:
        raise CannotDo("标准输入: JSON 套得太深") from error
    if isinstance(data, list):
        return [_facts(pack, item, f"[{index}]") for index, item in enumerate(data)], True
    return [_facts(pack, data, "")], False


def _facts(pack: "Pack", data: Any, where: str) -> Facts:
    """The facts of one person, or `BadFacts` with the place on standard input."""
    try:
        facts = facts_from_json(data)
        _check_words(pack, data)
    except BadFacts as error:
        place = f"{where}.{error.where}" if where and error.where else where or error.where
        raise BadFacts(f"标准输入 {place}".strip(), error.says) from error
    return facts


def _check_words(pack: "Pack", data: Any) -> None:
    """A slip at the keyboard is said before anything is answered: a trait that the pack does not declare, or several
    categories written as one. (A category that nobody knows is an answer: rosters bring them.)"""
    for index, held in enumerate(data.get("categories") or ()):
        name = str(held.get("name") if isinstance(held, dict) else held)
        several = name.split("、")
        if len(several) > 1 and all(pack.category_names.find(one) for one in several):
            raise BadFacts(f"categories[{index}]", f"“{name}”是几个身份，请分开写成几项：[{', '.join(several)}]")
    for index, trait in enumerate(data.get("traits") or ()):
        if trait not in pack.trait_names:
            known = "、".join(item.name for item in pack.traits)
            raise BadFacts(f"traits[{index}]", f"本方案没有“{trait}”这一情况；认识：{known or '无'}")


def _tabulate(arguments: argparse.Namespace) -> int:
    from canbao.policy.table_file import Unreadable, tabulate_file

    pack = load_pack(arguments.pack)
    source, target = Folder(arguments.population), Folder(arguments.output)
    wanted = [name.strip() for name in arguments.answers.split(",")] if arguments.answers is not None else None
    try:
        with source.open("rb"):
            pass
    except OSError as error:
        raise CannotDo(f"{source}: 读不出来（{error.strerror}）") from error
    try:
        people = tabulate_file(pack, source, target, answers=wanted)
    except Unreadable as error:
        raise CannotDo(f"{source}: 读不出来（{_first_line(error)}）") from error
    except OSError as error:
        raise _cannot_write(target, error) from error
    print(f"{pack.key}：{people} 人 → {target}", file=sys.stderr)
    return 0


def _diff(arguments: argparse.Namespace) -> int:
    """0: nothing differs; 1: something does; 2: one of the packs cannot be read."""
    from canbao.policy.diff import difference
    from canbao.policy.diff_words import in_words

    try:
        found = difference(load_pack(arguments.old), load_pack(arguments.new))
    except PackBroken as broken:
        raise CannotDo(str(broken)) from broken
    print("\n".join(in_words(found, arguments.language)))
    return 0 if found.is_none else 1


def _simulate(arguments: argparse.Namespace) -> int:
    from canbao.policy.simulate import simulate
    from canbao.policy.simulation_text import in_words

    old, new = load_pack(arguments.old), load_pack(arguments.new)
    population = _population(arguments.population)
    by = arguments.by or ("division" if "division" in population.columns else None)
    found = simulate(old, new, population, by, without_days=arguments.without_days)
    if arguments.output:
        from canbao.policy.people_list import TooManyRows, UnknownEnding, write_list

        try:
            write_list(found.changed, Folder(arguments.output))
        except (TooManyRows, UnknownEnding) as error:
            raise CannotDo(str(error)) from error
        except OSError as error:
            raise _cannot_write(arguments.output, error) from error
        print(f"{found.changed.height} 人 → {arguments.output}", file=sys.stderr)
    if arguments.html:
        from canbao.policy.simulation_page import page

        _write(arguments.html, page(found, arguments.language))
    if arguments.json:
        print(json.dumps(found.as_json(), ensure_ascii=False, indent=2))
    else:
        print("\n".join(in_words(found, arguments.language)))
    return 0


def _write(file: str, text: str) -> None:
    try:
        Folder(file).write_text(text, encoding="utf-8")
    except OSError as error:
        raise _cannot_write(file, error) from error


def _population(file: str) -> "pl.DataFrame":
    import polars as pl

    try:
        return pl.read_parquet(file)
    except (OSError, pl.exceptions.PolarsError) as error:
        raise CannotDo(f"{file}: 读不出来（{_first_line(error)}）") from error


def _show(arguments: argparse.Namespace) -> int:
    from canbao.policy.show import page

    text = page(load_pack(arguments.pack))
    if arguments.output:
        _write(arguments.output, text)
    else:
        sys.stdout.write(text)
    return 0


def _read(file: str) -> str:
    try:
        return Folder(file).read_text(encoding="utf-8-sig")
    except OSError as error:
        raise CannotDo(f"{file}: 读不出来（{error.strerror}）") from error
    except UnicodeDecodeError as error:
        raise CannotDo(f"{file}: 不是 UTF-8 文本") from error


def _cannot_write(file: str | Folder, error: OSError) -> CannotDo:
    """Says which file, why not, and which of the usual causes it is."""
    folder = Folder(file).absolute().parent
    why = f"没有文件夹 {folder}，请先建好" if not folder.exists() else error.strerror or _first_line(error)
    return CannotDo(f"{file}: 写不进去（{why}）")


def _first_line(error: Exception) -> str:
    return next(iter(str(error).splitlines()), type(error).__name__)
