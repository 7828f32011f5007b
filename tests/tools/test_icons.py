"""The icons that are committed."""

from __future__ import annotations

from PIL import Image

from tools import icons


def test_there_is_an_icon_for_whoever_asks_without_reading_a_page() -> None:
    with Image.open(icons.ASSETS / "favicon.ico") as icon:
        assert icon.info["sizes"] == {(edge_px, edge_px) for edge_px in icons.FAVICON_PX}
