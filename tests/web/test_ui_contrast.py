"""The accent is the person's to choose, so every pair of colours must be readable at every hue, by day and by night."""

from __future__ import annotations

import math
import re
from pathlib import Path

import pytest

TOKENS = Path(__file__).parents[2] / "assets" / "css" / "tokens.css"
HUES = range(361)
TEXT, GRAPHICS = 4.5, 3.0  # WCAG 2.2, 1.4.3 and 1.4.11, level AA

Colour = tuple[float, float, float | None]  # lightness 0 to 1, chroma, hue in degrees or the person's


def tokens() -> dict[str, tuple[Colour, Colour]]:
    """Read each opaque colour of tokens.css: name → its light and its dark side."""
    css = TOKENS.read_text()
    both = re.findall(r"--([\w-]+): light-dark\((oklch\(.*?\)+), (oklch\(.*?\)+)\);", css)
    one = [(name, colour, colour) for name, colour in re.findall(r"--([\w-]+): (oklch\([^;]*\));", css)]
    return {name: (colour(light), colour(dark)) for name, light, dark in both + one if "/" not in light + dark}


def colour(text: str) -> Colour:
    [(lightness, chroma, hue)] = re.findall(r"oklch\(([\d.]+) ([\d.]+) ([\d.]+|var)", text)
    return float(lightness), float(chroma), None if hue == "var" else float(hue)


def luminance(of: Colour, hue: float) -> float:
    """Relative luminance of what an sRGB screen shows: channels out of its gamut are clipped, as browsers do."""
    lightness, chroma, own = of
    angle = math.radians(hue if own is None else own)
    a, b = chroma * math.cos(angle), chroma * math.sin(angle)
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3  # matrices: https://bottosson.github.io/posts/oklab/
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    red = 4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short
    green = -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short
    blue = -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short
    red, green, blue = (min(1.0, max(0.0, channel)) for channel in (red, green, blue))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def worst_contrast(front: Colour, back: Colour) -> float:
    def contrast(hue: int) -> float:
        low, high = sorted((luminance(front, hue), luminance(back, hue)))
        return (high + 0.05) / (low + 0.05)

    return min(contrast(hue) for hue in HUES)


SURFACES = ("surface", "raised", "float", "fill")
PAIRS = [
    *(
        ("ink", surface, TEXT)
        for surface in (*SURFACES, "fill-pressed", "accent-wash", "danger-wash", "good-wash", "care-wash")
    ),
    *(("ink-soft", surface, TEXT) for surface in SURFACES),
    *(("accent-ink", surface, TEXT) for surface in (*SURFACES, "accent-wash")),
    *(("danger-ink", surface, TEXT) for surface in ("surface", "raised", "float", "danger-wash")),
    ("good-ink", "surface", TEXT),
    ("good-ink", "raised", TEXT),
    ("care-ink", "care-wash", TEXT),
    ("on-accent", "accent", TEXT),
    ("on-accent", "accent-pressed", TEXT),
    ("on-danger", "danger", TEXT),
    ("on-danger", "danger-pressed", TEXT),
    ("on-toast", "toast", TEXT),
    ("toast-accent", "toast", TEXT),
    ("on-stage", "stage", TEXT),
    ("on-badge", "badge", TEXT),
    ("accent", "fill-pressed", GRAPHICS),
    ("accent", "surface", GRAPHICS),
    ("line-strong", "surface", GRAPHICS),
]


@pytest.mark.parametrize("side", ["light", "dark"])
@pytest.mark.parametrize(("front", "back", "least"), PAIRS)
def test_words_are_readable_whatever_hue_the_person_chose(front: str, back: str, least: float, side: str):
    index = ("light", "dark").index(side)
    assert worst_contrast(tokens()[front][index], tokens()[back][index]) >= least


def test_the_measure_itself_agrees_with_known_figures():
    black, white, grey = (0.0, 0.0, 0.0), (1.0, 0.0, 0.0), (0.5999, 0.0, 0.0)  # grey: #808080 in oklch
    assert worst_contrast(white, black) == pytest.approx(21, abs=0.01)
    assert worst_contrast(grey, white) == pytest.approx(3.95, abs=0.02)


def test_no_colour_is_named_outside_the_tokens():
    named = re.compile(r"#[0-9a-f]{3,8}\b|\b(?:rgb|hsl|oklch|oklab|lab|lch)a?\(", re.IGNORECASE)
    strays = {
        sheet.name: named.findall(re.sub(r"/\*.*?\*/", "", sheet.read_text(), flags=re.DOTALL))
        for sheet in TOKENS.parent.rglob("*.css")
        if sheet != TOKENS
    }
    assert {name: found for name, found in strays.items() if found} == {}
