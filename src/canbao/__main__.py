"""The command line: `canbao policy …` is plain Python and starts at once; everything else loads Django.

The split is on purpose: a clerk who checks a notice should not wait for, or need, a database.
"""

import sys


def main(argv: list[str] | None = None) -> int:
    """Run one command; the exit code is the answer: 0 fine, 1 what was asked about is not right, 2 the question was wrong."""
    argv = sys.argv[1:] if argv is None else argv
    if argv[:1] == ["policy"]:
        from canbao.policy.command import main as policy_main  # loads no Django

        return policy_main(argv[1:])
    from canbao.config.command import main as config_main  # loads Django

    return config_main(argv)


if __name__ == "__main__":
    raise SystemExit(main())
