"""Portraits are seen filling in from the first place on, in reading order, though every room shows the newest first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from portrait_app.domain.chores import Chore
from portrait_app.domain.styles import STYLES
from portrait_app.services import gallery, generations
from portrait_app.services.generations import FIRST_SET

if TYPE_CHECKING:
    from uuid import UUID

    from tests.builders import House


async def places_in_the_order_they_are_made(house: House, owner_id: UUID) -> list[int]:
    """For each portrait in the order in which it is sent and made: where it stands in the gallery."""
    sent = [order_id for chore, _, order_id in house.queue.take() if chore is Chore.SEND_ORDER]
    async with house.desk.for_person(owner_id) as work:
        shown = (await gallery.page(work)).portraits
        made: list[int] = []
        for order_id in sent:
            order = await work.orders.get(order_id)
            mine = [
                (asset.position, place)
                for place, asset in enumerate(shown)
                if asset.generation_id == order.generation_id
            ]
            made += [place for _, place in sorted(mine)]
    return made


async def test_the_first_set_fills_in_from_the_top_left(house: House, ada: UUID) -> None:
    model = await house.ready_model(ada)
    async with house.desk.for_person(ada) as work:
        await generations.order_first_set(work, model)
        shown = (await gallery.page(work)).portraits
        assert [asset.style for asset in shown] == list(STYLES)[:FIRST_SET]
    assert await places_in_the_order_they_are_made(house, ada) == list(range(FIRST_SET))


@pytest.mark.parametrize("count", [1, 4, 8])
async def test_what_a_person_orders_fills_in_the_same_way(house: House, ada: UUID, count: int) -> None:
    model = await house.ready_model(ada)
    async with house.desk.for_person(ada) as work:
        await generations.order(work, model, style="noir", count=count, aspect="4:5")
    assert await places_in_the_order_they_are_made(house, ada) == list(range(count))


async def test_the_portraits_of_a_first_set_have_neighbouring_seeds_so_that_each_takes_another_photo(
    house: House, ada: UUID
) -> None:
    model = await house.ready_model(ada)
    async with house.desk.for_person(ada) as work:
        await generations.order_first_set(work, model)
        shown = (await gallery.page(work)).portraits
        orders = [await work.generations.get(asset.generation_id) for asset in shown]
    assert [order.seed - orders[0].seed for order in orders] == list(range(FIRST_SET))
