"""Somebody who has left is blotted out of the logs wherever these lie."""

from __future__ import annotations

import errno
import fcntl
import os
from typing import TYPE_CHECKING

import pytest

from portrait_app.adapters.logbook import blot_out

if TYPE_CHECKING:
    from pathlib import Path


def test_where_a_file_system_has_no_locks_people_are_blotted_out_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = tmp_path / "log" / "web.log"
    log.parent.mkdir()

    def fails_with(number: int) -> None:
        def flock(_: object, how: int) -> None:
            raise OSError(number, f"no lock {how}")

        monkeypatch.setattr(fcntl, "flock", flock)
        log.write_text("mail to ada@example.com")
        blot_out(tmp_path, ["ada@example.com"])

    fails_with(errno.EOPNOTSUPP)
    assert log.read_text() == "mail to " + "-" * 15
    with pytest.raises(OSError, match="no lock"):  # a lock that is there and fails is no leave to go on
        fails_with(errno.EIO)


def test_what_is_named_like_a_log_and_is_none_keeps_nobody_in_the_others(tmp_path: Path) -> None:
    log = tmp_path / "log" / "web.log"
    (log.parent / "a folder.log").mkdir(parents=True)
    os.mkfifo(log.parent / "a pipe.log")
    (log.parent / "nowhere.log").symlink_to(tmp_path / "nowhere")
    log.write_text("mail to ada@example.com")
    blot_out(tmp_path, ["ada@example.com"])
    assert log.read_text() == "mail to " + "-" * 15
