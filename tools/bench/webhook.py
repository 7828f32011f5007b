"""From the engine's signed webhook to the words on the screen, with 1, 50 and 200 tabs of one person open.

One tab is a real one in Chromium; the others are websockets that shook hands like it (two cores don't carry 200
Chromium tabs), so the figures are the server's work and one browser's.
"""

from __future__ import annotations

import asyncio
import json
import time
import uuid
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import httpx
from playwright.async_api import expect
from standardwebhooks import Webhook

from portrait_app.domain.lifecycle import OrderStatus, TrainingStatus
from portrait_app.domain.order import Order, OrderKind
from portrait_app.domain.training import Training
from portrait_app.services import sessions
from portrait_app.services.cookie import token_in
from portrait_app.wiring import furnish, webhook_of
from tools.bench.bare import bare_server
from tools.bench.figure import Figure
from tools.bench.sitting import PATIENCE_MS
from tools.bench.tabs import Tab, bare_tabs, studio_tabs

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable
    from uuid import UUID

    from playwright.async_api import Page

    from tools.bench.sitting import Sitting

    Tell = Callable[[int], Awaitable[None]]  # brings news: so many percent

COUNTS = (1, 50, 200)
RUNS = 12
JOB = "measured"

# The moment (s since 1970) when words of this pattern stand in the page.
_SEEN = """([place, words]) => new Promise((resolve, reject) => {
  const look = () => document.querySelector(place)?.textContent.includes(words)
    && (observer.disconnect(), resolve((performance.timeOrigin + performance.now()) / 1000));
  const observer = new MutationObserver(look);
  observer.observe(document.body, { subtree: true, childList: true, characterData: true });
  setTimeout(() => reject(new Error(`${words} never came`)), 30_000);
  look();
})"""


async def measure(sitting: Sitting) -> list[Figure]:
    """Bring news of a training that is under way, and see when the page and every other tab has heard it."""
    context = await sitting.context()
    cookie = "; ".join(f"{one.get('name')}={one.get('value')}" for one in await context.cookies())
    figures: list[Figure] = []
    async with _training(sitting, cookie) as tell, _bare(sitting) as (url, tell_bare):
        room = await sitting.tab("/train")
        await expect(room.locator(".being-learned")).to_be_visible(timeout=PATIENCE_MS)
        bare = await context.new_page()
        await bare.goto(url)
        await expect(bare.locator("[data-open]")).to_be_attached(timeout=PATIENCE_MS)
        for round_number, count in enumerate(COUNTS):
            percent = 10 + round_number * RUNS
            async with bare_tabs(url, count - 1) as others:
                plain, _ = await _told(bare, "output", others, tell_bare, percent)
            async with studio_tabs(sitting.running.url, "/train", cookie, count - 1) as others:
                page, last = await _told(room, ".being-learned", others, tell, percent)
            name = f"webhook → page, {count} tab{'s' if count > 1 else ''} open"
            against = Figure.of_runs("", plain, "ms").value
            figures.append(Figure.of_runs(name, page, "ms", against=against, beside="bare POST → socket → page"))
            if others:
                all_name = f"webhook → all {count} tabs"
                figures.append(Figure.of_runs(all_name, last, "ms", beside="one is Chromium's, the others sockets"))
        await room.close()
        await bare.close()
    return figures


async def _told(
    page: Page, place: str, others: list[Tab], tell: Tell, first_percent: int
) -> tuple[list[float], list[float]]:
    """Tell the news again and again; return the ms until the page shows it, and until the last tab has it."""
    await page.bring_to_front()
    first: list[float] = []
    last: list[float] = []
    for run in range(RUNS):
        percent = first_percent + run  # it never goes back
        words = f"{percent}%"
        for tab in others:
            tab.expect(rf'"percent": ?{percent}\b|^{words}')
        seen = asyncio.create_task(page.evaluate(_SEEN, [place, words]))
        await asyncio.sleep(0.2)  # the page watches, and the news before has settled
        began = time.time()
        await tell(percent)
        shown_at = float(await seen)
        async with asyncio.timeout(30):
            heard = await asyncio.gather(*(tab.heard_at() for tab in others))
        first.append((shown_at - began) * 1000)
        last.append((max([shown_at, *heard]) - began) * 1000)
    return first, last


@asynccontextmanager
async def _bare(sitting: Sitting) -> AsyncGenerator[tuple[str, Tell]]:
    """Run the bare server; yields its address, and what brings it the same words."""
    async with bare_server(sitting.scratch) as url, httpx.AsyncClient(timeout=30) as client:

        async def tell(percent: int) -> None:
            await client.post(f"{url}/tell", content=f"{percent}%")

        yield url, tell


@asynccontextmanager
async def _training(sitting: Sitting, cookie: str) -> AsyncGenerator[Tell]:
    """Write down a training that the engine has begun; yields what brings news of it, signed as the engine signs."""
    base_url, key = sitting.running.engine
    async with httpx.AsyncClient(timeout=30) as client:
        secret = (await client.get(f"{base_url}/webhooks/default/secret", headers=key)).json()["key"]
        order_id = await _written_down(sitting, cookie)
        url = webhook_of(sitting.running.settings).of(OrderKind.TRAINING, order_id)
        assert url is not None

        async def deliver(body: dict[str, Any]) -> None:
            sent, message = json.dumps(body), f"msg_{uuid.uuid4()}"
            now = datetime.now(UTC)
            headers = {
                "webhook-id": message,
                "webhook-timestamp": str(int(now.timestamp())),
                "webhook-signature": Webhook(secret).sign(message, now, sent),
            }
            (await client.post(url, content=sent, headers=headers)).raise_for_status()

        async def tell(percent: int) -> None:
            bar = f"darkroom_train: {percent:3}%|█████     | {percent}/100 [00:10<00:10,  1.00it/s]"
            await deliver({"id": JOB, "status": "processing", "logs": f"refining\n{bar}", "input": {}})

        yield tell
        await deliver({"id": JOB, "status": "canceled", "input": {}})


async def _written_down(sitting: Sitting, cookie: str) -> UUID:
    workshop = furnish(sitting.running.settings)
    someone = await sessions.who(workshop.desk, token_in(cookie))
    assert someone is not None
    now = datetime.now(UTC)
    async with workshop.desk.for_person(someone.owner_id) as work:
        training = work.trainings.add(
            Training(
                owner_id=someone.owner_id,
                name="Measured",
                status=TrainingStatus.LEARNING,
                trainer="darkroom",
                started_at=now,
            )
        )
        await work.session.flush()
        order = work.orders.add(
            Order(
                owner_id=someone.owner_id,
                kind=OrderKind.TRAINING,
                training_id=training.id,
            )
        )
    async with workshop.desk.for_service(someone.owner_id) as work:
        sent = await work.orders.get(order.id)
        # The engine doesn't know it, and is believed about those alone that it should.
        sent.status, sent.job_id, sent.sent_at = OrderStatus.RUNNING, JOB, now + timedelta(days=1)
    await workshop.desk.database.close()
    return order.id
