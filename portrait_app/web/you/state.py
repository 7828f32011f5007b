"""What one tab shows of the person's account, and the look they choose."""

from dataclasses import dataclass
from typing import ClassVar

import reflex as rx
from reflex.event import EventSpec

from portrait_app.database.accounts import Usage, Waiting
from portrait_app.domain.account import Invite, Session
from portrait_app.domain.events import Noun
from portrait_app.domain.look import Look
from portrait_app.domain.rows import identified
from portrait_app.services import accounts, addresses, admitting, invites, limits, sessions, ways
from portrait_app.services.complaints import WrongInput
from portrait_app.services.ways import Ways
from portrait_app.services.work import Work
from portrait_app.web import house, ui
from portrait_app.web.live import Room
from portrait_app.web.session import someone_of, work_for
from portrait_app.web.you.cards import (
    Count,
    Figure,
    InviteCard,
    SessionCard,
    WaitingCard,
    doubt_figures,
    health_figures,
    invite_cards,
    session_cards,
    usage_counts,
    waiting_cards,
)
from portrait_app.web.you.keys import Offer, WayCard, offers, steps_said, way_cards
from portrait_app.web.you.words import engine

NAME_SHEET, NAME_FIELD = "change-name", "your-name"
INVITE_SHEET = "invite"


@dataclass(frozen=True)
class Seen:
    """What a look at the room finds."""

    name: str
    email: str
    look: Look
    selfies: int
    portraits: tuple[int, int]
    engine: str
    is_confirmed: bool
    sends_mail: bool
    sessions: tuple[Session, ...]
    ways: Ways
    usage: Usage | None
    waiting: tuple[Waiting, ...]
    invites: tuple[Invite, ...]


