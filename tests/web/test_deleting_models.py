"""Deleting a face model in the rooms: what goes and what stays is said, and how far it is."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import pytest

from portrait_app.domain.chores import Chore
from portrait_app.domain.clock import now
from portrait_app.domain.lifecycle import TrainingStatus
from portrait_app.domain.training import Training
from portrait_app.errors import NotFound
from portrait_app.services import generations, removal
from portrait_app.services.removal import UNNAMED, UNSURE
from portrait_app.web.create.state import CreateState
from portrait_app.web.home.state import HomeState
from portrait_app.web.train.state import DELETE_SHEET, TrainState
from portrait_app.web.train.words import before_deleting
from portrait_app.web.views import TrainingCard
from tests.portraits import portraits_of
from tests.web.tabs import happens, tab_of

if TYPE_CHECKING:
    from portrait_app.services.sessions import SignedIn
    from tests.builders import House


@pytest.fixture
async def room(ada: SignedIn) -> TrainState:
    return await tab_of(TrainState, ada.token)


async def test_a_deleted_face_model_is_in_no_room_and_comes_back_from_the_toast(
    house: House, ada: SignedIn, room: TrainState, model: Training
) -> None:
    await portraits_of(house, model, count=3)
    (told,) = await happens(room, "delete", str(model.id))
    assert "Its 3 portraits stay in your gallery" in str(told)
    assert room.shelf == []
    create, home = await tab_of(CreateState, ada.token), await tab_of(HomeState, ada.token)
    await happens(create, "enter")
    await happens(home, "enter")
    assert create.models == []
    assert (home.has_ready_model, len(home.portraits)) == (False, 3)
    await happens(room, "restore", str(model.id))
    (card,) = room.shelf
    assert card.is_ready
    assert house.queue.take() == []


async def test_portraits_that_would_be_lost_with_a_face_model_are_asked_about(
    house: House, ada: SignedIn, room: TrainState, model: Training
) -> None:
    async with house.desk.for_person(ada.owner_id) as work:
        await generations.order(work, model, style="noir", count=2, aspect="1:1")
    ((_, _, order_id),) = house.queue.take()
    (told,) = await happens(room, "delete", str(model.id))
    assert DELETE_SHEET in str(told)
    assert "won't be made" in room.question.loss
    assert house.queue.take() == []
    await happens(room, "delete_asked")
    assert room.shelf == []
    assert house.queue.take() == [(Chore.CALL_OFF, ada.owner_id, order_id)]


async def test_how_far_the_deletion_of_a_face_model_is_can_be_seen(
    house: House, room: TrainState, model: Training
) -> None:
    async with house.desk.for_person(model.owner_id) as work:
        await removal.remove(work, model.id)
    await happens(room, "enter")
    (card,) = room.shelf
    assert (card.is_leaving, card.is_ready, card.is_failed, card.trouble) == (True, False, False, "")
    with pytest.raises(NotFound):  # it is beyond the Trash
        await happens(room, "delete", str(model.id))


@pytest.mark.parametrize(
    ("trainer", "who"), [("darkroom", "The darkroom hasn't confirmed"), ("flux-dev", "Replicate hasn't confirmed")]
)
def test_a_deletion_that_is_not_confirmed_is_said_to_be_asked_for_again(trainer: str, who: str) -> None:
    row = Training(owner_id=UUID(int=1), name="Ada", status=TrainingStatus.READY, trainer=trainer)
    row.removal_asked_at = now() - timedelta(minutes=2)
    card = TrainingCard.of(row)
    assert (card.is_leaving, card.is_gone) == (True, False)
    assert card.trouble.startswith(who)
    row.phase = UNSURE
    assert "something may be left" in TrainingCard.of(row).trouble
    row.phase = UNNAMED
    assert "is still there" in TrainingCard.of(row).trouble
    row.removed_at = now()
    gone = TrainingCard.of(row)
    assert (gone.is_leaving, gone.is_gone, gone.removed_at) == (False, True, row.removed_at.isoformat())
    assert gone.trouble == ""


def test_the_question_counts_what_goes_and_what_stays() -> None:
    assert before_deleting("Ada", "at Replicate", photo_count=1, kept=1, coming=1).loss == (
        "The face model and its 1 photo are deleted for good, here and at Replicate. "
        "Its portraits that are on their way won't be made. The 1 portrait made from it stays in your gallery."
    )
    assert before_deleting("Ada", "at Replicate", photo_count=0, kept=0, coming=0).loss == (
        "The face model is deleted for good, here and at Replicate."
    )
