"""What happened, said in passing in whatever room one is."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from portrait_app.domain.happening import Happening
from portrait_app.web.ui import toast

if TYPE_CHECKING:
    from reflex.event import EventSpec

    from portrait_app.web.ui.kinds import Tone


class _Words(NamedTuple):
    headline: str
    hint: str
    kind: Tone


_WORDS = {
    Happening.MODEL_READY: _Words("Your face model is ready", "Your first portraits are being made.", "good"),
    Happening.MODEL_FAILED: _Words("Your face could not be learned", "What you have is safe. Train says why.", "error"),
    Happening.MODEL_IN_DOUBT: _Words(
        "It isn't known whether your face is being learned", "Your photos are safe. Train says what to do.", "error"
    ),
    Happening.MODEL_UNNAMED: _Words(
        "It isn't known which face model is yours", "Your face was learned. Train says what to do.", "error"
    ),
    Happening.FIRST_SET: _Words("Your first portraits are here", "They hang in your gallery.", "good"),
    Happening.PORTRAITS_FAILED: _Words("Your portraits could not be made", "Create says why.", "error"),
    Happening.PORTRAITS_IN_DOUBT: _Words(
        "It isn't known whether your portraits are being made",
        "What you have is safe. Create says what to do.",
        "error",
    ),
}


def in_passing(happening: Happening) -> EventSpec:
    """Return the event that says it."""
    words = _WORDS[happening]
    return toast.show(words.headline, words.hint, kind=words.kind)
