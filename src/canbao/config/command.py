"""`canbao …` beside `canbao policy …`: the commands that need the whole program."""

import difflib
import os
import sys

NO_SUCH_TABLE = "42P01"
INTERRUPTED = 130  # what a shell says of a program that Ctrl-C ended


def main(argv: list[str]) -> int:
    """0 fine; 1 what was asked about is not right; 2 the question was wrong (a command, flag, setting or name)."""
    if argv[:1] == ["secrets"]:  # comes before everything: without a key file nothing else starts
        from canbao.config.keys import main as make_keys

        return make_keys(argv[1:])
    from canbao.config.environment import BadSetting

    try:
        return _with_django(argv)
    except BadSetting as bad:
        print(bad, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return _interrupted()
    except (Exception, SystemExit):
        if not _asked_to_stop():
            raise
        return _interrupted()  # a sentence that a signal broke off may come back as an error of the database


def _interrupted() -> int:
    print("已中断 (interrupted)", file=sys.stderr)
    return INTERRUPTED


def _asked_to_stop() -> bool:
    processes = sys.modules.get("canbao.config.season.processes")  # who heeds signals has loaded it
    return processes is not None and processes.was_asked_to_stop()


def _with_django(argv: list[str]) -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "canbao.config.settings")
    import django

    django.setup()
    from django.core.management import execute_from_command_line, get_commands
    from django.db import OperationalError, ProgrammingError

    asked = argv[1:2] if argv[:1] == ["help"] else argv[:1]
    known = {*get_commands(), "help", "version"}
    if asked and not asked[0].startswith("-") and asked[0] not in known:
        like = difflib.get_close_matches(asked[0], known, n=1)
        hint = f"是不是 {like[0]}？" if like else ""
        print(f"没有 {asked[0]} 这个命令。{hint}canbao help 列出全部 (no such command)", file=sys.stderr)
        return 2
    try:
        execute_from_command_line(["canbao", *argv])
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", None) is not None or _asked_to_stop():
            raise  # the database answered: that is ours to look into
        print(f"数据库连不上，或中途断开 (the database cannot be reached)：{str(error).strip()}", file=sys.stderr)
        return 1
    except ProgrammingError as error:
        if getattr(error.__cause__, "sqlstate", None) != NO_SUCH_TABLE:
            raise
        print(
            "这个数据库还没有建好，请先执行 canbao setup（样例用 make start） (the database is not set up; run `canbao setup`)",
            file=sys.stderr,
        )
        return 1
    return 0
