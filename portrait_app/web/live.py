"""Carries news to open tabs: a room that a person has open is looked at once, and shown in each of their tabs."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

import reflex as rx
import structlog
from reflex.event import Event
from reflex.state import StateUpdate
from sqlalchemy.exc import SQLAlchemyError

from portrait_app.database.news import listen
from portrait_app.errors import SignedOut
from portrait_app.services import timing, watching
from portrait_app.web import house
from portrait_app.web.session import owner_of
from portrait_app.web.tab import browser_at, browser_of, token_behind
from portrait_app.web.tabs import View, tabs
from portrait_app.web.told import in_passing
from portrait_app.web.voice import said
from portrait_app.web.worn import Worn, put_on

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from uuid import UUID

    from reflex.app import App
    from reflex.event import EventSpec

    from portrait_app.domain.events import News, Noun
    from portrait_app.domain.happening import Happening
    from portrait_app.services.work import Work

log = structlog.get_logger()

# News come in bursts (eight portraits at a time): the first is shown at once, what is told within this together.
GATHER_S = 0.03
ASK_AGAIN_S = 600.0
TRY_AGAIN_S = 5.0


@dataclass(frozen=True)
class Found:
    """What a look at a room found for a person; `worn` only where it may have changed.

    `must_ask` is whether each tab is first asked if its session goes on.
    """

    owner_id: UUID
    view: View
    seen: Any
    worn: Worn | None
    must_ask: bool


@dataclass
class Due:
    """What waits to be shown to a person, and then to be said.

    Attributes:
        nouns: what changed; None for all of it, and every tab is first asked whether its session goes on.
        happenings: what to say in passing.
    """

    nouns: set[Noun] | None = field(default_factory=set["Noun"])
    happenings: list[Happening] = field(default_factory=list["Happening"])


class Room(rx.State, mixin=True):
    """What every live room does: it looks at its rows when entered, and again whenever some of them change.

    `_nouns` are what it shows; `_look` reads once for a person, however many tabs they have; `_show` puts what was
    seen into the tab's vars.
    """

    _nouns: ClassVar[frozenset[Noun]] = frozenset()

    @rx.event
    async def enter(self) -> None:
        """Show the room, and keep showing it while it is open. A page's `on_load`, also after a lost connection."""
        # Watch first, look second: what changes in between is shown twice rather than never.
        async with house.workshop().desk.for_person(await self._watch()) as work:
            self._show(await self._look(work))

    async def _watch(self) -> UUID:
        """Have news of the person behind this tab shown in it from now on; return the person."""
        owner_id = await owner_of(self)
        browser = browser_of(token_behind(str(self.router.headers.cookie or "")))
        tabs.watch(owner_id, self.router.session.client_token, self._view(), browser)
        async with house.workshop().desk.for_person(owner_id) as work:
            await watching.watch(work)
            worn = await Worn.by(work)
        await put_on(self, worn)
        return owner_id

    @classmethod
    def _view(cls) -> View:
        return View(cls, cls._nouns, cls._look, cls._show)

    @classmethod
    async def _look(cls, work: Work) -> Any:
        raise NotImplementedError

    def _show(self, seen: Any) -> None:
        raise NotImplementedError


@asynccontextmanager
async def carrying_news(app: App) -> AsyncGenerator[None]:
    """Hear what transactions told, and show it, until the block ends."""
    tasks = [asyncio.create_task(_carry_news(app)), asyncio.create_task(_say_who_watches(app))]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


async def _say_who_watches(app: App) -> None:
    """Have the jobs of whoever has a tab open asked about more often, and their time left shown anew."""
    while True:
        await asyncio.sleep(watching.SAY_AGAIN_S)
        for owner_id in tabs.people():
            if not tabs.showing(owner_id, browser_at(app)):
                continue
            try:
                async with house.workshop().desk.for_person(owner_id) as work:
                    await watching.watch(work)
                    await timing.run_down(work)
            except SQLAlchemyError:  # the database is away: its news are late as well
                log.warning("live.not_watching")


