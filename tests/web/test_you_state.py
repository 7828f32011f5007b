"""The person's own room: name, look, what is kept."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from portrait_app.adapters.replicate.errors import ModelDiffers
from portrait_app.domain.clock import now
from portrait_app.domain.lifecycle import OrderStatus
from portrait_app.domain.order import OrderKind
from portrait_app.errors import NotFound, SignedOut
from portrait_app.services import accounts, progress, sessions
from portrait_app.services.accounts import SignUp, UnknownLook
from portrait_app.services.invites import NotYours
from portrait_app.services.limits import TooManyTries
from portrait_app.settings import Settings
from portrait_app.web import house as web_house
from portrait_app.web.you import words
from portrait_app.web.you.state import NAME_FIELD, YouState
from tests.builders import signs_in
from tests.portraits import portraits_of
from tests.services.losing import recorded
from tests.web.tabs import happens, signed_up, tab_of

if TYPE_CHECKING:
    from uuid import UUID

    from portrait_app.domain.order import Order
    from portrait_app.services.sessions import SignedIn
    from tests.builders import House


@pytest.fixture
async def room(ada: SignedIn) -> YouState:
    room = await tab_of(YouState, ada.token)
    await happens(room, "enter")
    return room


async def test_it_says_who_is_signed_in_and_what_is_kept(house: House, ada: SignedIn, room: YouState) -> None:
    assert (room.name, room.email, room.portraits) == ("Ada Lovelace", "ada@example.com", 0)
    await portraits_of(house, await house.ready_model(ada.owner_id), count=3)
    await house.draft_with_selfies(ada.owner_id, 4)
    await happens(room, "enter")
    assert (room.portraits, room.portrait_bytes, room.selfies) == (3, 21, 4)


async def test_a_look_is_saved_and_there_in_a_new_tab(house: House, ada: SignedIn, room: YouState) -> None:
    await happens(room, "choose_theme", "dark")
    await happens(room, "choose_hue", 145.0)
    other = await tab_of(YouState, ada.token)
    await happens(other, "enter")
    assert (other.theme, other.hue) == ("dark", 145)
    async with house.desk.for_person(ada.owner_id) as work:
        assert accounts.look_cookie(await work.accounts.mine()) == "dark.145"


async def test_the_slider_is_not_redrawn_under_the_finger_that_moves_it(ada: SignedIn, room: YouState) -> None:
    before = room.hue
    await happens(room, "choose_hue", 30)
    await happens(room, "enter")  # its own news
    assert room.hue == before
    await happens(await tab_of(YouState, ada.token), "choose_hue", 200)  # another device
    await happens(room, "enter")
    assert room.hue == 200


@pytest.mark.parametrize(
    ("event", "argument"),
    [
        ("choose_theme", "pink"),
        ("choose_theme", "dark; Path=/"),
        ("choose_hue", 361),
        ("choose_hue", -1),
        ("choose_hue", 1e300),
    ],
)
async def test_a_look_that_is_not_offered_is_refused(
    house: House, ada: SignedIn, room: YouState, event: str, argument: object
) -> None:
    with pytest.raises(UnknownLook):
        await happens(room, event, argument)
    async with house.desk.for_person(ada.owner_id) as work:
        assert accounts.look_cookie(await work.accounts.mine()) == "auto.265"


async def test_a_name_is_changed_and_an_empty_one_is_said_beside_its_field(room: YouState) -> None:
    await happens(room, "change_name", {NAME_FIELD: "  "})
    assert room.name_trouble
    assert room.name == "Ada Lovelace"
    await happens(room, "change_name", {NAME_FIELD: "Augusta Ada"})
    assert (room.name, room.name_trouble) == ("Augusta Ada", "")


async def test_it_says_where_one_is_signed_in_and_signs_another_browser_out(
    house: House, ada: SignedIn, room: YouState
) -> None:
    other = await signs_in(house, "ada@example.com", "Mozilla/5.0 (Android) Firefox/150")
    await happens(room, "enter")
    this, that = room.sessions
    assert (this.is_this_one, that.is_this_one) == (True, False)
    assert (that.device, that.used) == ("Firefox on Android", "In use now")
    await happens(room, "end_session", that.id)
    assert [session.id for session in room.sessions] == [this.id]
    assert await sessions.who(house.desk, other.token) is None


async def test_asvs_7_4_1_a_tab_whose_session_has_ended_can_do_nothing_more(
    house: House, ada: SignedIn, room: YouState
) -> None:
    other = await signs_in(house, "ada@example.com")
    tab = await tab_of(YouState, other.token)
    await happens(tab, "enter")
    await happens(room, "end_other_sessions")
    for event, arguments in (("enter", ()), ("choose_theme", ("dark",)), ("invite", ()), ("end_other_sessions", ())):
        with pytest.raises(SignedOut):
            await happens(tab, event, *arguments)
    assert await sessions.who(house.desk, ada.token)


@pytest.mark.parametrize("session_id", ["", "x", "00000000-0000-0000-0000-000000000000"])
async def test_a_session_that_is_none_of_ones_own_is_not_found(room: YouState, session_id: str) -> None:
    with pytest.raises(NotFound):
        await happens(room, "end_session", session_id)


async def test_an_address_that_is_not_confirmed_gets_another_link_a_few_times(house: House, room: YouState) -> None:
    assert not room.is_confirmed
    for _ in range(3):
        await happens(room, "send_confirmation")
    assert len(house.queue.mails) == 4  # with the one of the sign-up
    with pytest.raises(TooManyTries) as refused:
        await happens(room, "send_confirmation")
    assert refused.value.hint == "Please wait 5 minutes, then try again. Nothing was changed."


async def test_the_operator_sees_how_the_house_is_doing_and_invites(house: House, room: YouState) -> None:
    async def health() -> dict[str, bool]:
        return {"database": True, "engine": False}

    web_house.workshop().health = health  # type: ignore[method-assign] -- a test's workshop is a plain namespace
    await happens(room, "check_health")
    assert [(figure.name, figure.value) for figure in room.health] == [
        ("Database", "Answers"),
        ("Engine", "Doesn't answer"),
    ]
    assert (room.is_operator, [count.value for count in room.usage]) == (True, [1, 1, 0, 0])
    assert room.not_offered == []
    house.engine.refuses_training = ModelDiffers("darkroom/face-trainer:2", ["it takes no seed"])
    await web_house.workshop().offers.look()
    await happens(room, "check_health")
    trainer = "No face model can be learned with darkroom/face-trainer"
    assert room.not_offered == [f"{trainer}: darkroom/face-trainer:2: it takes no seed."]
    await happens(room, "invite")
    invite = room.invite_link.partition("invite=")[2]
    await accounts.require_open(house.desk, SignUp.INVITE, invite)


async def in_doubt(house: House, owner_id: UUID) -> Order:
    """Have an order of somebody's end in doubt."""
    order = await recorded(house, owner_id, OrderKind.TRAINING)
    async with house.desk.for_service(owner_id) as work:
        row = await work.orders.get(order.id, lock=True)
        row.status, row.sent_at, row.fingerprint = OrderStatus.SENDING, now(), "http://engine/files/a.zip"
        await progress.end_in_doubt(work, order.id, row.sent_at)
        return row


