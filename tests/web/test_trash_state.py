"""The Trash of one tab: what lies there, the ways back, and the way out, asked once."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from portrait_app.domain.chores import Chore
from portrait_app.domain.clock import now
from portrait_app.domain.generation import Asset
from portrait_app.domain.retention import TRASH_STAYS
from portrait_app.errors import NotFound, SignedOut
from portrait_app.services import gallery, trash
from portrait_app.services.trash import TooLate
from portrait_app.settings import Settings
from portrait_app.web.you.trash.cards import stays
from portrait_app.web.you.trash.state import DELETE_SHEET, TrashState
from tests.builders import rewrite
from tests.portraits import portraits_of
from tests.web.tabs import happens, signed_up, tab_of
from tests.web.test_face_state import STORE

if TYPE_CHECKING:
    from portrait_app.domain.training import Training
    from portrait_app.services.sessions import SignedIn
    from tests.builders import House


@pytest.fixture
async def room(ada: SignedIn) -> TrashState:
    return await tab_of(TrashState, ada.token)


@pytest.fixture
async def portrait(house: House, model: Training) -> Asset:
    """One that lies in the Trash, with its face model."""
    _, lying = await portraits_of(house, model, count=2)
    async with house.desk.for_person(model.owner_id) as work:
        await trash.put_portraits(work, [lying.id])
        await trash.put_model(work, model.id)
    return lying


async def test_what_lies_there_is_shown_with_the_days_it_stays(
    house: House, room: TrashState, model: Training, portrait: Asset
) -> None:
    await happens(room, "enter")
    assert [(card.id, card.name) for card in room.models] == [(str(model.id), "Ada")]
    (card,) = room.portraits
    assert (card.id, card.said, card.picture) == (str(portrait.id), "30 days left", f"/api/trash/{portrait.id}")
    for ago, said in ((timedelta(days=2), "28 days left"), (TRASH_STAYS - timedelta(hours=3), "Goes within a day")):
        await rewrite(house, Asset, portrait.id, deleted_at=now() - ago)
        await happens(room, "enter")
        assert room.portraits[0].said == said


def test_it_promises_of_links_what_the_bucket_can_keep() -> None:
    assert "no link opens it" in stays(Settings.model_validate({}))
    assert "within ten minutes" in stays(Settings.model_validate(STORE))


async def test_each_comes_back_to_where_it_was(
    house: House, room: TrashState, model: Training, portrait: Asset
) -> None:
    await happens(room, "restore_portrait", str(portrait.id))
    await happens(room, "restore_model", str(model.id))
    assert (room.models, room.portraits) == ([], [])
    async with house.desk.for_person(model.owner_id) as work:
        assert len((await gallery.page(work)).portraits) == 2
        assert [row.id for row in await work.trainings.started()] == [model.id]
    for event, gone in (("restore_portrait", portrait), ("restore_model", model)):
        with pytest.raises(TooLate):  # pressed twice
            await happens(room, event, str(gone.id))


async def test_all_comes_back_at_once(room: TrashState, portrait: Asset) -> None:
    await happens(room, "enter")
    await happens(room, "restore_all")
    assert (room.models, room.portraits) == ([], [])


async def test_a_portrait_goes_for_good_once_it_was_asked_about(
    house: House, room: TrashState, model: Training, portrait: Asset
) -> None:
    (told,) = await happens(room, "ask_about_portrait", str(portrait.id))
    assert DELETE_SHEET in str(told)
    assert house.queue.take() == []
    await happens(room, "delete_asked")
    assert (room.portraits, len(room.models)) == ([], 1)
    assert house.queue.take() == [(Chore.PURGE_PORTRAIT, model.owner_id, portrait.id)]
    with pytest.raises(NotFound):  # nothing is asked about any more
        await happens(room, "delete_asked")


async def test_a_face_model_goes_for_good_with_words_that_say_what_goes_and_what_stays(
    house: House, room: TrashState, model: Training, portrait: Asset
) -> None:
    await happens(room, "ask_about_model", str(model.id))
    assert room.question.loss == (
        "The face model is deleted for good, here and in the darkroom. "
        "The 1 portrait made from it stays in your gallery."
    )
    await happens(room, "delete_asked")
    assert room.models == []
    assert house.queue.take() == [(Chore.REMOVE_MODEL, model.owner_id, model.id)]


async def test_everything_goes_in_one_go(house: House, room: TrashState, model: Training, portrait: Asset) -> None:
    await happens(room, "ask_about_everything")
    await happens(room, "delete_asked")
    assert (room.models, room.portraits) == ([], [])
    assert {chore for chore, _, _ in house.queue.take()} == {Chore.PURGE_PORTRAIT, Chore.REMOVE_MODEL}


async def test_somebody_elses_is_neither_seen_nor_touched(house: House, model: Training, portrait: Asset) -> None:
    eve = await signed_up(house, "Eve")
    room = await tab_of(TrashState, eve.token)
    await happens(room, "enter")
    assert (room.models, room.portraits) == ([], [])
    for event, theirs in (("ask_about_portrait", portrait), ("ask_about_model", model)):
        with pytest.raises(NotFound):
            await happens(room, event, str(theirs.id))
    for event, theirs in (("restore_portrait", portrait), ("restore_model", model)):
        with pytest.raises(TooLate):
            await happens(room, event, str(theirs.id))
    for theirs in (portrait, model):
        room._asked = str(theirs.id)
        with pytest.raises(NotFound):
            await happens(room, "delete_asked")
    room._asked = "everything"
    await happens(room, "delete_asked")
    await happens(room, "restore_all")
    assert house.queue.take() == []
    async with house.desk.for_person(model.owner_id) as work:
        assert len(await work.assets.in_trash()) == len(await work.trainings.in_trash()) == 1


async def test_a_tab_whose_session_ended_reaches_nothing(ada: SignedIn) -> None:
    stranger = await tab_of(TrashState, "made-up")
    for event in ("enter", "restore_all", "delete_asked"):
        with pytest.raises(SignedOut):
            await happens(stranger, event)
