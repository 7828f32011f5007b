"""Studio: one large soft light, a painted grey backdrop, a thin cool edge of light from behind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portrait_app.darkroom import finish, light
from portrait_app.darkroom.light import Lamp
from portrait_app.darkroom.planes import curve, rgb, to_display
from portrait_app.darkroom.retouch import expose, retouch
from portrait_app.darkroom.styles.style import Sitting, Style

if TYPE_CHECKING:
    from portrait_app.darkroom.planes import Colour, Picture

_BACKDROPS: tuple[tuple[Colour, Colour], ...] = (
    ((0.43, 0.45, 0.49), (0.09, 0.095, 0.11)),  # slate
    ((0.47, 0.45, 0.42), (0.11, 0.10, 0.09)),  # warm grey
    ((0.36, 0.41, 0.44), (0.06, 0.08, 0.10)),  # petrol
    ((0.46, 0.41, 0.38), (0.10, 0.08, 0.075)),  # clay
)


def paint(sitting: Sitting) -> Picture:
    """See the module."""
    sitter, rng, side = sitting.sitter, sitting.rng, sitting.side
    person = expose(sitter, retouch(sitter, 0.65), sitting.tone, 1.05)
    flat = light.flatten(sitter, person, 0.75)
    key = Lamp((side * rng.uniform(0.5, 0.75), -0.5, 0.75), (0.92, 0.9, 0.86), wrap=0.35, shadow=0.35)
    linear = light.lit(sitter, flat, [key], (0.36, 0.37, 0.4))
    linear += light.gleam(sitter, key)[..., None] * 0.035
    linear += light.rim(sitter, (-side, -0.35))[..., None] * rgb((0.15, 0.17, 0.2))
    person = curve(to_display(linear), [(0, 0), (0.25, 0.225), (0.6, 0.625), (1, 1)])
    centre, edge = _BACKDROPS[int(rng.integers(len(_BACKDROPS)))]
    backdrop = finish.seamless(sitter, rng, centre=centre, edge=edge, light_from=(-side * 0.35, 0.05), spread=1.55)
    return finish.grain(finish.vignette(finish.lay(sitter, person, backdrop), 0.22), rng, 0.008)


STYLE = Style("studio", "Studio", "Soft light from one side, a painted backdrop: the classic portrait.", paint)
