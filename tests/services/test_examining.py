"""Examining photos when the worker before was killed in the middle of it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, cast

import pytest

from portrait_app.domain.rows import new_id
from portrait_app.domain.selfie import SelfieStatus
from portrait_app.errors import NotFound
from portrait_app.services import selfies
from portrait_app.services.selfies import Examiner
from tests.services.fetching import picture
from tests.services.test_cancelling_races import until_somebody_waits
from tests.services.trashing import objects

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from portrait_app.domain.selfie import Selfie
    from portrait_app.faces.reader import FaceReader
    from tests.builders import House

NOBODY_LOOKS = cast("FaceReader", None)


async def test_a_photo_that_was_removed_meanwhile_leaves_no_pixels(house: House) -> None:
    ada, selfie_id = await house.somebody("Ada"), new_id()
    left = (
        f"u/{ada}/incoming/{selfie_id}",
        f"u/{ada}/selfies/{selfie_id}.jpg",
        f"u/{ada}/selfies/{selfie_id}-320.webp",
    )
    for key in left:
        await house.desk.buckets.of(ada).put_bytes(key, b"pixels")
    await Examiner(house.desk, NOBODY_LOOKS).examine(ada, selfie_id)
    for key in left:
        with pytest.raises(NotFound):
            await house.desk.buckets.of(ada).get(key)


async def test_a_photo_that_was_examined_already_keeps_its_clean_copy_alone(house: House) -> None:
    ada = await house.somebody("Ada")
    draft = await house.draft_with_selfies(ada, 1)
    async with house.desk.for_person(ada) as work:
        (photo,) = await work.selfies.of(draft.id)
    incoming = f"u/{ada}/incoming/{photo.id}"
    await house.desk.buckets.of(ada).put_bytes(incoming, b"pixels")
    await Examiner(house.desk, NOBODY_LOOKS).examine(ada, photo.id)
    with pytest.raises(NotFound):
        await house.desk.buckets.of(ada).get(incoming)
    assert await house.desk.buckets.of(ada).get(photo.key or "") == b"jpeg"


class SeesNobody:
    """Reads faces, and finds none; beforehand there is time for whatever `meanwhile` does."""

    def __init__(self, meanwhile: Callable[[], object] = lambda: None) -> None:
        self.meanwhile = meanwhile

    def faces(self, _: object) -> list[Any]:
        self.meanwhile()
        return []


async def test_a_photo_that_was_given_up_stays_refused_whatever_is_seen_in_it_later(house: House) -> None:
    """One that was slow and no dead worker's had it taken in after all, into a set whose face may be learned by now."""
    ada = await house.somebody("Ada")
    incoming = f"u/{ada}/incoming/1"
    await house.desk.buckets.of(ada).put_bytes(incoming, picture(edge_px=64))
    draft = await house.draft_with_selfies(ada, 1, status=SelfieStatus.EXAMINING, key=None, incoming_key=incoming)
    async with house.desk.for_person(ada) as work:
        (photo,) = await work.selfies.of(draft.id)
    loop = asyncio.get_running_loop()

    def given_up() -> None:
        asyncio.run_coroutine_threadsafe(Examiner(house.desk, NOBODY_LOOKS).give_up(ada, photo.id), loop).result(10)

    await Examiner(house.desk, cast("Any", SeesNobody(given_up))).examine(ada, photo.id)
    async with house.desk.for_person(ada) as work:
        row = await work.selfies.get(photo.id)
        assert (row.status, row.key, row.seen) == (SelfieStatus.REFUSED, None, None)
    assert [key for key in await objects(house, ada) if str(photo.id) in key] == []


async def test_a_photo_that_was_given_up_keeps_no_pixels(house: House) -> None:
    """Whoever looked at it had kept some of them when it died; no row named them, and they outlived all others."""
    ada = await house.somebody("Ada")
    draft = await house.draft_with_selfies(ada, 1, status=SelfieStatus.EXAMINING, key=None)
    async with house.desk.for_person(ada) as work:
        (photo,) = await work.selfies.of(draft.id)
    await house.desk.buckets.of(ada).put_bytes(f"u/{ada}/selfies/{photo.id}-320.webp", b"pixels")
    await Examiner(house.desk, NOBODY_LOOKS).give_up(ada, photo.id)
    await Examiner(house.desk, NOBODY_LOOKS).examine(ada, photo.id)
    assert [key for key in await objects(house, ada) if str(photo.id) in key] == []


async def is_examined(house: House, photo: Selfie) -> None:
    await Examiner(house.desk, cast("Any", SeesNobody())).examine(photo.owner_id, photo.id)


async def is_overruled(house: House, photo: Selfie) -> None:
    async with house.desk.for_person(photo.owner_id) as work:
        with pytest.raises(NotFound):
            await selfies.overrule(work, photo.id)


@pytest.mark.parametrize("act", [is_examined, is_overruled])
async def test_whatever_becomes_of_a_photo_waits_in_line_with_who_takes_it_out(
    house: House, act: Callable[[House, Selfie], Awaitable[None]]
) -> None:
    """They held the photo and its set in the other order, and Postgres ended one of the two in an error."""
    ada = await house.somebody("Ada")
    incoming = f"u/{ada}/incoming/1"
    await house.desk.buckets.of(ada).put_bytes(incoming, picture(edge_px=64))
    draft = await house.draft_with_selfies(ada, 1, status=SelfieStatus.EXAMINING, key=None, incoming_key=incoming)
    async with house.desk.for_person(ada) as work:
        await work.trainings.get(draft.id, lock=True)
        (photo,) = await work.selfies.of(draft.id)
        acting = asyncio.ensure_future(act(house, photo))
        await until_somebody_waits(work)
        await selfies.remove(work, photo.id)
    await acting
    async with house.desk.for_person(ada) as work:
        assert await work.selfies.of(draft.id) == []
