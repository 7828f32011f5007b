"""The webhook's route and an engine's hand to knock with; the front doors, and the mails that come of them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import httpx
import pytest
from standardwebhooks import Webhook
from starlette.applications import Starlette

from portrait_app.adapters.replicate.gateway import Gateway
from portrait_app.database.address import Role
from portrait_app.database.orders import counted
from portrait_app.domain.order import OrderKind
from portrait_app.http.webhook import webhook_routes
from portrait_app.services import generations, trainings
from portrait_app.services.mails import Postman
from portrait_app.settings import Settings
from tests.builders import WEBHOOK
from tests.http.front import OURS, PASSWORD, Mailbox, Studio, typed

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from pathlib import Path
    from uuid import UUID

    from portrait_app.domain.order import Order
    from tests.builders import House

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
OTHER = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
RUNNING = {"id": "job1", "status": "processing"}


@dataclass
class Door:
    """The route over a house with one order of four portraits and one training on their way."""

    browser: httpx.AsyncClient
    house: House
    gateway: Gateway
    owner_id: UUID
    portraits: UUID
    training: UUID
    knocks: int = 0

    def address(self, kind: OrderKind = OrderKind.PREDICTION, order_id: UUID | None = None) -> str:
        own = self.portraits if kind is OrderKind.PREDICTION else self.training
        return WEBHOOK.of(kind, order_id or own) or ""

    async def bring(self, said: object, *, to: str = "", as_id: str = "", secret: str = SECRET) -> int:
        """Knock with a body that the engine signed just now; the answer's status."""
        body = said if isinstance(said, bytes) else json.dumps(said).encode()
        self.knocks += 1
        headers = signed(body, as_id or f"msg_{self.knocks}", secret=secret)
        return (await self.browser.post(to or self.address(), content=body, headers=headers)).status_code

    async def order(self, order_id: UUID) -> Order:
        async with self.house.desk.for_service(self.owner_id) as work:
            return await work.orders.get(order_id)

    async def counts(self) -> dict[str, int]:
        async with self.house.desk.for_nobody(Role.SERVICE) as session:
            return await counted(session)


def signed(body: bytes, webhook_id: str, *, secret: str = SECRET, age: timedelta = timedelta()) -> dict[str, str]:
    """Sign as the engine does; a body that is no UTF-8 can't be, and gets a signature of something else."""
    moment = datetime.now(UTC) - age
    signature = Webhook(secret).sign(webhook_id, moment, body.decode(errors="replace"))
    return {
        "webhook-id": webhook_id,
        "webhook-timestamp": str(int(moment.timestamp())),
        "webhook-signature": signature,
        "content-type": "application/json",
    }


@pytest.fixture
async def door(house: House) -> AsyncGenerator[Door]:
    ada = await house.somebody("Ada")
    async with house.desk.for_person(ada) as work:
        model = work.trainings.add(await house.ready_model(ada))
        await generations.order(work, model, style="noir", count=4, aspect="1:1")
    ((_, _, portraits),) = house.queue.take()
    draft = await house.draft_with_selfies(ada)
    async with house.desk.for_person(ada) as work:
        await trainings.start(work, draft.id, name="Ada", trainer="darkroom")
    ((_, _, training),) = house.queue.take()
    gateway = Gateway(base_url="http://127.0.0.1:9/v1", token="a-token", webhook_secret=SECRET)

    class Shop:
        desk, webhook = house.desk, WEBHOOK

    Shop.gateway = gateway  # type: ignore[attr-defined] -- what the route takes from a workshop
    app = Starlette(routes=[*webhook_routes(lambda: Shop)])  # type: ignore[arg-type] -- likewise
    transport = httpx.ASGITransport(app, raise_app_exceptions=True)
    async with httpx.AsyncClient(transport=transport, base_url="http://house") as browser:
        yield Door(browser, house, gateway, ada, portraits, training)
    await gateway.close()


@pytest.fixture
def mailbox() -> Mailbox:
    """What was sent."""
    return Mailbox()


@pytest.fixture
def studio(house: House, tmp_path: Path, mailbox: Mailbox) -> Studio:
    """A studio on one machine, without a mail server of its own."""
    settings = Settings.model_validate({"PORTRAIT_DATA_DIR": tmp_path, "APP_URL": OURS})
    return Studio(house, settings, Postman(house.desk, mailbox, OURS, "studio@studio.test"), mailbox)


@pytest.fixture
async def posting(studio: Studio) -> Studio:
    """A studio that sends mails, in which Ada has confirmed her address."""
    posting = studio.with_settings(smtp_host="mail.studio.test")
    await posting.browser().post("/auth/sign-up", data=typed())
    await posting.deliver()
    await posting.browser().post(posting.mailbox.link(), data={"password": PASSWORD})
    posting.mailbox.mails.clear()
    return posting
