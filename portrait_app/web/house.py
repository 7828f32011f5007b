"""The furnished house that this web process stands in, set once at its start."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from portrait_app.wiring import Workshop

_furnished: list[Workshop] = []


def move_in(workshop: Workshop) -> None:
    """Use this workshop from now on; tests furnish their own."""
    _furnished[:] = [workshop]


def workshop() -> Workshop:
    """Return the workshop of this process."""
    if not _furnished:
        raise RuntimeError("the web process has no workshop yet: call move_in first")
    return _furnished[0]
