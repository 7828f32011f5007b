"""Who most stories of the services are about."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from portrait_app.adapters.queue import JobQueue, jobs_app
from tests.services.emptying import Studio
from tests.services.removing import learned

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from pathlib import Path
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


@pytest.fixture
async def studio(house: House, tmp_path: Path) -> AsyncGenerator[Studio]:
    """One whose queue, outbox and logs are real."""
    app = jobs_app(house.desk.database.address)
    async with app.open_async():
        house.desk.queue = JobQueue(app)
        yield Studio(house, tmp_path)
