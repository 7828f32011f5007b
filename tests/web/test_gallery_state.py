"""What one tab shows of the gallery while portraits come and go."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from portrait_app.domain.lifecycle import AssetStatus
from portrait_app.errors import NotFound, SignedOut
from portrait_app.services import gallery, trainings, trash
from portrait_app.services.gallery import PAGE
from portrait_app.web.gallery.state import GalleryState
from tests.portraits import portraits_of
from tests.web.tabs import goes_to, happens, signed_up, tab_of

if TYPE_CHECKING:
    from portrait_app.domain.generation import Asset
    from portrait_app.domain.training import Training
    from portrait_app.services.sessions import SignedIn
    from tests.builders import House


@pytest.fixture
async def room(ada: SignedIn) -> GalleryState:
    return await tab_of(GalleryState, ada.token)


async def test_an_empty_gallery_is_there_and_empty(room: GalleryState) -> None:
    await happens(room, "enter")
    assert (room.is_here, shown(room), room.next_page) == (True, [], "")


async def test_an_empty_gallery_knows_whether_a_face_is_being_learned(
    house: House, ada: SignedIn, room: GalleryState
) -> None:
    draft = await house.draft_with_selfies(ada.owner_id)
    await happens(room, "enter")
    assert not room.is_learning
    async with house.desk.for_person(ada.owner_id) as work:
        await trainings.start(work, draft.id, name="Ada", trainer="darkroom")
    await happens(room, "enter")
    assert room.is_learning


async def test_older_portraits_come_a_page_at_a_time(house: House, model: Training, room: GalleryState) -> None:
    made = await portraits_of(house, model, count=PAGE + 2)
    await happens(room, "enter")
    assert shown(room) == ids(made)[:PAGE]
    await happens(room, "show_more")
    await happens(room, "show_more")  # pressed once more: there is nothing left to show
    assert (shown(room), room.next_page) == (ids(made), "")


async def test_news_come_in_at_the_head_and_what_was_paged_stays(
    house: House, model: Training, room: GalleryState
) -> None:
    old = await portraits_of(house, model, count=PAGE + 2)
    await happens(room, "enter")
    await happens(room, "show_more")
    older = list(room.older)
    new = await portraits_of(house, model, count=3, status=AssetStatus.PENDING)
    await news(house, room, model)
    assert shown(room) == [*ids(new), *ids(old)]
    assert room.older == older
    assert [portrait.is_ready for portrait in room.newest[:4]] == [False, False, False, True]


async def test_deleting_many_shows_none_twice(house: House, model: Training, room: GalleryState) -> None:
    made = await portraits_of(house, model, count=2 * PAGE)
    await happens(room, "enter")
    async with house.desk.for_person(model.owner_id) as work:  # in another tab
        await trash.put_portraits(work, [asset.id for asset in made[-3:]])
    await news(house, room, model)
    await happens(room, "show_more")
    assert shown(room) == ids(made[:-3])


async def test_news_keep_to_the_filters_of_the_tab(house: House, model: Training, room: GalleryState) -> None:
    old = await portraits_of(house, model, style="noir")
    await portraits_of(house, model, count=PAGE, style="oil")
    await happens(room, "enter")
    await happens(room, "choose_style", "noir")
    new = await portraits_of(house, model, style="noir")
    await portraits_of(house, model, style="oil")
    await news(house, room, model)
    assert shown(room) == [*ids(new), *ids(old)]


async def test_more_news_than_a_page_leaves_no_gap(house: House, model: Training, room: GalleryState) -> None:
    old = await portraits_of(house, model, count=3)
    await happens(room, "enter")
    new = await portraits_of(house, model, count=PAGE + 4)
    await news(house, room, model)
    await happens(room, "show_more")
    assert shown(room) == [*ids(new), *ids(old)]


async def test_the_address_opens_a_portrait_however_far_down(
    house: House, ada: SignedIn, model: Training, room: GalleryState
) -> None:
    made = await portraits_of(house, model, count=PAGE + 5)
    goes_to(room, ada.token, f"/gallery?open={made[0].id}")
    (told,) = await happens(room, "enter")
    assert str(made[0].id) in str(told)
    assert shown(room) == ids(made)


@pytest.mark.parametrize("wanted", ["", "nonsense", "7", "%00"])
async def test_an_address_that_names_nothing_opens_nothing(ada: SignedIn, room: GalleryState, wanted: str) -> None:
    goes_to(room, ada.token, f"/gallery?open={wanted}")
    assert await happens(room, "enter") == [None]


async def test_a_portrait_is_deleted_at_once_and_brought_back_from_the_toast(
    house: House, model: Training, room: GalleryState
) -> None:
    first, second, third = made = await portraits_of(house, model, count=3)
    await happens(room, "enter")
    (told,) = await happens(room, "delete", str(second.id))
    assert shown(room) == ids([first, third])
    undo = json.loads(str(told.args[0][1]._var_value))[2]  # what the toast has the browser send
    assert [event["name"].rpartition(".")[2] for event in undo] == ["restore"]
    assert undo[0]["payload"] == {"portrait_ids": [str(second.id)]}
    with pytest.raises(NotFound):  # pressed twice
        await happens(room, "delete", str(second.id))
    await happens(room, "restore", [str(second.id)])
    assert shown(room) == ids(made)
    with pytest.raises(trash.TooLate):
        await happens(room, "restore", [str(second.id)])


async def test_several_are_chosen_and_deleted_together(house: House, model: Training, room: GalleryState) -> None:
    made = await portraits_of(house, model, count=4)
    await happens(room, "enter")
    await happens(room, "select")
    assert room.is_selecting
    await happens(room, "delete_chosen", {str(made[0].id): "on", str(made[2].id): "on"})
    assert (shown(room), room.is_selecting) == (ids([made[1], made[3]]), False)
    with pytest.raises(NotFound):  # none was chosen
        await happens(room, "delete_chosen", {})


async def test_somebody_elses_portraits_can_not_be_reached(house: House, room: GalleryState) -> None:
    eve = await signed_up(house, "Eve")
    theirs = await house.ready_model(eve.owner_id)
    (portrait,) = await portraits_of(house, theirs)
    await happens(room, "enter")
    await happens(room, "choose_model", str(theirs.id))
    assert shown(room) == []
    with pytest.raises(NotFound):
        await happens(room, "delete", str(portrait.id))
    async with house.desk.for_person(eve.owner_id) as work:
        await trash.put_portraits(work, [portrait.id])
    with pytest.raises(trash.TooLate):
        await happens(room, "restore", [str(portrait.id)])
    async with house.desk.for_person(eve.owner_id) as work:
        await trash.restore_portraits(work, [portrait.id])
    async with house.desk.for_person(eve.owner_id) as work:
        assert len((await gallery.page(work)).portraits) == 1


async def test_whoever_signs_in_next_sees_nothing_of_the_last(
    house: House, model: Training, room: GalleryState
) -> None:
    await portraits_of(house, model, count=3)
    await happens(room, "enter")
    await happens(room, "choose_model", str(model.id))
    eve = await signed_up(house, "Eve")
    goes_to(room, eve.token, "/gallery")
    await happens(room, "enter")
    assert (shown(room), room.models, room.model) == ([], [], "")


@pytest.mark.parametrize(
    ("event", "argument"),
    [
        ("choose_model", "x"),
        ("choose_style", "pixel art"),
        ("delete", ""),
        ("delete", "../../etc"),
        ("delete_chosen", {"../../etc": "on"}),
        ("restore", ["x"]),
    ],
)
async def test_what_no_page_of_ours_sends_is_refused(room: GalleryState, event: str, argument: object) -> None:
    with pytest.raises(NotFound):
        await happens(room, event, argument)


async def test_a_face_model_that_is_not_there_filters_nothing(room: GalleryState) -> None:
    await happens(room, "choose_model", str(uuid4()))
    assert room.model == ""


async def test_nobody_sees_a_gallery(ada: SignedIn) -> None:
    for event in ("enter", "show_all"):
        with pytest.raises(SignedOut):
            await happens(await tab_of(GalleryState, "no such token"), event)


async def news(house: House, room: GalleryState, model: Training) -> None:
    """Do what the live channel does when it hears that portraits changed."""
    async with house.desk.for_person(model.owner_id) as work:
        seen = await GalleryState._look(work)
    room._show(seen)


def shown(room: GalleryState) -> list[str]:
    return [portrait.id for portrait in (*room.newest, *room.older)]


def ids(made: list[Asset]) -> list[str]:
    """Newest first, as the gallery has them."""
    return [str(asset.id) for asset in reversed(made)]
