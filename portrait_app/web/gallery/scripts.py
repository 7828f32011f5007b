"""What only the browser can do in the gallery: open the viewer at a portrait, fetch more in time, hold still."""

from __future__ import annotations

from typing import TYPE_CHECKING

import reflex as rx

if TYPE_CHECKING:
    from uuid import UUID

    from reflex.event import EventSpec

# The list may not be drawn yet when this runs; the address forgets the portrait, so that a reload or a
# reconnection doesn't open it again.
_SHOW = """(async () => {
  history.replaceState(history.state, "", location.pathname);
  for (let frame = 0; frame < 90; frame++) {
    const thumb = document.querySelector('[data-shows-slide="slide-%s"]');
    if (thumb) return viewer.open(thumb);
    await new Promise(requestAnimationFrame);
  }
})()"""

_PRESS_WHEN_NEAR = """new IntersectionObserver(
  (seen) => seen.some((it) => it.isIntersecting) && viewer.bringMore(), { rootMargin: "1200px" }
).observe(document.querySelector("[data-brings-slides]"))"""


def show(portrait_id: UUID) -> EventSpec:
    """Open the viewer at a portrait as soon as it is in the list."""
    return rx.call_script(_SHOW % portrait_id)


def press_when_near() -> EventSpec:
    """Press "Show more" when it comes within a screen or two; the button stays for who'd rather press."""
    return rx.call_script(_PRESS_WHEN_NEAR)


def keep_steady() -> EventSpec:
    """Hold what is looked at in its place when new portraits come in above it."""
    return rx.call_script("viewer.keepSteady(document.querySelector('.gallery-rows > .picture-rows'))")
