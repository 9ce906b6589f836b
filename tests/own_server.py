"""An embedded server that may be killed, spoilt and thrown away, beside the one that the other tests use."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import psutil
import psycopg
from django.db import connections

from canbao.config.database import as_django
from canbao.config.embedded import Embedded, parameters
from canbao.config.home import home
from canbao.config.setup import set_up_database


class Server:
    def __init__(self, embedded: Embedded) -> None:
        self.embedded = embedded

    def kill(self) -> None:
        """As a power cut would: postmaster and every child at once, without a word."""
        postmaster = psutil.Process(self.embedded._server.get_postmaster_info().pid)
        postmaster.suspend()  # so that nobody is born meanwhile
        for process in [postmaster, *postmaster.children(recursive=True)]:
            process.kill()
        psutil.wait_procs([postmaster])

    def start(self) -> None:
        self.embedded._server.ensure_postgres_running()

    def superuser(self, *statements: str) -> None:
        """Run statements as the superuser, who owns nothing of ours."""
        with psycopg.connect(**parameters(self.embedded.socket, "postgres"), autocommit=True) as db:
            for statement in statements:
                db.execute(statement)


@contextmanager
def own_server(name: str) -> Iterator[Server]:
    """Both roles talk to it, with all tables made; afterwards they talk to the other tests' server again."""
    folder = home() / f"{name}-{os.getpid()}"
    embedded = Embedded(folder)
    before = {alias: dict(connections[alias].settings_dict) for alias in ("default", "owner")}
    try:
        for alias, role in (("default", "canbao_app"), ("owner", "canbao_owner")):
            connections[alias].close()
            connections[alias].settings_dict.update(as_django(parameters(embedded.socket, role)))
        set_up_database()
        yield Server(embedded)
    finally:
        for alias, settings in before.items():
            connections[alias].close()
            connections[alias].settings_dict.update(settings)
        embedded.stop()
        shutil.rmtree(folder, ignore_errors=True)
