"""The portrait that a person wears: chosen under You or in the gallery, shown in every room, and nobody else's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from portrait_app.domain.generation import Asset
from portrait_app.domain.lifecycle import AssetStatus
from portrait_app.domain.rows import new_id
from portrait_app.errors import NotFound
from portrait_app.services.preferences import NotHereYet
from portrait_app.web.gallery.state import GalleryState
from portrait_app.web.home.state import HomeState
from portrait_app.web.squares import Square
from portrait_app.web.worn import WornState
from portrait_app.web.you.own_picture import OwnPictureState
from tests.portraits import portraits_of
from tests.web.tabs import happens, signed_up, tab_of

if TYPE_CHECKING:
    import reflex as rx

    from portrait_app.domain.training import Training
    from portrait_app.services.sessions import SignedIn
    from tests.builders import House


@pytest.fixture
async def choice(ada: SignedIn) -> OwnPictureState:
    return await tab_of(OwnPictureState, ada.token)


async def worn_in_a_new_tab(ada: SignedIn) -> Square:
    home = await tab_of(HomeState, ada.token)
    await happens(home, "enter")
    return (await home.get_state(WornState)).picture


async def test_the_newest_portraits_are_shown_to_choose_from(
    house: House, model: Training, choice: OwnPictureState
) -> None:
    await happens(choice, "look")
    assert (choice.has_looked, choice.portraits) == (True, [])
    old, new = await portraits_of(house, model, count=2)
    await happens(choice, "look")
    assert [each.id for each in choice.portraits] == [str(new.id), str(old.id)]
    assert str(new.id) in choice.portraits[0].square.src


async def test_a_portrait_that_is_chosen_is_worn_in_every_room(
    house: House, ada: SignedIn, model: Training, choice: OwnPictureState
) -> None:
    assert await worn_in_a_new_tab(ada) == Square()
    (portrait,) = await portraits_of(house, model)
    await happens(choice, "wear", str(portrait.id))
    assert str(portrait.id) in (await worn_in_a_new_tab(ada)).src
    await happens(choice, "take_off")
    assert await worn_in_a_new_tab(ada) == Square()


async def test_a_portrait_is_worn_from_the_gallery(house: House, ada: SignedIn, model: Training) -> None:
    (portrait,) = await portraits_of(house, model)
    room = await tab_of(GalleryState, ada.token)
    (told,) = await happens(room, "use_as_my_picture", str(portrait.id))
    assert "This is your picture now" in str(told)
    assert str(portrait.id) in (await worn_in_a_new_tab(ada)).src


@pytest.mark.parametrize(("room", "event"), [(OwnPictureState, "wear"), (GalleryState, "use_as_my_picture")])
async def test_nobody_wears_anothers_portrait_or_one_that_is_not_here(
    house: House, ada: SignedIn, model: Training, room: type[rx.State], event: str
) -> None:
    (portrait,) = await portraits_of(house, model)
    (coming,) = await portraits_of(house, model, status=AssetStatus.PENDING)
    eve = await signed_up(house, "Eve")
    with pytest.raises(NotFound):
        await happens(await tab_of(room, eve.token), event, str(portrait.id))
    mine = await tab_of(room, ada.token)
    for wrong in ("", "'; --", str(new_id())):
        with pytest.raises(NotFound):
            await happens(mine, event, wrong)
    with pytest.raises(NotHereYet):
        await happens(mine, event, str(coming.id))
    assert await worn_in_a_new_tab(ada) == Square()


class Addresses:
    """Links that are their keys."""

    def to(self, key: str, *, download_as: str | None = None) -> str:
        return key


def square_of(width: int, height: int, face: list[float] | None) -> Square:
    key = "u/a/portraits/b.webp"
    row = Asset(
        owner_id=new_id(), generation_id=new_id(), training_id=new_id(), position=0, style="noir", width=width,
        height=height, key=key, face=face,
    )  # fmt: skip
    return Square.of(Addresses(), row)


@pytest.mark.parametrize("size", [(896, 1088), (1344, 768), (1024, 1024), (768, 1344)])
@pytest.mark.parametrize(
    "face", [None, [0.4, 0.2, 0.6, 0.4], [0.9, 0.9, 1.02, 1.05], [-0.1, -0.1, 0.1, 0.1], [0, 0, 1, 1]]
)
def test_a_square_lies_within_its_picture(size: tuple[int, int], face: list[float] | None) -> None:
    width, height = size
    square = square_of(width, height, face)
    tall = square.width * height / width
    assert -(square.width - 100) - 0.1 <= square.left <= 0
    assert -(tall - 100) - 0.1 <= square.top <= 0
    assert square.width >= 99.9


def test_a_face_in_a_wide_picture_is_brought_near_and_stays_sharp() -> None:
    far = square_of(1344, 768, [0.70, 0.30, 0.78, 0.44])
    middle = (50 - far.left) / far.width
    assert middle == pytest.approx(0.74, abs=0.01)
    assert far.width > 400
    assert far.src.endswith("-1280.webp")
    assert square_of(896, 1088, None).src.endswith("-320.webp")
