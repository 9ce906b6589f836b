"""Loaded by pytest before anything else (see `addopts`): the tests get a home of their own, `var/test`, so that they
never meet the county that somebody is looking at. With `DATABASE_URL` they make databases of their own on that server.
"""

import os

from canbao.config import home as _home

os.environ["CANBAO_HOME"] = os.environ.get("CANBAO_TEST_HOME") or str(_home.CHECKOUT / "var" / "test")
os.environ["CANBAO_ENV"] = "local"
os.environ["CANBAO_TODAY"] = "2021-11-15"
os.environ.pop("CANBAO_SECRETS", None)
