"""What the commands that ask the database say while the studio is at rest: at once, and what to do."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pytest

from portrait_app.__main__ import main
from portrait_app.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("arguments", [["doubts"], ["let-in", "ada@example.com"]], ids=lambda each: each[0])
def test_a_studio_that_is_at_rest_is_said_to_be(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    nowhere = {"PORTRAIT_DATA_DIR": tmp_path, "DATABASE_URL": "postgresql://nobody@127.0.0.1:9/none"}
    monkeypatch.setattr(Settings, "read", lambda: Settings.model_validate(nowhere))
    monkeypatch.setattr("portrait_app.house.leash.wear", lambda: None)
    monkeypatch.setattr("portrait_app.logs.set_up", lambda _: logging.getLogger())
    assert main(arguments) == 1
    said = capsys.readouterr()
    assert (
        said.err == "The studio's database doesn't answer. Start the studio (make run), and ask again while it runs.\n"
    )
    assert said.out == ""
