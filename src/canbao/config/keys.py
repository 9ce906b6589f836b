"""`canbao secrets FILE`: make a key file for production. Keep it in a safe, apart from the database's backups."""

import argparse
import json
import os
import sys
from pathlib import Path

from canbao.config.home import new_secrets


def main(argv: list[str]) -> int:
    """0: made. 2: it cannot be written; a file that is there is left as it is. Needs no settings and no database."""
    parser = argparse.ArgumentParser(
        prog="canbao secrets", description="生成生产环境的密钥文件 / make a key file for production"
    )
    parser.add_argument("file", type=Path)
    file = parser.parse_args(argv).file
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        print(
            "文件已存在，不覆盖：丢了密钥就丢了所有证件号码 (the file exists and is not overwritten)", file=sys.stderr
        )
        return 2
    except OSError as error:
        print(f"{file}：写不进去（{error.strerror}）(it cannot be written)", file=sys.stderr)
        return 2
    with os.fdopen(descriptor, "w", encoding="utf-8") as out:
        json.dump(new_secrets(), out, indent=1)
    print(f"已生成 {file}；用 CANBAO_SECRETS 指明它 (name it with CANBAO_SECRETS)")
    return 0
