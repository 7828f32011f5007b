"""From the engine's address into our bucket: whatever lies behind it, each picture stands alone."""

from __future__ import annotations

import io
from datetime import timedelta
from functools import cache
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pytest
from PIL import Image

from portrait_app.adapters.replicate.outputs import OutputBroken, OutputGone
from portrait_app.domain.chores import Chore
from portrait_app.domain.clock import now
from portrait_app.domain.generation import Loss
from portrait_app.domain.lifecycle import AssetStatus, GenerationStatus, OrderStatus
from portrait_app.domain.report import JobReport
from portrait_app.faces.face import Box
from portrait_app.pictures.errors import PictureError
from portrait_app.services import cancelling, generations, keeping, progress
from portrait_app.services.keeping import Keeper
from tests.adapters.scripted import HANG_UP, Answer, ScriptedEngine

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from uuid import UUID

    from portrait_app.domain.generation import Asset, Generation
    from tests.builders import House


def picture(kind: str = "webp", edge_px: int = 64) -> bytes:
    out = io.BytesIO()
    Image.fromarray(np.full((edge_px, edge_px, 3), 90, np.uint8)).save(out, kind)
    return out.getvalue()


@cache
def bomb() -> bytes:
    out = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(out, "png")
    return out.getvalue()


@pytest.fixture
async def engine() -> AsyncGenerator[ScriptedEngine]:
    async with ScriptedEngine() as engine:
        yield engine


class Order:
    """Portraits whose job has made them, at addresses of the scripted engine."""

    def __init__(self, house: House, engine: ScriptedEngine, owner_id: UUID) -> None:
        self.house, self.engine, self.owner_id = house, engine, owner_id
        self.faces: list[Any] = []
        self.keeper = Keeper(house.desk, cast("Any", SimpleNamespace(faces=lambda _: self.faces)), engine.base)

    async def made(self, *answers: Answer | str, trainer: str = "darkroom") -> Generation:
        await self.sent(len(answers), trainer=trainer)
        await self.done(*answers)
        return self.generation

    async def sent(self, count: int, *, trainer: str = "darkroom") -> None:
        training = await self.house.ready_model(self.owner_id)
        async with self.house.desk.for_person(self.owner_id) as work:
            (await work.trainings.get(training.id)).trainer = trainer
        training.trainer = trainer
        async with self.house.desk.for_person(self.owner_id) as work:
            (self.generation,) = await generations.order(work, training, style="noir", count=count, aspect="1:1")
        ((_, _, self.order_id),) = self.house.queue.take()
        await self.house.sender.send(self.owner_id, self.order_id)

    async def call_off(self) -> None:
        async with self.house.desk.for_person(self.owner_id) as work:
            await cancelling.cancel_portraits(work, self.generation.id)

    async def done(self, *answers: Answer | str) -> None:
        outputs = tuple(f"{self.engine.base}/out/{n}.webp" for n in range(len(answers)))
        self.engine.answers |= {f"GET /out/{n}.webp": answer for n, answer in enumerate(answers)}
        job_id = f"job{len(self.house.engine.created)}"
        async with self.house.desk.for_service(self.owner_id) as work:
            await progress.hear(work, self.order_id, JobReport(job_id, OrderStatus.DONE, outputs=outputs))

    async def later(self, by: timedelta) -> None:
        """As if the job had ended a while ago."""
        async with self.house.desk.for_service(self.owner_id) as work:
            row = await work.orders.get(self.order_id, lock=True)
            row.ended_at = now() - by

    async def keep(self) -> list[Asset]:
        await self.later(keeping.ENGINE_KEEPS)
        for chore, _, row_id in self.house.queue.take():
            if chore is Chore.KEEP_ASSET:
                await self.keeper.keep(self.owner_id, row_id)
            elif chore is not Chore.CALL_OFF:
                assert chore is Chore.SEND_ORDER
                self.order_id = row_id
        return await self.assets()

    async def assets(self) -> list[Asset]:
        async with self.house.desk.for_person(self.owner_id) as work:
            return list(await work.assets.of(self.generation.id))

    async def end(self) -> tuple[GenerationStatus, str | None]:
        async with self.house.desk.for_person(self.owner_id) as work:
            row = await work.generations.get(self.generation.id)
        return row.status, row.trouble


