"""Whether a draft has room for one more photo."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portrait_app.domain.selfie import MOST, MOST_REFUSED
from portrait_app.errors import PortraitError

if TYPE_CHECKING:
    from portrait_app.domain.training import Training
    from portrait_app.services.work import Work


class TooManySelfies(PortraitError):
    """The draft is full."""

    headline = "That's plenty"
    hint = f"{MOST} photos are the most one face model takes. Remove one to make room; the others are safe."


class TooManyRefused(PortraitError):
    """So many files were none that could be used that no more are taken in beside them."""

    headline = "Many of these files can't be used"
    hint = "Remove some of those that could not be opened, then add more. Your photos are safe."


async def require_room(work: Work, draft: Training) -> None:
    """Let one more photo in. A file that was refused takes nobody's place; yet it is shown, so those have an end too.

    Raises:
        TooManySelfies, TooManyRefused: nothing was taken in.
    """
    if await work.selfies.count(draft.id) >= MOST:
        raise TooManySelfies(f"{draft.id} has {MOST}")
    if await work.selfies.count_refused(draft.id) >= MOST_REFUSED:
        raise TooManyRefused(f"{draft.id} has {MOST_REFUSED} that were refused")
