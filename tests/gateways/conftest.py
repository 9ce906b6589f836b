"""One pair of keys for all tests here: making them is what takes time."""

from pathlib import Path

import pytest

from canbao.gateways.standin.keys import ensure_keys


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return ensure_keys(tmp_path_factory.mktemp("gateway"))
