"""Says in the terminal what mails came to lie in the outbox, where there is no mail server: each in one line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portrait_app.adapters.mail.outbox import Outbox, in_a_line

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


class Post:
    """What lay in the outbox before is known, and not said again.

    Args:
        folder: the outbox.
        say: takes a line for the terminal.
    """

    def __init__(self, folder: Path, say: Callable[[str], None]) -> None:
        self._outbox = Outbox(folder)
        self._say = say
        self._changed_at = self._last_change()
        self._known = set(self._outbox.mails())

    def say_new(self) -> None:
        """Say the mails that came since; nothing is read while the folder is as it was."""
        changed_at = self._last_change()
        if changed_at == self._changed_at:
            return
        self._changed_at = changed_at
        lying = self._outbox.mails()
        for mail in lying:
            if mail not in self._known:
                self._say(in_a_line(mail))
        self._known = set(lying)

    def _last_change(self) -> int:
        try:
            return self._outbox.folder.stat().st_mtime_ns
        except FileNotFoundError:
            return 0
