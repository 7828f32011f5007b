"""The house that the matrix asks: real rows, a real bucket, an engine and a queue that only write down."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from portrait_app.adapters.buckets.disk import DiskBuckets
from portrait_app.adapters.queue import jobs_app
from portrait_app.adapters.replicate.gateway import Gateway
from portrait_app.database.session import Database
from portrait_app.services.work import Desk
from portrait_app.settings import Settings
from portrait_app.wiring import Workshop
from tests.fakes import FakeQueue

if TYPE_CHECKING:
    from portrait_app.ports.queue import Queue
    from tests.matrix.conftest import Matrix

OURS = "http://localhost:3000"  # browsers give passkeys to https and to this machine alone


@dataclass
class MatrixHouse:
    """A workshop over the matrix's rows."""

    workshop: Workshop
    queue: FakeQueue

    async def close(self) -> None:
        await self.workshop.gateway.close()
        await self.workshop.desk.database.close()


def built(matrix: Matrix) -> MatrixHouse:
    """Furnish it."""
    settings = Settings.model_validate(
        {"PORTRAIT_DATA_DIR": matrix.folder, "APP_URL": OURS, "SIGN_UP": "invite", "REPLICATE_API_TOKEN": None,
         "GITHUB_CLIENT_ID": "id", "GITHUB_CLIENT_SECRET": "secret"}
    )  # fmt: skip
    buckets = DiskBuckets(matrix.folder, {"1": b"k" * 32})
    queue = FakeQueue()
    desk = Desk(Database(matrix.address), buckets, cast("Queue", queue))
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    gateway = Gateway(base_url="http://127.0.0.1:9/v1", token="a-token", webhook_secret=secret)
    return MatrixHouse(Workshop(settings, matrix.address, desk, gateway, jobs_app(matrix.address)), queue)
