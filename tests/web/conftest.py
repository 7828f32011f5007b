"""Who is signed in while a room is looked at, the face model they have, and a Chromium for what needs one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.web.tabs import move_in, signed_up

if TYPE_CHECKING:
    from portrait_app.domain.training import Training
    from portrait_app.services.sessions import SignedIn
    from tests.builders import House


@pytest.fixture
async def ada(house: House) -> SignedIn:
    """Somebody who has just signed up."""
    move_in(house)
    return await signed_up(house, "Ada Lovelace")


@pytest.fixture
async def model(house: House, ada: SignedIn) -> Training:
    """Their face model, ready."""
    return await house.ready_model(ada.owner_id)