@pytest.fixture
async def order(house: House, engine: ScriptedEngine) -> Order:
    return Order(house, engine, await house.somebody("Ada"))


GONE = Answer(404, b"")


async def test_where_the_face_is_is_kept_with_a_portrait(order: Order) -> None:
    order.faces = [SimpleNamespace(box=Box(16, -8, 48, 40)), SimpleNamespace(box=Box(0, 0, 4, 4))]
    await order.made(Answer(200, picture(edge_px=64)))
    (asset,) = await order.keep()
    assert (asset.face, asset.likeness) == ([0.25, -0.125, 0.75, 0.625], None)


async def test_a_portrait_without_a_face_is_kept_all_the_same(order: Order) -> None:
    await order.made(Answer(200, picture()))
    (asset,) = await order.keep()
    assert (asset.status, asset.face) == (AssetStatus.KEPT, None)


@pytest.mark.parametrize(
    ("answer", "loss"),
    [
        pytest.param(Answer(200, b"<html><script>alert(1)</script>"), Loss.DAMAGED, id="html"),
        pytest.param(Answer(200, picture()[:60]), Loss.DAMAGED, id="truncated"),
        pytest.param(Answer(200, bomb()), Loss.DAMAGED, id="bomb"),
        pytest.param(Answer(200, b""), Loss.DAMAGED, id="nothing"),
        pytest.param(Answer(302, b"", {"Location": "http://169.254.169.254/latest"}), Loss.DAMAGED, id="inside"),
        pytest.param(Answer(302, b"", {"Location": "http://127.0.0.1:1/"}), Loss.DAMAGED, id="this-machine"),
        pytest.param(Answer(302, b"", {"Location": "file:///etc/passwd"}), Loss.DAMAGED, id="file"),
        pytest.param(Answer(200, b"x", {"Content-Length": str(2**40)}), Loss.DAMAGED, id="endless"),
        pytest.param(Answer(200, picture(), {"Content-Encoding": "gzip"}), Loss.REMOVED, id="packed"),
        pytest.param(Answer(302, b"", {"Location": "https://status.example.com/"}), Loss.REMOVED, id="elsewhere"),
        pytest.param(GONE, Loss.REMOVED, id="gone"),
    ],
)
async def test_one_bad_picture_never_costs_the_others(order: Order, answer: Answer, loss: Loss) -> None:
    await order.made(Answer(200, picture()), answer, Answer(200, picture("png")), trainer="flux-dev")
    assets = await order.keep()
    assert [asset.status for asset in assets] == [AssetStatus.KEPT, AssetStatus.LOST, AssetStatus.KEPT]
    assert assets[1].loss == loss
    assert await order.end() == (GenerationStatus.READY, f"2 of 3; one was {loss.words}.")


async def test_what_is_lost_on_a_paid_engine_is_said_and_not_paid_again(order: Order) -> None:
    await order.made(GONE, trainer="flux-dev")
    await order.keep()
    status, trouble = await order.end()
    assert status is GenerationStatus.FAILED
    assert trouble
    assert trouble.startswith(f"It was {Loss.REMOVED.words}.")
    assert order.house.queue.take() == []


async def test_what_is_lost_on_an_engine_that_costs_nothing_is_asked_for_once_more(order: Order) -> None:
    await order.made(Answer(200, picture()), GONE)
    first = order.order_id
    assert [asset.status for asset in await order.keep()] == [AssetStatus.KEPT, AssetStatus.PENDING]
    kept = (await order.assets())[0].key
    await order.keep()  # the chore that sends the second order
    assert order.order_id != first
    await order.house.sender.send(order.owner_id, order.order_id)
    await order.done(Answer(200, picture()), GONE)
    assets = await order.keep()
    assert [asset.status for asset in assets] == [AssetStatus.KEPT, AssetStatus.LOST]
    assert assets[0].key == kept
    assert await order.end() == (GenerationStatus.READY, f"1 of 2; one was {Loss.REMOVED.words}.")
    assert order.house.queue.take() == []  # once, and no more
    assert len(order.house.engine.created) == 2


async def test_what_is_lost_of_portraits_called_off_while_they_were_made_is_not_asked_for_again(order: Order) -> None:
    await order.sent(2)
    await order.call_off()
    await order.done(Answer(200, picture()), GONE)
    assert [asset.status for asset in await order.keep()] == [AssetStatus.KEPT, AssetStatus.LOST]
    assert (await order.end())[0] is GenerationStatus.READY
    assert order.house.queue.take() == []


