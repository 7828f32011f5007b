"""What the room says of an export, in plain words."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from portrait_app.domain.clock import now
from portrait_app.domain.export import KEPT_FOR, ExportStatus

if TYPE_CHECKING:
    from portrait_app.domain.export import Export

WHAT_IS_IN_IT = (
    "One ZIP with every portrait in full size, the selfies that are still kept, and as text all that the studio knows "
    "of you: what you ordered and what the engine was told, your face models, your profile, your sign-ins."
)
LEAVING = (
    "After seven days everything below is deleted for good: here, and what the portrait engine has of you. Until then "
    "you can change your mind with one tap."
)
LOSS = (
    "In seven days your account, your pictures, your selfies and your face models are deleted for good, here and at "
    "the portrait engine. Every other browser is signed out now, and nothing new is begun. You can stay with one tap "
    "until then."
)
BACKUPS = (
    "The studio makes no backups of its own. In its database's files deleted bytes lie unread until new ones are "
    "written over them; and whoever runs this computer may have copies of it, which are theirs to delete."
)
WRITES = "You can leave this page; we write to you when it is ready."
GOES_ON = "You can leave this page; it is here when it is ready."
WRITTEN, ONE_TAP = "We have written to you, too.", "Until then one tap on Stay is enough."
GONE = f"The last one was deleted after {KEPT_FOR.days} days. Ask for a new one whenever you like."


@dataclass(frozen=True)
class ExportCard:
    """An export as it is shown; empty where there is nothing to say. `bytes` is its size, once it is ready.

    The numbers in `hint` are plain: the browser writes them the person's own way.
    """

    is_making: bool = False
    is_ready: bool = False
    is_failed: bool = False
    percent: float = 0.0
    headline: str = ""
    hint: str = ""
    bytes: int = 0

    @classmethod
    def of(cls, export: Export | None, *, sends_mail: bool) -> ExportCard:
        """Say how far an export is; one whose time is over is gone, also before its file is."""
        if export is None:
            return cls()
        if export.status is ExportStatus.MAKING:
            hint = _packed(export) + (WRITES if sends_mail else GOES_ON)
            return cls(is_making=True, percent=_percent(export), headline="Packing", hint=hint)
        if export.status is ExportStatus.FAILED:
            return cls(is_failed=True, headline="It couldn't be packed", hint=export.trouble or "")
        left = (export.expires_at or export.created_at) - now()
        if export.status is ExportStatus.GONE or left <= timedelta():
            return cls(hint=GONE)
        hint = f"{_days(left)}, then it is deleted."
        return cls(is_ready=True, headline="Ready", hint=hint, bytes=export.bytes)


def _percent(export: Export) -> float:
    return 100 * export.done / export.total if export.total else 0.0


def _packed(export: Export) -> str:
    return f"{export.done} of {export.total} pictures. " if export.total else ""


def _days(left: timedelta) -> str:
    days = math.ceil(left / timedelta(days=1))
    return f"Kept for {days} more day{'s' * (days != 1)}"
