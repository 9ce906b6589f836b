"""`canbao …` beside `canbao policy …`: the commands that need the whole program."""

import os
import sys


def main(argv: list[str]) -> int:
    if argv[:1] == ["secrets"]:  # comes before everything: without a key file nothing else starts
        from canbao.config.keys import main as make_keys

        return make_keys(argv[1:])
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "canbao.config.settings")
    import django

    django.setup()
    from django.core.management import execute_from_command_line

    execute_from_command_line(["canbao", *argv])
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
