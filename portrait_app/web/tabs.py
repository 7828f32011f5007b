"""What each person has open, and in which tabs of this process."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from uuid import UUID

    from portrait_app.domain.events import Noun
    from portrait_app.services.work import Work
    from portrait_app.web.live import Room


@dataclass(frozen=True)
class View:
    """How a room is looked at and shown, taken from its class: a State's own methods would be events.

    Attributes:
        room: the state's class.
        nouns: what it shows.
        look: reads what is to be shown, once for a person.
        show: puts what was seen into the vars of one tab's state.
    """

    room: type[Room]
    nouns: frozenset[Noun]
    look: Callable[[Work], Awaitable[Any]]
    show: Callable[[Any, Any], None]


class Tabs:
    """What each person has open, and in which tabs of this process."""

    def __init__(self) -> None:
        self._views: dict[UUID, dict[str, tuple[View, str]]] = defaultdict(dict)

    def watch(self, owner_id: UUID, tab: str, view: View, browser: str) -> None:
        """Note what a tab shows; a tab shows one room at a time, of the person who signed in there last.

        Args: browser: whose session it was opened with (`web/tab`).
        """
        for views in self._views.values():
            views.pop(tab, None)
        self._views[owner_id][tab] = view, browser

    def showing(self, owner_id: UUID, browser_at: Callable[[str], str | None]) -> dict[View, list[str]]:
        """Return the person's connected tabs by what they show, and forget the others.

        Args: browser_at: the session at a tab's socket, None when it has none. Whoever knows a tab's name may open a
            socket in that name: it hears nothing unless the session is the one that the tab was opened with.
        """
        mine = self._views.get(owner_id, {})
        for gone in [tab for tab, (_, browser) in mine.items() if browser_at(tab) != browser]:
            del mine[gone]
        if not mine:
            self._views.pop(owner_id, None)
        found: dict[View, list[str]] = defaultdict(list)
        for tab, (view, _) in mine.items():
            found[view].append(tab)
        return found

    def forget(self, owner_id: UUID, tab: str) -> None:
        """Have a tab hear nothing more of this person."""
        self._views.get(owner_id, {}).pop(tab, None)

    def people(self) -> list[UUID]:
        """Return whoever has a tab open."""
        return list(self._views)


tabs = Tabs()
