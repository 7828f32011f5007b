"""Who most stories of the services are about."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.services.removing import learned

if TYPE_CHECKING:
    from uuid import UUID

    from portrait_app.domain.training import Training
    from tests.builders import House


@pytest.fixture
async def ada(house: House) -> UUID:
    """Somebody who has agreed to have their face learned."""
    return await house.somebody("Ada")


@pytest.fixture
async def model(house: House, ada: UUID) -> Training:
    """A face model of Ada's that the engine has learned."""
    return await learned(house, ada)
