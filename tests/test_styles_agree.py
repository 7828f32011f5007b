"""What is offered is what the built-in engine can make."""

from __future__ import annotations

from portrait_app.darkroom.styles import ALL
from portrait_app.domain.styles import STYLES


def test_the_darkroom_makes_every_style_we_offer_and_no_other() -> None:
    assert set(STYLES) == set(ALL)
