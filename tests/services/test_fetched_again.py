"""What could not be fetched at first: how long it is tried again, what is not, and in which words it ends."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from portrait_app.adapters.replicate.outputs import OutputBroken, OutputGone
from portrait_app.domain.generation import Loss
from portrait_app.domain.lifecycle import AssetStatus, GenerationStatus
from portrait_app.pictures.errors import PictureError
from portrait_app.services import keeping
from tests.adapters.scripted import HANG_UP, Answer, ScriptedEngine
from tests.services.fetching import Order, bomb, picture

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from tests.builders import House


GONE = Answer(404, b"")


@pytest.fixture
async def order(house: House) -> AsyncGenerator[Order]:
    async with ScriptedEngine() as engine:
        yield Order(house, engine, await house.somebody("Ada"))


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