async def _carry_news(app: App) -> None:
    waiting: dict[UUID, Due] = {}
    is_waiting = asyncio.Event()
    shower = asyncio.create_task(_show_what_waits(app, waiting, is_waiting))
    asker = asyncio.create_task(_ask_again(waiting, is_waiting))
    try:
        async for news in listen(house.workshop().address):
            _note(waiting, news)
            is_waiting.set()
    finally:
        shower.cancel()
        asker.cancel()


async def _say(app: App, owner_id: UUID, happening: Happening) -> None:
    """Say in each of the person's tabs what happened."""
    for open_tabs in tabs.showing(owner_id, browser_at(app)).values():
        for tab in open_tabs:
            await _send(app, tab, in_passing(happening))


async def _send(app: App, tab: str, event: EventSpec) -> None:
    if app.event_namespace is not None:
        await app.event_namespace.emit_update(StateUpdate(events=Event.from_event_type(event)), tab)


def _note(waiting: dict[UUID, Due], news: News | None) -> None:
    """Add news to what waits to be shown; None stands for everything of everybody, since some may have been missed."""
    if news is None:
        for owner_id in tabs.people():
            waiting.setdefault(owner_id, Due()).nouns = None
        return
    due = waiting.setdefault(news.owner_id, Due())
    if due.nouns is not None:
        due.nouns.add(news.noun)
    if news.happening is not None:
        due.happenings.append(news.happening)


async def _ask_again(waiting: dict[UUID, Due], is_waiting: asyncio.Event) -> None:
    """Look at every open tab from time to time: a session that runs out tells nobody."""
    while True:
        await asyncio.sleep(ASK_AGAIN_S)
        _note(waiting, None)
        is_waiting.set()


async def _show_what_waits(app: App, waiting: dict[UUID, Due], is_waiting: asyncio.Event) -> None:
    while True:
        await is_waiting.wait()
        is_waiting.clear()
        now_due = dict(waiting)
        waiting.clear()
        for owner_id, due in now_due.items():
            try:
                await _show(app, owner_id, due.nouns)
                while due.happenings:  # said last: tabs whose session has ended are forgotten by now
                    await _say(app, owner_id, due.happenings.pop(0))
            except Exception:
                log.exception("live.failed")
                again = waiting.setdefault(owner_id, Due())
                again.nouns = None  # it may have been a sign-out: every tab is asked first
                again.happenings[:0] = due.happenings
                asyncio.get_running_loop().call_later(TRY_AGAIN_S, is_waiting.set)
        await asyncio.sleep(GATHER_S)


async def _show(app: App, owner_id: UUID, nouns: set[Noun] | None) -> None:
    # A sign-out is news of the account: tabs whose session has ended show nothing more, also what they showed before.
    must_ask_again = nouns is None or "account" in nouns
    for view, open_tabs in tabs.showing(owner_id, browser_at(app)).items():
        if nouns is not None and not must_ask_again and not nouns & view.nouns:
            continue
        try:
            async with house.workshop().desk.for_person(owner_id) as work:
                seen = await view.look(work)
                worn = await Worn.by(work) if must_ask_again or "asset" in (nouns or ()) else None
        except SignedOut:  # they have left; their tabs were led away when their sessions ended
            continue
        shown = (_show_in(app, tab, Found(owner_id, view, seen, worn, must_ask_again)) for tab in open_tabs)
        await asyncio.gather(*shown)


async def _show_in(app: App, tab: str, found: Found) -> None:
    """Show a room in one tab, and what is worn: unless its session has ended meanwhile."""
    async with app.modify_state(rx.BaseStateToken(ident=tab, cls=found.view.room)) as root:
        room = await root.get_state(found.view.room)
        if found.must_ask and not await _is_behind(found.owner_id, room):
            tabs.forget(found.owner_id, tab)
            room.reset()
        else:
            found.view.show(room, found.seen)
            if found.worn is not None:
                await put_on(room, found.worn)
            return
    await _send(app, tab, said(SignedOut("session ended")))


async def _is_behind(owner_id: UUID, room: Any) -> bool:
    """Whether this person is still signed in in the tab."""
    try:
        return await owner_of(room, is_used=False) == owner_id
    except SignedOut:
        return False
