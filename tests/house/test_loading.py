"""Code is loaded without looking for rubbish, and rubbish is looked for again as soon as it is there."""

from __future__ import annotations

import gc
import pkgutil
from typing import TYPE_CHECKING

import pytest

from portrait_app import __main__ as command_line

if TYPE_CHECKING:
    from collections.abc import Generator


@pytest.fixture(autouse=True)
def _thawed() -> Generator[None]:
    """Begin with nothing put aside, so that it is seen; what other tests have made meanwhile is let go of after it."""
    gc.unfreeze()
    yield
    gc.unfreeze()
    gc.collect()
    gc.freeze()  # what is left was loaded and collected (tests/conftest.py), and stays


def test_a_command_is_loaded_without_looking_for_rubbish_and_run_with(monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[bool] = []

    def noted(*_: object) -> int:
        looked.append(gc.isenabled())
        return 0

    monkeypatch.setattr(pkgutil, "resolve_name", lambda name: noted() or noted)
    assert command_line.main(["doctor"]) == 0
    assert looked == [False, True]
    assert gc.get_freeze_count() > 0


def test_rubbish_is_looked_for_again_even_when_something_could_not_be_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> None:
        raise ModuleNotFoundError(name)

    monkeypatch.setattr(pkgutil, "resolve_name", missing)
    with pytest.raises(ModuleNotFoundError):
        command_line.main(["doctor"])
    assert gc.isenabled()
