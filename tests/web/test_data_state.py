"""The room of one's data: packing is asked for, shown while it goes on, and stopped or deleted with a tap."""

from __future__ import annotations

from contextlib import asynccontextmanager
from datetime import timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from portrait_app.domain.clock import now
from portrait_app.domain.export import Export, ExportStatus
from portrait_app.domain.rows import new_id
from portrait_app.domain.selfie import Selfie
from portrait_app.services import exports, leaving, trash
from portrait_app.services.exports import BeingMade
from portrait_app.services.fresh import NotFresh
from portrait_app.web import house as web_house
from portrait_app.web import live, voice
from portrait_app.web.home.state import HomeState
from portrait_app.web.staying import StayState
from portrait_app.web.you.data.state import LEAVE_SHEET, DataState
from portrait_app.web.you.data.words import GONE, ExportCard
from portrait_app.web.you.preferences.state import PreferencesState
from tests.portraits import portraits_of
from tests.web.tabs import happens, move_in, tab_of

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    import reflex as rx

    from portrait_app.domain.training import Training
    from portrait_app.services.sessions import SignedIn
    from tests.builders import House


@pytest.fixture
async def room(ada: SignedIn) -> DataState:
    room = await tab_of(DataState, ada.token)
    await happens(room, "enter")
    return room


async def test_it_is_asked_for_shown_and_ready(house: House, ada: SignedIn, room: DataState) -> None:
    assert room.export == ExportCard()
    await happens(room, "ask")
    assert room.export.is_making
    ((_, _, export_id),) = house.queue.take()
    with pytest.raises(BeingMade):
        await happens(room, "ask")
    await exports.make(house.desk, ada.owner_id, export_id)
    await happens(room, "enter")
    assert room.export.is_ready
    assert room.export.bytes > 0
    assert room.export.hint == "Kept for 7 more days, then it is deleted."


@pytest.mark.parametrize("mail_server", [{}, {"SMTP_HOST": "mail.studio.test"}], ids=["none", "one"])
async def test_a_mail_is_promised_only_where_mails_are_sent(house: House, ada: SignedIn, mail_server: Any) -> None:
    move_in(house, **mail_server)
    room = await tab_of(DataState, ada.token)
    await happens(room, "ask")
    preferences = await tab_of(PreferencesState, ada.token)
    await happens(preferences, "enter")
    told = str(await happens(room, "leave"))
    said = ("we write to you" in room.export.hint, preferences.sends_mail, "We have written to you" in told)
    assert set(said) == {bool(mail_server)}


async def test_it_is_stopped_and_deleted(house: House, room: DataState) -> None:
    await happens(room, "ask")
    await happens(room, "forget")
    assert room.export == ExportCard()
    await happens(room, "forget")
    await happens(room, "ask")
    assert room.export.is_making


async def test_a_face_model_in_the_trash_and_its_photos_are_not_counted_though_its_portraits_are(
    house: House, ada: SignedIn, model: Training, room: DataState
) -> None:
    await portraits_of(house, model)
    async with house.desk.for_person(ada.owner_id) as work:
        work.selfies.add(Selfie(owner_id=ada.owner_id, training_id=model.id, filename="1.jpg", key="u/1.jpg"))
    for is_away, counted in ((False, 1), (True, 0)):
        if is_away:
            async with house.desk.for_person(ada.owner_id) as work:
                await trash.put_model(work, model.id)
        await happens(room, "enter")
        assert (room.models, room.selfies, room.portraits) == (counted, counted, 1)


class OneTab:
    """The app, as news finds it: one tab is open."""

    def __init__(self, room: rx.State) -> None:
        self.root = room._get_root_state()
        self.event_namespace = SimpleNamespace(token_to_sid={"tab": "socket"}, namespace="/_event")
        self.sio = SimpleNamespace(get_environ=lambda *_: {"HTTP_COOKIE": room.router.headers.cookie})

    @asynccontextmanager
    async def modify_state(self, _: object) -> AsyncGenerator[object]:
        yield self.root


def an_export(**fields: Any) -> Export:
    return Export(owner_id=new_id(), **fields)


def test_how_far_it_is_is_said_in_pictures() -> None:
    card = ExportCard.of(an_export(status=ExportStatus.MAKING, done=300, total=1200), sends_mail=True)
    assert (card.percent, card.hint.partition(".")[0]) == (25.0, "300 of 1200 pictures")


def test_one_whose_time_is_over_is_gone_also_before_its_file_is() -> None:
    over = now() - timedelta(seconds=1)
    for status in (ExportStatus.READY, ExportStatus.GONE):
        card = ExportCard.of(an_export(status=status, expires_at=over, created_at=over), sends_mail=True)
        assert card == ExportCard(hint=GONE)


def test_a_day_is_one() -> None:
    soon = now() + timedelta(hours=3)
    row = an_export(status=ExportStatus.READY, bytes=2_400_000, expires_at=soon, created_at=soon)
    card = ExportCard.of(row, sends_mail=True)
    assert (card.bytes, card.hint) == (2_400_000, "Kept for 1 more day, then it is deleted.")


async def test_leaving_is_asked_once_more_and_every_room_says_so(house: House, ada: SignedIn, room: DataState) -> None:
    assert LEAVE_SHEET in str(await happens(room, "ask_to_leave"))
    await happens(room, "leave")
    await happens(room, "ask")  # one takes everything along before one goes
    assert room.export.is_making
    home = await tab_of(HomeState, ada.token)
    await happens(home, "enter")
    stay = await home.get_state(StayState)
    assert stay.leave_on.startswith(f"{now() + leaving.TO_THINK:%Y-%m-%d}")
    await happens(stay, "stay")
    assert stay.leave_on == ""
    await happens(home, "enter")
    assert stay.leave_on == ""


async def test_whoever_signed_in_some_time_ago_is_led_to_do_so_once_more(ada: SignedIn, room: DataState) -> None:
    with psycopg.connect(web_house.workshop().desk.database.address.conninfo()) as admin:
        admin.execute("UPDATE app.sessions SET created_at = now() - interval '11 minutes'")
    for event in ("ask", "ask_to_leave", "leave"):
        with pytest.raises(NotFresh) as refused:
            await happens(room, event)
        ((_, act), _) = voice.said(refused.value).args
        assert str(act) == r'"[\"page.toSignIn\", \"NotFresh\"]"'


async def test_news_of_leaving_and_staying_reach_the_other_tabs(house: House, ada: SignedIn, room: DataState) -> None:
    home = await tab_of(HomeState, ada.token)
    await happens(home, "enter")
    app: Any = OneTab(home)
    await happens(room, "leave")
    await live._show(app, ada.owner_id, {"account"})
    assert (await home.get_state(StayState)).leave_on
    async with house.desk.for_person(ada.owner_id) as work:
        await leaving.stay(work)
    await live._show(app, ada.owner_id, {"account"})
    assert not (await home.get_state(StayState)).leave_on
