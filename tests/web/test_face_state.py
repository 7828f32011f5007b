"""What is kept is said from the settings and from the person's own rows; one's word can be taken back there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlmodel import SQLModel

from portrait_app.domain.chores import Chore
from portrait_app.domain.lifecycle import TrainingStatus
from portrait_app.domain.rows import SCHEMA
from portrait_app.domain.selfie import SelfieStatus
from portrait_app.errors import SignedOut
from portrait_app.services import consent, purging, trainings, trash
from portrait_app.services.trainings import PhotosGone
from portrait_app.settings import Settings
from portrait_app.web.you.face.state import FaceState
from portrait_app.web.you.face.words import Counts, everything
from tests.portraits import portraits_of
from tests.web.tabs import happens, signed_up, tab_of

if TYPE_CHECKING:
    from uuid import UUID

    from portrait_app.domain.training import Training
    from portrait_app.services.sessions import SignedIn
    from tests.builders import House

STORE = {
    "S3_BUCKET": "pictures-of-many",
    "S3_ACCESS_KEY_ID": "k",
    "S3_SECRET_ACCESS_KEY": "s",
    "S3_ROLE_ARN": "arn:aws:iam::1:role/r",
}
SAID_AS = {
    "accounts": "name and address, your preferences, your password",
    "assets": "Portraits",
    "consents": "your word to which text",
    "deliveries": "each message in which the engine told",
    "exports": "A copy to take away",
    "generations": "the style and its prompt",
    "held_pictures": "waits beside its row",
    "identities": "accounts elsewhere that sign you in",
    "invites": "invitations you made",
    "mails": "Mails to you",
    "operators": "that you run this studio",
    "orders": "What you ordered",
    "passkeys": "public halves of passkeys",
    "recovery_codes": "recovery codes as hashes",
    "selfies": "Your photos",
    "sessions": "session tokens",
    "trainings": "Face models",
    "watchers": "a page of yours is open",
}
COUNTS = Counts(12, 1, 0, (8, 3_000_000), 0, 9, 0, 1, 0)


@pytest.fixture
async def room(ada: SignedIn) -> FaceState:
    return await tab_of(FaceState, ada.token)


async def test_it_counts_what_is_ones_own_and_what_lies_in_the_trash(
    house: House, ada: SignedIn, room: FaceState, model: Training
) -> None:
    _, lying = await portraits_of(house, model, count=2)
    await house.draft_with_selfies(ada.owner_id, 3)
    eve = await signed_up(house, "Eve")
    await portraits_of(house, await house.ready_model(eve.owner_id), count=5)
    async with house.desk.for_person(ada.owner_id) as work:
        await trash.put_portraits(work, [lying.id])
        await trash.put_model(work, model.id)
    await happens(room, "enter")
    counted = {kept.title: (kept.count, kept.bytes, kept.in_trash) for kept in room.kept if kept.is_counted}
    assert counted == {
        "Your photos": (3, 0, 0),
        "Face models": (0, 0, 1),
        "Portraits": (1, 7, 1),
        "What you ordered": (1, 0, 0),
        "A copy to take away": (0, 0, 0),
        "Your account": (1, 0, 0),
        "Mails to you": (1, 0, 0),
    }


@pytest.mark.parametrize(
    ("settings", "said", "unsaid"),
    [
        ({}, ["own database on the same computer", "folder on this studio's computer", "told where"], ["Replicate"]),
        (
            {},
            ["holds the best of them, cut around you", "and the best of your photos, cut around you", "its name stays"],
            [],
        ),
        ({"REPLICATE_API_TOKEN": "r8_x" * 10}, ["At Replicate, over the internet"], ["darkroom", "cut around you"]),
        ({"DATABASE_URL": "postgresql://a:b@db.example/c"}, ["whoever runs this studio has chosen"], ["db.example"]),
        (STORE, ["In an S3 store that whoever runs this studio has chosen"], ["In a folder", "pictures-of-many"]),
        (
            {"SMTP_HOST": "mail.example"},
            ["by the mail server"],
            ["on this studio's computer", "mail.example", "told where"],
        ),
    ],
)
def test_where_it_lies_is_said_as_the_settings_are(
    settings: dict[str, str], said: list[str], unsaid: list[str]
) -> None:
    configured = Settings.model_validate({"REPLICATE_API_TOKEN": None, **settings})
    words = str(everything(configured, COUNTS, 0))
    assert all(each in words for each in said)
    assert not any(each in words for each in unsaid)


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (0, "As soon as the face is learned, they are deleted. If it couldn't be learned, they wait 30 days"),
        (7, "7 days after the face was learned, they are deleted. If it couldn't be learned, they wait 30 days"),
        (90, "90 days after the face was learned, they are deleted. If it couldn't be learned, they wait 90 days"),
        (None, "Until you delete them."),
    ],
)
def test_how_long_photos_stay_is_said_as_it_was_chosen(days: int | None, said: str) -> None:
    configured = Settings.model_validate({"REPLICATE_API_TOKEN": None})
    assert everything(configured, COUNTS, days)[0].stays.startswith(said)


def test_each_table_that_holds_something_of_a_person_is_in_its_words() -> None:
    words = " ".join(each.title + each.what for each in everything(Settings.model_validate({}), COUNTS, 0))
    ours = {table.name for table in SQLModel.metadata.tables.values() if table.schema == SCHEMA}
    assert set(SAID_AS) == ours, "say it on the page, and here how"
    assert [table for table, said in SAID_AS.items() if said not in words] == []


async def test_ones_word_is_read_again_and_taken_back(house: House, ada: SignedIn, room: FaceState) -> None:
    await happens(room, "enter")
    assert (bool(room.given_at), room.withdrawn_at) == (True, "")
    await happens(room, "withdraw")
    assert room.withdrawn_at > room.given_at
    async with house.desk.for_person(ada.owner_id) as work:
        assert not await consent.is_given(work)


@pytest.mark.parametrize(
    "drafted_as", [{}, {"status": SelfieStatus.EXAMINING, "key": None, "incoming_key": "u/of-hers/incoming/1"}]
)
async def test_all_photos_are_deleted_but_those_of_a_face_that_is_being_learned(
    house: House, ada: SignedIn, room: FaceState, drafted_as: dict[str, Any]
) -> None:
    """Those of a draft of which none was looked at yet stayed, were kept, and weren't counted."""
    failed = await _training(house, ada, TrainingStatus.FAILED)
    running = await _training(house, ada, TrainingStatus.LEARNING)
    draft = await house.draft_with_selfies(ada.owner_id, 2, **drafted_as)
    await happens(room, "enter")
    assert room.photos == 10
    drafted = await _photos_of(house, ada, draft)
    await happens(room, "delete_photos")
    chores = {(chore, row_id) for chore, _, row_id in house.queue.take()}
    assert chores == {(Chore.FORGET_PHOTOS, failed.id), *((Chore.FORGET_PIXELS, photo_id) for photo_id in drafted)}
    async with house.desk.for_person(ada.owner_id) as work:  # before that was done
        with pytest.raises(PhotosGone):
            await trainings.retry(work, failed.id)
    await purging.forget_photos(house.desk, ada.owner_id, failed.id)
    async with house.desk.for_person(ada.owner_id) as work:
        assert await work.selfies.kept_by_training() == {running.id: 4}


async def _photos_of(house: House, ada: SignedIn, training: Training) -> list[UUID]:
    async with house.desk.for_person(ada.owner_id) as work:
        return [photo.id for photo in await work.selfies.of(training.id)]


async def _training(house: House, ada: SignedIn, status: TrainingStatus) -> Training:
    draft = await house.draft_with_selfies(ada.owner_id)
    async with house.desk.for_person(ada.owner_id) as work:
        (await work.trainings.get(draft.id)).status = status
    return draft


async def test_a_tab_whose_session_ended_reaches_nothing(ada: SignedIn) -> None:
    stranger = await tab_of(FaceState, "made-up")
    for event in ("enter", "withdraw", "delete_photos"):
        with pytest.raises(SignedOut):
            await happens(stranger, event)
