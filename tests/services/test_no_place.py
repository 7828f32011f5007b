"""Portraits that are made and have no place yet: none is lost, and no more are ordered than may wait."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from portrait_app.database.address import Address
from portrait_app.doctor import counts
from portrait_app.domain.lifecycle import AssetStatus
from portrait_app.services import generations
from portrait_app.services.generations import NoPlace
from portrait_app.settings import Settings
from tests.portraits import portraits_of

if TYPE_CHECKING:
    from uuid import UUID

    from portrait_app.domain.generation import Asset
    from portrait_app.domain.training import Training
    from tests.builders import House

WAITING, SIZE = "portraits that are made and wait for a place", "MB of portraits in the database until there is a place"


@pytest.fixture
async def ada(house: House) -> UUID:
    return await house.somebody("Ada")


@pytest.fixture
async def model(house: House, ada: UUID) -> Training:
    return await house.ready_model(ada)


async def _hold(house: House, model: Training, count: int, picture: bytes = b"picture") -> list[Asset]:
    made = await portraits_of(house, model, count=count, status=AssetStatus.FETCHING)
    async with house.desk.for_service(model.owner_id) as work:
        for asset in made:
            await work.held_pictures.add(asset.id, picture)
    return made


async def test_no_more_are_ordered_while_too_many_wait_and_those_stay(
    house: House, model: Training, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(generations, "MOST_HELD", 2)
    made = await _hold(house, model, 3)
    before = len(house.queue.take())
    with pytest.raises(NoPlace) as refused:
        async with house.desk.for_person(model.owner_id) as work:
            await generations.order(work, model, style="noir", count=1, aspect="1:1")
    assert refused.value.hint.startswith("3 of your portraits are made and wait for a place")  # as many as there are
    async with house.desk.for_person(model.owner_id) as work:
        assert await work.held_pictures.ids() == {asset.id for asset in made}
        assert await work.generations.count() == 1
    assert (before, house.queue.take()) == (0, [])


async def test_once_one_is_kept_more_can_be_ordered(
    house: House, model: Training, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(generations, "MOST_HELD", 2)
    first, _ = await _hold(house, model, 2)
    async with house.desk.for_service(model.owner_id) as work:
        await work.held_pictures.forget(first.id)
    async with house.desk.for_person(model.owner_id) as work:
        await generations.order(work, model, style="noir", count=1, aspect="1:1")


async def test_what_others_wait_for_keeps_nobody_from_ordering(
    house: House, model: Training, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(generations, "MOST_HELD", 2)
    await _hold(house, model, 2)
    bob = await house.somebody("Bob")
    his = await house.ready_model(bob)
    async with house.desk.for_person(bob) as work:
        await generations.order(work, his, style="noir", count=1, aspect="1:1")


async def test_the_doctor_says_how_many_wait_and_what_they_take_up(
    house: House, model: Training, address: Address, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Address, "of", lambda _: address)
    assert not [each for each in counts.look(Settings.model_validate({})) if "place" in each.said]
    await _hold(house, model, 3, bytes(700_000))
    said = {each.said: each.next_step for each in counts.look(Settings.model_validate({}))}
    assert said.keys() >= {f"3 {WAITING}", f"3 {SIZE}"}
    assert "none is lost" in said[f"3 {WAITING}"]
