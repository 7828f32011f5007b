"""What a browser is told to do besides showing: an act by its name, with plain values. No script travels, none is run.

The acts are in assets/js: `page` (early.js), `studio` (furniture.js) and `viewer` (viewer.js).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import reflex as rx

if TYPE_CHECKING:
    from reflex.event import EventSpec


def perform(act: str, *values: Any) -> EventSpec:
    """Have the browser do something, e.g. `perform("page.toTop")`."""
    return rx.call_script(json.dumps([act, *values]))
