"""From the engine's address into our bucket: whatever lies behind it, each picture stands alone."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from portrait_app.domain.generation import Loss
from portrait_app.domain.lifecycle import AssetStatus, GenerationStatus
from portrait_app.faces.face import Box
from tests.adapters.scripted import Answer, ScriptedEngine
from tests.services.fetching import Order, bomb, picture

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from tests.builders import House


@pytest.fixture
async def order(house: House) -> AsyncGenerator[Order]:
    async with ScriptedEngine() as engine:
        yield Order(house, engine, await house.somebody("Ada"))


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
