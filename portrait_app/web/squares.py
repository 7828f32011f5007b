"""A square cut out of a portrait, around the face where it is known: how the browser shows it, without new pixels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from portrait_app.services.thumbnails import WIDTHS_PX, small_key

if TYPE_CHECKING:
    from portrait_app.domain.generation import Asset
    from portrait_app.ports.bucket import Links

ENOUGH_PX = 192  # 64 CSS px on a screen of three pixels each
AROUND = 2.0  # edges of the face that a square shows, with hair and chin
EYES_ABOVE = 0.06  # of the square: a face sits a little above its middle
HEADS_AT = 0.38  # of a portrait's height, where the face wasn't found


@dataclass(frozen=True)
class Square:
    """A square of a picture, for `ui.square`.

    Attributes:
        src: address of the smallest thumbnail that is sharp enough; empty where there is no picture.
        width, left, top: of the picture in the box of the square, in percent of the box.
        colour: `#rrggbb` that stands there before it.
    """

    src: str = ""
    width: float = 100.0
    left: float = 0.0
    top: float = 0.0
    colour: str = ""

    @classmethod
    def of(cls, links: Links, row: Asset) -> Square:
        """Cut a kept portrait."""
        if row.key is None:
            return cls()
        edge, left, top = _cut(row)
        longest = max(row.width, row.height)
        enough = next((px for px in WIDTHS_PX if edge * px / longest >= ENOUGH_PX), WIDTHS_PX[-1])
        src = links.to(small_key(row.key, enough))
        percent = 100 / edge
        return cls(src, round(row.width * percent, 2), round(-left * percent, 2), round(-top * percent, 2), row.colour)


def _cut(row: Asset) -> tuple[float, float, float]:
    """Return the square's edge, left and top, in px of the portrait."""
    edge = float(min(row.width, row.height))
    x, y = row.width / 2, row.height * HEADS_AT
    if row.face:
        left, top, right, bottom = row.face
        edge = min(edge, AROUND * max((right - left) * row.width, (bottom - top) * row.height))
        x, y = row.width * (left + right) / 2, row.height * (top + bottom) / 2 + EYES_ABOVE * edge
        y -= 2 * EYES_ABOVE * edge  # hair is above the face that is found
    return edge, min(max(x - edge / 2, 0), row.width - edge), min(max(y - edge / 2, 0), row.height - edge)
