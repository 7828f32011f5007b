"""The word that somebody gives before their first photo: whose face it is, and that it may be learned."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portrait_app.domain.consent import VERSION
from portrait_app.errors import PortraitError

if TYPE_CHECKING:
    from portrait_app.services.work import Work


class ConsentMissing(PortraitError):
    """A photo came, or a face was to be learned, and nobody has said whose photos they are."""

    headline = "One question first"
    hint = "Please say on Train whose photos these are. Nothing was kept of this one; what you have is safe."


class TextHasChanged(PortraitError):
    """Somebody agreed to words that are no longer the present ones."""

    headline = "The words have changed"
    hint = "Nothing was changed. Please read them once more, then answer."


async def is_given(work: Work) -> bool:
    """Whether the person agreed to the present text."""
    return await work.consents.to(VERSION) is not None


async def require(work: Work) -> None:
    """Return when the person agreed to the present text.

    Raises:
        ConsentMissing: they have not, or took it back, or agreed to an older text.
    """
    if not await is_given(work):
        raise ConsentMissing("no consent to the present text")


async def give(work: Work, version: str) -> None:
    """Write down, with its date, that the person agrees to the words they were shown.

    Raises:
        TextHasChanged: these are not the present words.
    """
    if version != VERSION:
        raise TextHasChanged("another version was read")
    await work.consents.give(version)
    await work.tell("consent", work.owner_id)


async def withdraw(work: Work) -> None:
    """Take the word back: no photo is taken in and no face learned from now on. What there is stays until deleted."""
    await work.consents.withdraw()
    await work.tell("consent", work.owner_id)
