"""Nothing of the tester's own settings is read."""

from __future__ import annotations

import pytest

from portrait_app.settings import Settings


@pytest.fixture(autouse=True)
def nothing_else_is_configured(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    monkeypatch.chdir(tmp_path)
    for name in (*(name.upper() for name in Settings.model_fields), "NEXT_PUBLIC_APP_URL", "PORTRAIT_DATA_DIR"):
        monkeypatch.delenv(name, raising=False)
