"""Examining photos when the worker before was killed in the middle of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import pytest

from portrait_app.domain.rows import new_id
from portrait_app.errors import NotFound
from portrait_app.services.selfies import Examiner

if TYPE_CHECKING:
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
