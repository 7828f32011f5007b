"""Which script comes with which page: a first visit brings no other room's."""

from __future__ import annotations

from pathlib import Path

import pytest

from portrait_app.web import theme
from portrait_app.web.gallery.page import gallery_page
from portrait_app.web.train.page import train_page
from portrait_app.web.you.page import you_page

ROOT = Path(__file__).parents[2]
ROOMS = (train_page, gallery_page, you_page)


@pytest.mark.parametrize(
    ("page", "name"),
    [(train_page, "upload"), (gallery_page, "viewer"), (gallery_page, "choosing"), (you_page, "passkey")],
)
def test_what_one_room_needs_comes_with_that_room_alone(page, name) -> None:
    src = f'src:"/js/{name}.js"'
    assert src in str(page())
    assert src not in "".join(map(str, theme.head()))
    assert [other for other in ROOMS if src in str(other())] == [page]


def test_every_script_comes_with_some_page() -> None:
    brought = "".join(map(str, [*theme.head(), *(room() for room in ROOMS)]))
    lying = {path.name for path in (ROOT / "assets" / "js").glob("*.js")} - {"early.js"}  # which stands in the head
    assert [name for name in lying if f"/js/{name}" not in brought] == []