class YouState(Room, rx.State):
    """The person's own room: who they are, how the studio looks, what is kept.

    `theme` and `hue` are what this tab's controls begin with: the page follows the finger by itself, and they change
    only when the look was changed somewhere else, so that no control is redrawn under the finger.
    """

    _nouns: ClassVar[frozenset[Noun]] = frozenset({"account", "selfie", "asset"})
    _worn: Look = Look()
    _session: str = ""

    is_here: rx.Field[bool] = rx.field(False)
    name: rx.Field[str] = rx.field("")
    email: rx.Field[str] = rx.field("")
    name_trouble: rx.Field[str] = rx.field("")
    theme: rx.Field[str] = rx.field("auto")
    hue: rx.Field[int] = rx.field(Look().hue)
    selfies: rx.Field[int] = rx.field(0)
    portraits: rx.Field[int] = rx.field(0)
    portrait_bytes: rx.Field[int] = rx.field(0)
    engine: rx.Field[str] = rx.field("")
    is_confirmed: rx.Field[bool] = rx.field(True)
    sends_mail: rx.Field[bool] = rx.field(True)
    sessions: rx.Field[list[SessionCard]] = rx.field(default_factory=list)
    has_password: rx.Field[bool] = rx.field(True)
    two_steps: rx.Field[str] = rx.field("")
    ways: rx.Field[list[WayCard]] = rx.field(default_factory=list)
    offers: rx.Field[list[Offer]] = rx.field(default_factory=list)
    is_operator: rx.Field[bool] = rx.field(False)
    takes_invites: rx.Field[bool] = rx.field(False)
    invites: rx.Field[list[InviteCard]] = rx.field(default_factory=list)
    invite_link: rx.Field[str] = rx.field("")
    usage: rx.Field[list[Count]] = rx.field(default_factory=list)
    waiting: rx.Field[list[WaitingCard]] = rx.field(default_factory=list)
    more_waiting: rx.Field[int] = rx.field(0)
    health: rx.Field[list[Figure]] = rx.field(default_factory=list)
    not_offered: rx.Field[list[str]] = rx.field(default_factory=list)
    doubts: rx.Field[list[Figure]] = rx.field(default_factory=list)

    @rx.event
    async def enter(self) -> None:
        """Show the room, and which of the person's sessions is this browser's."""
        await self._watch()
        self._session = str((await someone_of(self)).session_id)
        async with work_for(self) as work:
            self._show(await self._look(work))

    @rx.event
    async def end_session(self, session_id: str) -> None:
        """Sign another browser out, also where it stands open."""
        async with work_for(self) as work:
            await sessions.end(work, identified(session_id))
            self._show(await self._look(work))

    @rx.event
    async def end_other_sessions(self) -> EventSpec:
        """Sign every other browser out."""
        someone = await someone_of(self)
        async with work_for(self) as work:
            await sessions.end_all(work, but=someone.session_id)
            self._show(await self._look(work))
        return ui.toast.show("Signed out everywhere else", kind="good")

    @rx.event
    async def send_confirmation(self) -> EventSpec:
        """Send the link that confirms the address once more."""
        owner_id = (await someone_of(self)).owner_id
        await limits.take(house.workshop().desk, limits.MAIL_OF_PERSON, str(owner_id))
        async with work_for(self) as work:
            await addresses.ask_for_confirmation(work)
        made = "on its way" if house.workshop().settings.confirms_addresses else "made"
        return ui.toast.show(f"The link is {made}", "It works once, for ten minutes.", kind="good")

    @rx.event
    async def invite(self) -> EventSpec:
        """Make a link with which somebody can sign up."""
        async with work_for(self) as work:
            token = await invites.invite(work)
        self.invite_link = f"{house.workshop().settings.public_url}/auth/sign-up?invite={token}"
        return ui.open_sheet(INVITE_SHEET)

    @rx.event
    async def check_health(self) -> None:
        """Ask every part of the house whether it answers, and what is in doubt; the operator's question."""
        async with work_for(self) as work:
            is_operator = await work.accounts.is_operator()
            self.doubts = doubt_figures(await work.accounts.doubts())
        self.health = health_figures(await house.workshop().health()) if is_operator else []
        self.not_offered = house.workshop().offers.troubles() if is_operator else []

    @rx.event
    async def change_name(self, form: dict[str, str]) -> EventSpec | None:
        """Save what the person wants to be called; what is wrong with it is said beside its field."""
        try:
            async with work_for(self) as work:
                await accounts.rename(work, form.get(NAME_FIELD, ""))
                self._show(await self._look(work))
        except WrongInput as error:
            self.name_trouble = error.fields["name"]
            return None
        self.name_trouble = ""
        return ui.close_sheet(NAME_SHEET)

    @rx.event
    async def choose_theme(self, theme: str) -> None:
        """Save light, dark or auto; the page wears it already."""
        await self._save(Look(theme, self._worn.hue))
        self.theme = theme

    @rx.event
    async def choose_hue(self, hue: float) -> None:
        """Save the accent, as the slider or a preset sends it; the page wears it already."""
        await self._save(Look(self._worn.theme, round(hue)))

    @classmethod
    async def _look(cls, work: Work) -> Seen:
        account = await work.accounts.mine()
        sends_mail = house.workshop().settings.confirms_addresses
        return Seen(
            name=account.name,
            email=account.email,
            look=Look.of(account.look),
            selfies=await work.selfies.shown(),
            portraits=await work.assets.kept(),
            engine=engine(house.workshop().settings),
            is_confirmed=account.verified_at is not None,
            sends_mail=sends_mail,
            sessions=await sessions.living(work),
            ways=await ways.of(work),
            usage=await work.accounts.usage(),
            waiting=() if sends_mail else tuple(await admitting.who_waits(work)),  # else for nobody but themselves
            invites=tuple(await invites.open_ones(work)),
        )

    def _show(self, seen: Seen) -> None:
        self.name, self.email = seen.name, seen.email
        self.selfies = seen.selfies
        self.portraits, self.portrait_bytes = seen.portraits
        self.engine, self.is_confirmed, self.sends_mail = seen.engine, seen.is_confirmed, seen.sends_mail
        self.sessions = session_cards(seen.sessions, self._session)
        providers = house.workshop().settings.providers
        self.has_password = seen.ways.has_password
        self.two_steps = steps_said(seen.ways, is_of_all=house.workshop().desk.asks_two_steps)
        self.ways, self.offers = way_cards(seen.ways, providers), offers(seen.ways, providers)
        self.is_operator, self.usage = seen.usage is not None, usage_counts(seen.usage)
        self.waiting, self.more_waiting = waiting_cards(seen.waiting)
        self.invites = invite_cards(seen.invites)
        self.takes_invites = house.workshop().settings.sign_up == "invite"
        if not self.is_here or seen.look != self._worn:
            self._worn = seen.look
            self.theme, self.hue = seen.look.theme, seen.look.hue
        self.is_here = True

    async def _save(self, look: Look) -> None:
        async with work_for(self) as work:
            await accounts.change_look(work, look)
        self._worn = look