async def test_what_is_lost_of_portraits_called_off_on_their_way_to_us_is_not_asked_for_again(order: Order) -> None:
    await order.made(Answer(200, picture()), GONE)
    await order.call_off()
    assert [asset.status for asset in await order.keep()] == [AssetStatus.KEPT, AssetStatus.LOST]
    assert order.house.queue.take() == []


async def test_what_broke_is_tried_again_until_the_engine_has_forgotten_it(order: Order) -> None:
    await order.made(HANG_UP, trainer="flux-dev")
    ((_, _, asset_id),) = order.house.queue.take()
    with pytest.raises(OutputBroken):
        await order.keeper.keep(order.owner_id, asset_id)
    await order.later(keeping.ENGINE_KEEPS)
    await order.keeper.keep(order.owner_id, asset_id)
    assert (await order.assets())[0].loss == Loss.REMOVED


@pytest.mark.parametrize(
    ("at_first", "error"),
    [
        pytest.param(GONE, OutputGone, id="gone"),
        pytest.param(Answer(401, b""), OutputGone, id="unauthorised"),
        pytest.param(Answer(403, b""), OutputGone, id="forbidden"),
        pytest.param(Answer(410, b""), OutputGone, id="gone for good"),
        pytest.param(Answer(200, picture()[:60]), PictureError, id="half"),
        pytest.param(Answer(200, b"<html>We'll be back soon"), PictureError, id="html"),
        pytest.param(Answer(200, b"", {"Content-Encoding": "gzip"}), OutputBroken, id="packed"),
        pytest.param(Answer(302, b"", {"Location": "https://status.example.com/"}), OutputBroken, id="elsewhere"),
        pytest.param(Answer(503, b""), OutputBroken, id="busy"),
    ],
)
async def test_what_is_no_picture_at_first_may_be_one_until_the_hour_is_over(
    order: Order, at_first: Answer, error: type[Exception]
) -> None:
    await order.made(at_first, trainer="flux-dev")
    ((_, _, asset_id),) = order.house.queue.take()
    for minute in (0, 3, 4, 30, 59):
        await order.later(timedelta(minutes=minute))
        with pytest.raises(error):
            await order.keeper.keep(order.owner_id, asset_id)
    order.engine.answers["GET /out/0.webp"] = Answer(200, picture())
    await order.keeper.keep(order.owner_id, asset_id)
    assert (await order.assets())[0].status is AssetStatus.KEPT


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(Answer(302, b"", {"Location": "http://169.254.169.254/latest"}), id="inward"),
        pytest.param(Answer(200, bomb()), id="a bomb"),
        pytest.param(Answer(200, b"x", {"Content-Length": str(2**40)}), id="too much"),
    ],
)
async def test_what_is_unsafe_is_not_fetched_twice(order: Order, answer: Answer) -> None:
    await order.made(answer, trainer="flux-dev")
    ((_, _, asset_id),) = order.house.queue.take()
    await order.keeper.keep(order.owner_id, asset_id)
    assert (await order.assets())[0].loss == Loss.DAMAGED
    assert len(order.engine.asked) == 1


async def test_what_nobody_thought_of_ends_in_words_as_well(order: Order, monkeypatch: pytest.MonkeyPatch) -> None:
    async def strange(*_: object, **__: object) -> bytes:
        raise UnicodeError("label too long")

    monkeypatch.setattr(keeping, "fetch", strange)
    await order.made(Answer(200, picture()), trainer="flux-dev")
    ((_, _, asset_id),) = order.house.queue.take()
    with pytest.raises(UnicodeError):
        await order.keeper.keep(order.owner_id, asset_id)
    await order.later(keeping.ENGINE_KEEPS)
    await order.keeper.keep(order.owner_id, asset_id)
    assert (await order.assets())[0].loss == Loss.DAMAGED
    assert (await order.end())[0] is GenerationStatus.FAILED


async def test_a_second_call_finds_nothing_to_do(order: Order) -> None:
    await order.made(Answer(200, picture()))
    ((_, _, asset_id),) = order.house.queue.take()
    for _ in range(2):
        await order.keeper.keep(order.owner_id, asset_id)
    assert len(order.engine.asked) == 1
