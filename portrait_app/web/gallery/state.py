"""What one tab shows of the gallery, and what it asks for."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

import reflex as rx
from reflex.event import EventSpec

from portrait_app.domain.events import Noun
from portrait_app.domain.rows import identified, new_id
from portrait_app.domain.styles import STYLES
from portrait_app.errors import NotFound
from portrait_app.services import gallery, preferences, trash
from portrait_app.services.gallery import PAGE, Filters, Page
from portrait_app.services.work import Work
from portrait_app.web import live, ui
from portrait_app.web.gallery import scripts
from portrait_app.web.gallery.cards import Option, Portrait, cut
from portrait_app.web.session import work_for


@dataclass(frozen=True)
class Newest:
    """The newest page without any filter, read once for all tabs of a person."""

    page: Page
    portraits: list[Portrait]


class GalleryState(live.Room, rx.State):
    """The gallery of one tab: `newest`, which news may change, and below it the `older` ones that were paged.

    News must not make the list jump: what is new comes in at the head, and what was paged stays.
    """

    _nouns: ClassVar[frozenset[Noun]] = frozenset({"asset", "generation"})
    _known_until: str = ""  # as an id: what is newer than this has not been read yet

    is_here: rx.Field[bool] = rx.field(False)
    newest: rx.Field[list[Portrait]] = rx.field(default_factory=list)
    older: rx.Field[list[Portrait]] = rx.field(default_factory=list)
    next_page: rx.Field[str] = rx.field("")
    models: rx.Field[list[Option]] = rx.field(default_factory=list)
    is_learning: rx.Field[bool] = rx.field(False)
    model: rx.Field[str] = rx.field("")
    style: rx.Field[str] = rx.field("")
    is_selecting: rx.Field[bool] = rx.field(False)

    @rx.event
    async def enter(self) -> EventSpec | None:
        """Show the gallery as far down as it was, or down to the portrait that the address names with `open`."""
        await self._watch()
        self.is_selecting = False
        wanted = _wanted(self.router.url.query_parameters.get("open", ""))
        if wanted is not None:
            self.model = self.style = ""
        async with work_for(self) as work:
            await self._read(work, [wanted, *(UUID(portrait.id) for portrait in (*self.newest, *self.older)[-1:])])
        return scripts.show(wanted) if wanted is not None else None

    @rx.event
    async def show_more(self) -> None:
        """Show the next page below what is there."""
        if not self.next_page:
            return
        async with work_for(self) as work:
            page = await gallery.page(work, before=UUID(self.next_page), filters=self._filters())
            self.older = [*self.older, *cut(await work.links(), page.portraits, await work.trainings.ready())]
        self.next_page = _text(page.before)

    @rx.event
    async def choose_model(self, value: str) -> None:
        """Narrow the gallery to one face model, or to none."""
        self.model = str(identified(value)) if value else ""
        await self._begin_again()

    @rx.event
    async def choose_style(self, value: str) -> None:
        """Narrow the gallery to one style, or to none."""
        if value and value not in STYLES:
            raise NotFound("no such style")
        self.style = value
        await self._begin_again()

    @rx.event
    async def show_all(self) -> None:
        """Take the filters away."""
        self.model = self.style = ""
        await self._begin_again()

    @rx.event
    def select(self) -> None:
        """Let several be chosen."""
        self.is_selecting = True

    @rx.event
    def stop_selecting(self) -> None:
        """Let them be opened again."""
        self.is_selecting = False

    @rx.event
    async def delete(self, portrait_id: str) -> EventSpec:
        """Put a portrait into the Trash."""
        return await self._put_away([identified(portrait_id)])

    @rx.event
    async def delete_chosen(self, form: dict[str, str]) -> EventSpec:
        """Put the chosen portraits into the Trash: each is named by its id in the form."""
        told = await self._put_away([identified(portrait_id) for portrait_id in form])
        self.is_selecting = False
        return told

    @rx.event
    async def restore(self, portrait_ids: list[str]) -> None:
        """Bring portraits back that have just been put away, each to its place."""
        async with work_for(self) as work:
            await trash.restore_portraits(work, [identified(portrait_id) for portrait_id in portrait_ids])
            await self._read(work, [UUID(portrait.id) for portrait in (*self.newest, *self.older)[-1:]])

    @rx.event
    async def use_as_my_picture(self, portrait_id: str) -> EventSpec:
        """Have the person wear a portrait."""
        async with work_for(self) as work:
            await preferences.wear(work, identified(portrait_id))
        return ui.toast.show("This is your picture now", "You can choose another under You.", kind="good")

    @classmethod
    async def _look(cls, work: Work) -> Newest:
        page = await gallery.page(work)
        return Newest(page, cut(await work.links(), page.portraits, await work.trainings.ready()))

    def _show(self, seen: Newest) -> None:
        """Take in what changed among the newest, under this tab's filters."""
        filters, reach = self._filters(), _text(seen.page.before)
        rows = zip(seen.page.portraits, seen.portraits, strict=True)
        fresh = [portrait for row, portrait in rows if filters.fits(row)]
        if reach > self._known_until:
            # More is new than a page holds, so there is a gap below it: the list begins again from here.
            self.newest, self.older, self.next_page = fresh, [], reach
        else:
            self.newest = [*fresh, *(portrait for portrait in self.newest if portrait.id < reach)]
            if any(portrait.id >= reach for portrait in self.older):
                self.older = [portrait for portrait in self.older if portrait.id < reach]
            self.next_page = min(self.next_page, reach)  # after deletions the newest page reaches deeper than before
        self._known_until = str(new_id())

    async def _put_away(self, ids: list[UUID]) -> EventSpec:
        async with work_for(self) as work:
            gone = {str(each) for each in await trash.put_portraits(work, ids)}
        self.newest = [portrait for portrait in self.newest if portrait.id not in gone]
        self.older = [portrait for portrait in self.older if portrait.id not in gone]
        headline = "Portrait deleted" if len(gone) == 1 else f"{len(gone)} portraits deleted"
        undo = GalleryState.restore(sorted(gone))  # pyright: ignore[reportCallIssue] -- an event is called without self
        return ui.toast.show(headline, "In the Trash for 30 days.", undo=undo)

    async def _begin_again(self) -> None:
        async with work_for(self) as work:
            await self._read(work, [])

    async def _read(self, work: Work, depths: list[UUID | None]) -> None:
        """Read the list from its head down to the deepest of these portraits, or one page."""
        models = await work.trainings.ready()
        if self.model not in {str(model.id) for model in models}:
            self.model = ""  # it was deleted, or somebody else signed in
        self._known_until = str(new_id())
        oldest = min((depth for depth in depths if depth is not None), default=None)
        if oldest is None:
            page = await gallery.page(work, filters=self._filters())
        else:
            page = await gallery.page_down_to(work, oldest, filters=self._filters())
        portraits = cut(await work.links(), page.portraits, models)
        self.newest, self.older, self.next_page = portraits[:PAGE], portraits[PAGE:], _text(page.before)
        self.models = [Option(str(model.id), model.name) for model in models]
        self.is_learning = not portraits and any(not row.status.is_final for row in await work.trainings.started())
        self.is_here = True

    def _filters(self) -> Filters:
        return Filters(UUID(self.model) if self.model else None, self.style or None)


def _text(portrait_id: UUID | None) -> str:
    """Write an id as text, whose order is that of time; nothing is before every id."""
    return str(portrait_id) if portrait_id else ""


def _wanted(text: str) -> UUID | None:
    try:
        return identified(text)
    except NotFound:
        return None
