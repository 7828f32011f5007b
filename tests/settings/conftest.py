"""Nothing of the tester's own settings is read."""

from __future__ import annotations

import pytest

from tests.variables import NAMES


@pytest.fixture(autouse=True)
def nothing_else_is_configured(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    monkeypatch.chdir(tmp_path)
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
