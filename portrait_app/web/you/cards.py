"""Frozen cuts of rows, as the person's own room shows them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from portrait_app.domain.clock import now
from portrait_app.domain.order import OrderKind
from portrait_app.services.devices import in_words
from portrait_app.web.you import words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from portrait_app.database.accounts import HouseDoubt, Usage, Waiting
    from portrait_app.domain.account import Invite, Session


@dataclass(frozen=True)
class SessionCard:
    """One browser that is signed in."""

    id: str
    device: str
    used: str
    is_this_one: bool


@dataclass(frozen=True)
class WaitingCard:
    """Somebody who waits to be let in; `since` is ISO 8601."""

    id: str
    name: str
    email: str
    since: str


@dataclass(frozen=True)
class InviteCard:
    """An invitation that nobody has used yet; both moments are ISO 8601."""

    id: str
    since: str
    until: str


@dataclass(frozen=True)
class Figure:
    """A line with a value at its end."""

    name: str
    value: str


@dataclass(frozen=True)
class Count:
    """A line with a number at its end."""

    name: str
    value: int


def session_cards(sessions: Iterable[Session], this_one: str) -> list[SessionCard]:
    """Say each in plain words, this browser's first."""
    moment = now()
    cards = [
        SessionCard(str(each.id), in_words(each.device), words.used(moment - each.seen_at), str(each.id) == this_one)
        for each in sessions
    ]
    return sorted(cards, key=lambda card: not card.is_this_one)


def waiting_cards(waiting: Sequence[Waiting]) -> tuple[list[WaitingCard], int]:
    """Say who waits, the longest first, and how many more do."""
    cards = [WaitingCard(str(each.id), each.name, each.email, each.since.isoformat()) for each in waiting]
    return cards, waiting[0].of_all - len(cards) if waiting else 0


def invite_cards(invites: Iterable[Invite]) -> list[InviteCard]:
    """Say when each was made and when it runs out: its link is known nowhere any more."""
    return [InviteCard(str(each.id), each.created_at.isoformat(), each.expires_at.isoformat()) for each in invites]


def usage_counts(usage: Usage | None) -> list[Count]:
    """Say how much the house is used; nothing when it isn't for the asker to know."""
    if usage is None:
        return []
    return [
        Count("Accounts", usage.accounts),
        Count("Here this week", usage.active),
        Count("Face models", usage.trainings),
        Count("Portraits", usage.portraits),
    ]


def doubt_figures(doubts: Iterable[HouseDoubt]) -> list[Figure]:
    """Say of which orders nobody can say whether the engine took them, and what to look for there."""
    what = {OrderKind.TRAINING: "A training", OrderKind.PREDICTION: "An order of portraits"}
    return [
        Figure(f"{what[OrderKind(each.kind)]} is in doubt", f"{each.doubt[:1].upper()}{each.doubt[1:]}.")
        for each in doubts
    ]


def health_figures(parts: Mapping[str, bool]) -> list[Figure]:
    """Say which parts of the house answer."""
    return [Figure(part.capitalize(), "Answers" if is_up else "Doesn't answer") for part, is_up in parts.items()]
