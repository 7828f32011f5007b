"""Draw the app's icons from one description: a sitter, half in light, half in shade.

Run `python tools/icons.py` after changing a shape; the files under assets/ are committed.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageChops, ImageDraw

ASSETS = Path(__file__).parents[1] / "assets"
ICONS = ASSETS / "icons"
OVERSAMPLING = 4
FAVICON_PX = (16, 32, 48)  # asked for at /favicon.ico by whoever reads no page: bookmarks, feeds, old browsers

# The default accent, lighter above than below; the sitter's lit side and shaded side.
ABOVE, BELOW = (86, 126, 222), (38, 66, 150)
LIT, SHADED = (255, 255, 255), (178, 197, 245)

# In fractions of the icon's edge: the head, the shoulders (which run out below), the corners.
HEAD = (0.5, 0.385, 0.165, 0.185)
SHOULDERS = (0.5, 0.96, 0.345, 0.335)
CORNER = 0.225


@dataclass(frozen=True)
class Icon:
    """One file: its edge in px, how much of it the sitter fills, and whether its corners are cut."""

    name: str
    edge_px: int
    figure: float = 1.0
    is_rounded: bool = False


FILES = (
    Icon("icon-192.png", 192, is_rounded=True),
    Icon("icon-512.png", 512, is_rounded=True),
    Icon("maskable-512.png", 512, figure=0.8),
    Icon("apple-touch-icon.png", 180, figure=0.92),
)


def draw(icon: Icon) -> Image.Image:
    """Draw one icon with smooth edges."""
    edge = icon.edge_px * OVERSAMPLING
    picture = _backdrop(edge)
    lit = _figure(edge, icon.figure)
    half = Image.new("L", (edge, edge), 0)
    half.paste(255, (edge // 2, 0, edge, edge))
    picture.paste(LIT, mask=lit)
    picture.paste(SHADED, mask=ImageChops.multiply(lit, half))
    picture = picture.convert("RGBA")
    if icon.is_rounded:
        corners = Image.new("L", (edge, edge), 0)
        ImageDraw.Draw(corners).rounded_rectangle((0, 0, edge - 1, edge - 1), radius=edge * CORNER, fill=255)
        picture.putalpha(corners)
    picture = picture.resize((icon.edge_px, icon.edge_px), Image.Resampling.LANCZOS)
    return picture if icon.is_rounded else picture.convert("RGB")


def write_svg() -> str:
    """Write the same icon as SVG, for browsers that take one for the tab."""
    shapes = "".join(
        f'<ellipse cx="{x * 100:g}" cy="{y * 100:g}" rx="{wide * 100:g}" ry="{high * 100:g}"/>'
        for x, y, wide, high in (HEAD, SHOULDERS)
    )
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100"><defs>'
        f'<linearGradient id="b" x2="0" y2="1"><stop stop-color="{_hex(ABOVE)}"/>'
        f'<stop offset="1" stop-color="{_hex(BELOW)}"/></linearGradient>'
        f'<clipPath id="e"><rect width="100" height="100" rx="{CORNER * 100:g}"/></clipPath>'
        '<clipPath id="s"><path d="M50 0h50v100H50z"/></clipPath></defs>'
        f'<g clip-path="url(#e)"><path fill="url(#b)" d="M0 0h100v100H0z"/><g fill="{_hex(LIT)}">{shapes}</g>'
        f'<g fill="{_hex(SHADED)}" clip-path="url(#s)">{shapes}</g></g></svg>\n'
    )


def main() -> None:
    """Write every icon file."""
    ICONS.mkdir(parents=True, exist_ok=True)
    for icon in FILES:
        draw(icon).save(ICONS / icon.name, optimize=True)
    draw(Icon("favicon.ico", max(FAVICON_PX), is_rounded=True)).save(
        ASSETS / "favicon.ico", sizes=[(edge_px, edge_px) for edge_px in FAVICON_PX]
    )
    (ICONS / "icon.svg").write_text(write_svg(), encoding="utf-8")


def _backdrop(edge: int) -> Image.Image:
    shade = Image.linear_gradient("L").resize((edge, edge))
    return Image.composite(Image.new("RGB", (edge, edge), BELOW), Image.new("RGB", (edge, edge), ABOVE), shade)


def _figure(edge: int, scale: float) -> Image.Image:
    mask = Image.new("L", (edge, edge), 0)
    pen = ImageDraw.Draw(mask)
    for x, y, wide, high in (HEAD, SHOULDERS):
        # Scaled towards the middle of the lower edge, so that the shoulders still run out of the picture.
        middle_x, middle_y = (0.5 + (x - 0.5) * scale) * edge, (1 - (1 - y) * scale) * edge
        across, down = wide * scale * edge, high * scale * edge
        pen.ellipse((middle_x - across, middle_y - down, middle_x + across, middle_y + down), fill=255)
    return mask


def _hex(colour: tuple[int, int, int]) -> str:
    return "#{:02x}{:02x}{:02x}".format(*colour)


if __name__ == "__main__":
    main()
