"""The training room's events, as any browser may send them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import pytest

from portrait_app.adapters.buckets.disk import DiskBucket
from portrait_app.adapters.buckets.errors import BucketDown
from portrait_app.adapters.replicate.errors import WrongToken
from portrait_app.domain.chores import Chore
from portrait_app.domain.clock import now
from portrait_app.domain.consent import VERSION
from portrait_app.domain.lifecycle import TrainingStatus
from portrait_app.domain.selfie import SelfieStatus
from portrait_app.errors import NotFound, SignedOut
from portrait_app.services import consent, selfies, thumbnails, trainings
from portrait_app.services.retention import UnknownStay
from portrait_app.services.selfies import NoFaceToLearn
from portrait_app.web import house as web_house
from portrait_app.web.train.state import TrainState
from portrait_app.web.train.staying import STAY_SHEET
from tests.web.tabs import happens, signed_up, tab_of

if TYPE_CHECKING:
    from portrait_app.services.sessions import SignedIn
    from tests.builders import House

NOBODYS = "7f3c0d5e-2b1a-4c68-9e0f-5a1d2c3b4e5f"


@pytest.fixture
async def room(ada: SignedIn) -> TrainState:
    return await tab_of(TrainState, ada.token)


async def test_a_first_visit_finds_an_empty_draft_with_ones_own_name(room: TrainState) -> None:
    await happens(room, "enter")
    assert (room.has_looked, room.name, room.photos, room.count.is_enough) == (True, "Ada", [], False)


async def test_the_second_face_is_not_assumed_to_be_ones_own(house: House, ada: SignedIn, room: TrainState) -> None:
    await house.ready_model(ada.owner_id)
    await happens(room, "enter")
    assert room.name == ""
    assert [model.is_ready for model in room.shelf] == [True]


async def test_a_draft_survives_the_tab_it_was_made_in(house: House, ada: SignedIn, room: TrainState) -> None:
    await happens(room, "set_name", "  Grandma ")
    await house.draft_with_selfies(ada.owner_id, 3)
    other = await tab_of(TrainState, ada.token)
    await happens(other, "enter")
    assert (other.name, len(other.photos), other.count.headline) == ("Grandma", 3, "3 good photos")


async def test_a_name_that_is_emptied_is_the_persons_own_again_and_shown_so(ada: SignedIn, room: TrainState) -> None:
    await happens(room, "enter")
    (nothing,) = await happens(room, "set_name", "Grandma")
    (told,) = await happens(room, "set_name", "  ")
    assert (nothing, room.name) == (None, "Ada")
    assert "Ada" in str(told.args)


async def test_starting_moves_the_draft_to_what_is_being_learned(house: House, ada: SignedIn, room: TrainState) -> None:
    await house.draft_with_selfies(ada.owner_id)
    await happens(room, "enter")
    await happens(room, "start")
    assert ([model.name for model in room.running], room.photos, room.is_starting) == (["Ada"], [], False)
    assert len(house.queue.take()) == 1


async def test_a_start_that_is_refused_says_why_and_ends_the_waiting(
    house: House, ada: SignedIn, room: TrainState
) -> None:
    await house.draft_with_selfies(ada.owner_id, 2)
    await happens(room, "enter")
    _, told = await happens(room, "start")
    assert "A few more selfies" in str(told)
    assert (room.is_starting, room.running, len(room.photos)) == (False, [], 2)


async def test_a_training_that_the_engine_would_refuse_is_not_begun_and_its_reason_is_said(
    house: House, ada: SignedIn, room: TrainState
) -> None:
    await house.draft_with_selfies(ada.owner_id)
    house.engine.refuses_training = WrongToken("401")
    await web_house.workshop().offers.look()
    await happens(room, "enter")
    assert (room.count.headline, room.count.is_enough) == ("Training isn't possible just now", False)
    assert "REPLICATE_API_TOKEN" in room.why_not
    said = await happens(room, "start")
    assert "REPLICATE_API_TOKEN" in str(said)
    assert room.is_starting is False
    assert not house.queue.take()
    async with house.desk.for_person(ada.owner_id) as work:
        assert await work.selfies.count((await trainings.draft(work)).id) == 4


async def test_a_missing_name_is_said_beside_its_field(house: House, ada: SignedIn, room: TrainState) -> None:
    await house.ready_model(ada.owner_id)
    await house.draft_with_selfies(ada.owner_id)
    await happens(room, "enter")
    await happens(room, "start")
    assert "name" in room.name_trouble
    await happens(room, "set_name", "Grace")
    assert room.name_trouble == ""


async def test_a_doubtful_photo_counts_once_it_is_overruled_and_a_faceless_one_never(
    house: House, ada: SignedIn, room: TrainState
) -> None:
    await house.draft_with_selfies(ada.owner_id, 1, status=SelfieStatus.DOUBTFUL, hints=["blurred"])
    await house.draft_with_selfies(ada.owner_id, 1, status=SelfieStatus.FACELESS, hints=["no_face"])
    await happens(room, "enter")
    doubtful, faceless = room.photos
    await happens(room, "overrule", doubtful.id)
    assert room.count.headline == "1 good photo"
    with pytest.raises(NoFaceToLearn):
        await happens(room, "overrule", faceless.id)


async def test_a_removed_photo_goes_at_once_while_the_store_is_away_and_its_pixels_by_a_chore(
    house: House, ada: SignedIn, room: TrainState, monkeypatch: pytest.MonkeyPatch
) -> None:
    await house.draft_with_selfies(ada.owner_id, 1, seen=None)
    await happens(room, "enter")
    photo_id = UUID(room.photos[0].id)
    bucket = house.desk.buckets.of(ada.owner_id)
    pixels = [f"u/{ada.owner_id}/{name}" for name in (f"incoming/{photo_id}", *_kept_as(photo_id))]
    for key in pixels:
        await bucket.put_bytes(key, b"pixels")

    async def down(*_: object) -> None:
        raise BucketDown("no answer")

    with monkeypatch.context() as patch:
        patch.setattr(DiskBucket, "delete", down)
        await happens(room, "remove", str(photo_id))
    assert room.photos == []
    assert house.queue.take() == [(Chore.FORGET_PIXELS, ada.owner_id, photo_id)]
    await selfies.forget_pixels(house.desk, ada.owner_id, photo_id)
    assert not {stored.key for stored in await bucket.page(most=99)} & {*pixels}


def _kept_as(photo_id: UUID) -> list[str]:
    return thumbnails.keys(f"selfies/{photo_id}.jpg")


@pytest.mark.parametrize("event", ["overrule", "remove", "retry"])
@pytest.mark.parametrize("sent", ["", "no id", "'; DROP TABLE app.selfies", NOBODYS])
async def test_whatever_a_browser_sends_as_an_id_finds_nothing(room: TrainState, event: str, sent: object) -> None:
    with pytest.raises(NotFound):
        await happens(room, event, sent)


async def test_what_is_somebody_elses_can_not_be_touched(house: House, ada: SignedIn, room: TrainState) -> None:
    eve = await signed_up(house, "Eve")
    draft = await house.draft_with_selfies(eve.owner_id, 1)
    async with house.desk.for_person(eve.owner_id) as work:
        (photo,) = await work.selfies.of(draft.id)
    for event, target in (("overrule", photo.id), ("remove", photo.id), ("retry", draft.id)):
        with pytest.raises(NotFound):
            await happens(room, event, str(target))


@pytest.mark.parametrize(("event", "arguments"), [("enter", ()), ("set_name", ("x",)), ("remove", ("x",))])
async def test_a_tab_whose_session_ended_reaches_nothing(ada: SignedIn, event: str, arguments: tuple[str, ...]) -> None:
    stranger = await tab_of(TrainState, "made-up")
    with pytest.raises(SignedOut):
        await happens(stranger, event, *arguments)


async def test_a_failed_training_comes_back_with_its_photos(house: House, ada: SignedIn, room: TrainState) -> None:
    draft = await house.draft_with_selfies(ada.owner_id)
    async with house.desk.for_person(ada.owner_id) as work:
        training = await trainings.start(work, draft.id, name="Ada", trainer="darkroom")
        training.status, training.trouble = TrainingStatus.FAILED, "No face could be learned."
    await happens(room, "enter")
    assert (room.shelf[0].is_failed, room.shelf[0].trouble) == (True, "No face could be learned. Your photos are safe.")
    await happens(room, "retry", room.shelf[0].id)
    assert (room.shelf, len(room.photos), room.name) == ([], 4, "Ada")


async def test_what_stayed_the_same_is_not_sent_again(house: House, ada: SignedIn, room: TrainState) -> None:
    await house.draft_with_selfies(ada.owner_id)
    await house.ready_model(ada.owner_id)
    await happens(room, "enter")
    room._clean()
    await happens(room, "enter")
    assert room.dirty_vars == set()


async def test_the_room_asks_first_and_again_when_the_word_is_taken_back(
    house: House, ada: SignedIn, room: TrainState
) -> None:
    async with house.desk.for_person(ada.owner_id) as work:
        await consent.withdraw(work)
    await happens(room, "enter")
    assert not room.has_agreed
    with pytest.raises(consent.TextHasChanged):  # a page of before
        await happens(room, "agree", "2020-01-01")
    await happens(room, "agree", VERSION)
    assert room.has_agreed


async def test_a_face_is_not_learned_without_ones_word(house: House, ada: SignedIn, room: TrainState) -> None:
    await house.draft_with_selfies(ada.owner_id)
    await happens(room, "set_name", "Ada")
    async with house.desk.for_person(ada.owner_id) as work:
        await consent.withdraw(work)
    *_, told = await happens(room, "start")
    assert "One question first" in str(told)
    assert house.queue.take() == []


async def test_how_long_photos_stay_is_chosen_and_asked_about_when_it_deletes_some(
    house: House, ada: SignedIn, room: TrainState
) -> None:
    await happens(room, "enter")
    assert room.stay == "0"
    await happens(room, "choose_stay", "keep")
    assert room.stay == "keep"
    draft = await house.draft_with_selfies(ada.owner_id, 4)
    async with house.desk.for_person(ada.owner_id) as work:
        training = await work.trainings.get(draft.id)
        training.status, training.ended_at = TrainingStatus.READY, now() - timedelta(days=8)
    (told,) = await happens(room, "choose_stay", "7")
    assert STAY_SHEET in str(told)
    assert room.stay_loss.startswith("4 photos")
    assert room.stay == "keep"
    await happens(room, "choose_stay_asked")
    await happens(room, "enter")
    assert (room.stay, room.shelf[0].photos) == ("7", "4 photos, being deleted")
    with pytest.raises(UnknownStay):
        await happens(room, "choose_stay", "1")
