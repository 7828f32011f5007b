"""Portraits are offered of face models that take what we send, and of no others: known before anybody orders."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from portrait_app.adapters.replicate.errors import EngineDown, ModelDiffers
from portrait_app.database.news import listen
from portrait_app.domain.catalogue import TRAINERS
from portrait_app.services.offers import NoPortraits, Offers

if TYPE_CHECKING:
    from portrait_app.database.address import Address
    from portrait_app.domain.training import Training
    from tests.builders import House

DIFFERS = ModelDiffers("me/faces:abc", ["it takes no prompt"])


@pytest.fixture
async def model(house: House) -> Training:
    return await house.ready_model(await house.somebody())


@pytest.fixture
def offers(house: House) -> Offers:
    return Offers(house.engine, TRAINERS["darkroom"], house.desk)  # type: ignore[arg-type] -- a fake


async def looked(offers: Offers, model: Training) -> bool:
    """Whether its portraits are offered once the engine has answered."""
    before = asyncio.all_tasks()
    offers.offers_portraits(model)
    await asyncio.gather(*asyncio.all_tasks() - before)
    return offers.offers_portraits(model)


async def test_a_face_model_that_takes_what_we_send_is_looked_at_once(
    house: House, offers: Offers, model: Training
) -> None:
    assert await looked(offers, model)
    house.engine.refuses_portraits["me/faces:abc"] = DIFFERS  # a version never changes
    assert await looked(offers, model)
    offers.require_portraits(model)
    assert offers.troubles() == []


async def test_one_that_does_not_is_not_offered_and_its_person_sees_it_at_once(
    house: House, address: Address, offers: Offers, model: Training
) -> None:
    house.engine.refuses_portraits["me/faces:abc"] = DIFFERS
    news = listen(address)
    assert await anext(news) is None  # it listens
    assert offers.offers_portraits(model)  # until the engine has answered
    async with asyncio.timeout(10):
        heard = await anext(news)
    assert heard is not None
    assert (heard.owner_id, heard.noun, heard.id) == (model.owner_id, "training", model.id)
    assert not offers.offers_portraits(model)
    with pytest.raises(NoPortraits, match="it takes no prompt"):
        offers.require_portraits(model)
    assert offers.troubles() == ["No portraits can be made from a face model: me/faces:abc: it takes no prompt."]
    await news.aclose()


async def test_an_engine_that_does_not_answer_is_asked_again(house: House, offers: Offers, model: Training) -> None:
    house.engine.refuses_portraits["me/faces:abc"] = EngineDown("no answer")
    assert await looked(offers, model)
    await asyncio.gather(*asyncio.all_tasks() - {asyncio.current_task()})
    house.engine.refuses_portraits["me/faces:abc"] = DIFFERS
    assert not await looked(offers, model)


async def test_what_is_being_looked_at_ends_with_the_process(offers: Offers, model: Training) -> None:
    before = asyncio.all_tasks()
    async with offers.kept_fresh():
        offers.offers_portraits(model)
    assert asyncio.all_tasks() == before
