"""Looking through the portraits, on real rows and a real folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from portrait_app.domain.lifecycle import AssetStatus
from portrait_app.errors import NotFound
from portrait_app.services import gallery, trash
from portrait_app.services.gallery import Filters
from tests.portraits import portraits_of

if TYPE_CHECKING:
    from tests.builders import House


async def test_pages_go_on_where_the_last_one_ended_however_many_arrive_meanwhile(house: House) -> None:
    ada = await house.somebody()
    model = await house.ready_model(ada)
    old = await portraits_of(house, model, count=gallery.PAGE + 5)
    async with house.desk.for_person(ada) as work:
        first = await gallery.page(work)
    await portraits_of(house, model, count=4)
    async with house.desk.for_person(ada) as work:
        second = await gallery.page(work, before=first.before)
    assert [p.id for p in (*first.portraits, *second.portraits)] == [p.id for p in reversed(old)]
    assert second.before is None


async def test_a_page_that_is_just_full_is_the_last(house: House) -> None:
    ada = await house.somebody()
    await portraits_of(house, await house.ready_model(ada), count=gallery.PAGE)
    async with house.desk.for_person(ada) as work:
        assert (await gallery.page(work)).before is None


async def test_filters_narrow_to_a_face_model_and_a_style(house: House) -> None:
    ada = await house.somebody()
    first, second = await house.ready_model(ada), await house.ready_model(ada)
    await portraits_of(house, first, style="noir")
    wanted = await portraits_of(house, second, style="noir")
    await portraits_of(house, second, style="oil")
    filters = Filters(training_id=second.id, style="noir")
    async with house.desk.for_person(ada) as work:
        found = await gallery.page(work, filters=filters)
        assert [p.id for p in found.portraits] == [p.id for p in wanted]
        assert all(filters.fits(p) for p in found.portraits)


async def test_lost_portraits_leave_no_gap(house: House) -> None:
    ada = await house.somebody()
    model = await house.ready_model(ada)
    await portraits_of(house, model, status=AssetStatus.LOST)
    coming = await portraits_of(house, model, status=AssetStatus.PENDING)
    async with house.desk.for_person(ada) as work:
        assert [p.id for p in (await gallery.page(work)).portraits] == [p.id for p in coming]


async def test_one_goes_down_to_a_portrait_by_whole_pages(house: House) -> None:
    ada = await house.somebody()
    made = await portraits_of(house, await house.ready_model(ada), count=2 * gallery.PAGE + 3)
    async with house.desk.for_person(ada) as work:
        down = await gallery.page_down_to(work, made[gallery.PAGE].id)
    assert len(down.portraits) == 2 * gallery.PAGE
    assert made[gallery.PAGE].id in {p.id for p in down.portraits}
    assert down.before == down.portraits[-1].id


async def test_somebody_elses_portrait_is_not_there(house: House) -> None:
    ada, eve = await house.somebody("Ada"), await house.somebody("Eve")
    (portrait,) = await portraits_of(house, await house.ready_model(ada))
    async with house.desk.for_person(eve) as work:
        assert not (await gallery.page(work)).portraits
        with pytest.raises(NotFound):
            await trash.put_portraits(work, [portrait.id])
    async with house.desk.for_person(ada) as work:
        assert await work.bucket.get(str(portrait.key))