async def test_the_operator_sees_what_is_in_doubt_and_what_to_look_for(house: House, room: YouState) -> None:
    await in_doubt(house, (await signed_up(house, "Eve")).owner_id)
    web_house.workshop().health = no_parts  # type: ignore[method-assign] -- a test's workshop is a plain namespace
    await happens(room, "check_health")
    ((name, said),) = [(doubt.name, doubt.value) for doubt in room.doubts]
    assert name == "A training is in doubt"
    assert "http://engine/files/a.zip" in said
    assert "Eve" not in said


async def no_parts() -> dict[str, bool]:
    return {}


async def test_nobody_else_sees_or_does_any_of_it(house: House, ada: SignedIn) -> None:
    eve = await signed_up(house, "Eve")
    await in_doubt(house, eve.owner_id)
    room = await tab_of(YouState, eve.token)
    house.engine.refuses_training = ModelDiffers("darkroom/face-trainer:2", ["it takes no seed"])
    await web_house.workshop().offers.look()
    await happens(room, "enter")
    await happens(room, "check_health")
    assert (room.is_operator, room.usage, room.health, room.not_offered) == (False, [], [], [])
    assert room.doubts == []  # not even their own: they are told in their own words
    with pytest.raises(NotYours):
        await happens(room, "invite")


@pytest.mark.parametrize(
    ("ago", "said"),
    [
        ({"minutes": 3}, "In use now"),
        ({"minutes": 40}, "Used within the hour"),
        ({"hours": 1}, "Used 1 hour ago"),
        ({"hours": 23}, "Used 23 hours ago"),
        ({"days": 1, "hours": 5}, "Used 1 day ago"),
        ({"days": 12}, "Used 12 days ago"),
    ],
    ids=["minutes", "within-the-hour", "an-hour", "hours", "a-day", "days"],
)
def test_the_last_use_is_said_as_roughly_as_it_is_known(ago: dict[str, int], said: str) -> None:
    assert words.used(timedelta(**ago)) == said


@pytest.mark.parametrize(
    ("settings", "is_said"),
    [
        ({}, True),
        ({"DATABASE_URL": "postgresql://a:b@db.example/c"}, False),
        (
            {
                "S3_BUCKET": "pictures-of-many",
                "S3_ACCESS_KEY_ID": "k",
                "S3_SECRET_ACCESS_KEY": "s",
                "S3_ROLE_ARN": "arn:aws:iam::1:role/r",
            },
            False,
        ),
        ({"REPLICATE_API_TOKEN": "r8_x" * 10}, False),
    ],
    ids=["all here", "rows elsewhere", "pictures in a store", "Replicate"],
)
def test_that_nothing_leaves_the_computer_is_said_where_nothing_does(settings: dict[str, str], is_said: bool) -> None:
    said = words.engine(Settings.model_validate({"REPLICATE_API_TOKEN": None, **settings}))
    assert ("Nothing leaves" in said) == is_said
