"""The one door that the engine knocks at: what it brings is checked, taken in once, and never breaks anything."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import quote
from uuid import UUID, uuid4

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from standardwebhooks import Webhook
from starlette.applications import Starlette

from portrait_app.adapters.replicate.errors import EngineDown
from portrait_app.adapters.replicate.gateway import Gateway
from portrait_app.database.address import Role
from portrait_app.database.orders import counted
from portrait_app.domain.lifecycle import OrderStatus
from portrait_app.domain.order import OrderKind
from portrait_app.http.webhook import MAX_BYTES, webhook_routes
from portrait_app.services import generations, inbox, progress, trainings
from tests.builders import WEBHOOK

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

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


async def test_news_that_the_engine_signed_is_taken_in(door: Door) -> None:
    assert await door.bring(RUNNING) == 200
    order = await door.order(door.portraits)
    assert (order.status, order.job_id) == (OrderStatus.RUNNING, "job1")
    assert order.look_at is not None  # adopted by its webhook, so it is asked about from now on
    assert await door.bring({"id": "t1", "status": "starting"}, to=door.address(OrderKind.TRAINING)) == 200
    assert (await door.order(door.training)).status is OrderStatus.STARTING


async def test_a_delivery_counts_once_by_its_id(door: Door) -> None:
    assert await door.bring(RUNNING, as_id="one") == 200
    assert await door.bring({"id": "job1", "status": "succeeded", "output": ["https://x/1"]}, as_id="one") == 200
    assert (await door.order(door.portraits)).status is OrderStatus.RUNNING


async def test_deliveries_at_the_same_moment_are_one(door: Door) -> None:
    assert set(await asyncio.gather(*(door.bring(RUNNING, as_id="one") for _ in range(8)))) == {200}


@pytest.mark.parametrize("secret", [OTHER])
async def test_news_signed_by_somebody_else_is_refused(door: Door, secret: str) -> None:
    assert await door.bring(RUNNING, secret=secret) == 401


@pytest.mark.parametrize("minutes", [-6, 6])
async def test_news_from_another_time_is_refused(door: Door, minutes: int) -> None:
    body = json.dumps(RUNNING).encode()
    headers = signed(body, "one", age=timedelta(minutes=minutes))
    assert (await door.browser.post(door.address(), content=body, headers=headers)).status_code == 401


async def test_a_signature_covers_every_byte_of_the_body(door: Door) -> None:
    body = json.dumps(RUNNING).encode()
    reply = await door.browser.post(door.address(), content=body + b" ", headers=signed(body, "one"))
    assert reply.status_code == 401


async def test_an_address_that_we_never_gave_is_refused(door: Door) -> None:
    mine = httpx.URL(door.address())
    other = httpx.URL(door.address(OrderKind.TRAINING))
    addresses = [
        mine.copy_set_param("kind", "training"),
        mine.copy_set_param("order", str(door.training)),
        mine.copy_set_param("by", other.params["by"]),
        mine.copy_set_param("by", ""),
        mine.copy_set_param("by", "ü\ud800".encode(errors="replace").decode("latin-1")),
        mine.copy_remove_param("by"),
        mine.copy_remove_param("kind"),
        mine.copy_remove_param("order"),
        mine.copy_set_param("kind", "Prediction"),
        mine.copy_set_param("order", "' OR 1=1"),
        mine.copy_with(query=b"%ff%00=%ed%a0%80&&&=&order"),
        mine.copy_with(query=None),
    ]
    assert [await door.bring(RUNNING, to=str(address)) for address in addresses] == [401] * len(addresses)
    assert (await door.order(door.portraits)).job_id is None


async def test_an_order_that_is_gone_is_no_error_and_is_counted(door: Door) -> None:
    for _ in range(2):
        assert await door.bring(RUNNING, to=door.address(order_id=uuid4())) == 200
    assert (await door.counts())[inbox.UNKNOWN] == 2


async def test_a_job_that_is_not_the_orders_changes_nothing_and_is_counted(door: Door) -> None:
    assert await door.bring(RUNNING) == 200
    assert await door.bring({"id": "job2", "status": "failed", "error": "x"}) == 200
    assert await door.bring(RUNNING, to=door.address(OrderKind.TRAINING)) == 200  # one job can't be two orders'
    assert (await door.order(door.portraits)).status is OrderStatus.RUNNING
    assert (await door.order(door.training)).job_id is None
    assert (await door.counts())[progress.STRANGERS] == 2


@pytest.mark.parametrize(
    "said",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"{", id="half"),
        pytest.param(b"[" * 200_000, id="deep"),
        pytest.param(b"9" * 10_000, id="endless-number"),
        pytest.param(b"null", id="null"),
        pytest.param([RUNNING], id="list"),
        pytest.param({}, id="no-id"),
        pytest.param({"id": 7}, id="number-for-id"),
        pytest.param(b'{"id": 1e999}', id="infinite-id"),
        pytest.param({"id": "a\0b"}, id="nul-in-id"),
        pytest.param({"id": "\ud800"}, id="half-a-pair-in-id"),
        pytest.param({"id": "x" * 10_000}, id="long-id"),
        pytest.param({"id": {"id": "x"}}, id="object-for-id"),
    ],
)
async def test_what_is_no_job_is_refused(door: Door, said: object) -> None:
    assert await door.bring(said) == 400


@pytest.mark.parametrize(
    "more",
    [
        pytest.param({"error": "a\0b\ud800", "status": "failed"}, id="error"),
        pytest.param({"error": {"deep": [1]}, "status": "failed"}, id="error-object"),
        pytest.param({"logs": "a\0b\ud800" + "50%|#####     | 1/2" * 99}, id="log"),
        pytest.param({"logs": ["x"]}, id="log-list"),
        pytest.param({"logs": "line\r" * 2_000_000}, id="huge-log"),
        pytest.param({"output": {"version": "a\0b"}, "status": "succeeded"}, id="version-nul"),
        pytest.param({"output": {"version": "no version"}, "status": "succeeded"}, id="version-odd"),
        pytest.param({"output": {"version": "a/b:" + "c" * 1_000_000}, "status": "succeeded"}, id="version-long"),
        pytest.param({"output": None, "status": "succeeded"}, id="output-null"),
        pytest.param({"output": {"a": 1}, "status": "succeeded"}, id="output-object"),
        pytest.param({"output": ["a\0b", "\ud800", "x" * 100_000]}, id="output-odd"),
        pytest.param({"output": [f"https://x/{n}" for n in range(10_000)]}, id="output-many"),
        pytest.param({"status": "a\0b"}, id="status"),
        pytest.param({"status": ["x"]}, id="status-list"),
        pytest.param({"input": {"steps": 10**400}, "logs": "1%| | 1/2 [00:01<00:01]"}, id="steps"),
        pytest.param({"metrics": {"predict_time": -(10**30)}, "status": "failed"}, id="metrics"),
        pytest.param({"created_at": "+1000000-99-99", "started_at": 1e300}, id="moments"),
    ],
)
async def test_a_job_that_says_odd_things_is_heard_all_the_same(door: Door, more: dict[str, Any]) -> None:
    for kind in OrderKind:
        said = {"id": f"odd-{kind}", "status": "processing"} | more
        assert await door.bring(said, to=door.address(kind)) == 200
    async with door.house.desk.for_service(door.owner_id) as work:
        for order_id in (door.portraits, door.training):
            assert (await work.orders.get(order_id)).job_id


async def test_a_training_whose_version_is_no_version_has_failed_in_words(door: Door) -> None:
    said = {"id": "t1", "status": "succeeded", "output": {"version": "not one"}}
    assert await door.bring(said, to=door.address(OrderKind.TRAINING)) == 200
    async with door.house.desk.for_person(door.owner_id) as work:
        training = await work.trainings.get((await door.order(door.training)).training_id)
    assert (training.status.value, training.trouble) == ("failed", progress.NO_MODEL)


async def test_too_much_is_not_read(door: Door) -> None:
    read = 0

    async def endless() -> AsyncGenerator[bytes]:
        nonlocal read
        while True:
            read += 1
            yield b" " * (1 << 20)

    reply = await door.browser.post(door.address(), content=endless(), headers=signed(b"", "one"))
    assert reply.status_code == 413
    assert read <= (MAX_BYTES >> 20) + 2


async def test_what_has_no_address_of_ours_is_not_read_at_all(door: Door) -> None:
    async def never() -> AsyncGenerator[bytes]:
        pytest.fail("its body was read")
        yield b""

    assert (await door.browser.post("/api/webhook", content=never())).status_code == 401


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "BREW"])
async def test_nothing_but_post_is_answered(door: Door, method: str) -> None:
    assert (await door.browser.request(method, door.address())).status_code == 405


async def test_when_the_secret_can_not_be_had_the_engine_is_asked_to_come_again(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def down(*_: object) -> None:
        raise EngineDown("no answer")

    monkeypatch.setattr(door.gateway, "verify", down)
    assert await door.bring(RUNNING) == 503


ANY_TEXT = st.text(st.characters(codec=None), max_size=30) | st.sampled_from(["job1", "succeeded", "\0", "\ud800"])
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | ANY_TEXT,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(ANY_TEXT, inner, max_size=5),
    max_leaves=15,
)
KEYS = ["id", "status", "output", "error", "logs", "metrics", "input", "version", "data_removed", "started_at"]
STATUSES = st.sampled_from(["starting", "processing", "succeeded", "failed", "canceled", "aborted"])
ANY_JOB = st.fixed_dictionaries(
    {"id": st.just("job1") | ANY_TEXT}, optional=dict.fromkeys(KEYS[1:], ANY_JSON) | {"status": STATUSES | ANY_JSON}
)
ANY_HEADER = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=40).map(str.strip)


@settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    said=st.binary(max_size=200) | ANY_JSON | ANY_JOB,
    kind=st.sampled_from(list(OrderKind)),
    is_signed=st.booleans(),
    headers=st.dictionaries(
        st.sampled_from(["webhook-id", "webhook-timestamp", "webhook-signature", "content-type"]), ANY_HEADER
    ),
    query=st.none() | st.binary(max_size=60),
)
async def test_no_rubbish_whatever_is_an_error_of_ours(
    door: Door, said: object, kind: OrderKind, headers: dict[str, str], query: bytes | None, *, is_signed: bool
) -> None:
    if is_signed and query is None:
        status = await door.bring(said, to=door.address(kind), as_id=str(uuid4()))
        assert status in (200, 400, 401)
        return
    body = said if isinstance(said, bytes) else json.dumps(said).encode()
    address = httpx.URL(door.address(kind))
    address = address if query is None else address.copy_with(query=quote(query, safe="=&%").encode())
    reply = await door.browser.post(address, content=body, headers=signed(body, "one") | headers)
    assert 400 <= reply.status_code < 500 or headers.keys() <= {"content-type"}
    assert reply.status_code < 500
