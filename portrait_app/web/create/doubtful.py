"""Orders of portraits in doubt, or that were: what happened, what is safe, and the way to order them anew."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from portrait_app.domain.generation import Loss
from portrait_app.domain.styles import STYLES
from portrait_app.services.generations import TRIED_AGAIN
from portrait_app.services.progress import IN_DOUBT
from portrait_app.services.strays import NOTHING_AFTER_ALL
from portrait_app.web import ui

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from uuid import UUID

    import reflex as rx
    from reflex.vars import ObjectVar

    from portrait_app.domain.generation import Asset
    from portrait_app.web.ui import Act


_WORDS = {Loss.IN_DOUBT: ("In doubt", IN_DOUBT), Loss.NEVER_TAKEN: ("Never ordered", NOTHING_AFTER_ALL)}


@dataclass(frozen=True)
class Doubtful:
    """Orders in doubt, or that were. `headline` says of what, `hint` what happened and what is safe.

    `loss` is what they have in common, by which they are ordered anew together.
    """

    loss: str
    headline: str
    hint: str


def in_doubt(rows: Iterable[Asset], *losses: Loss) -> list[UUID]:
    """Return the orders of those of which nobody can say whether the engine took them, or could not for a while."""
    return list(dict.fromkeys(row.generation_id for row in rows if row.loss in (losses or TRIED_AGAIN)))


def doubtful_of(rows: Sequence[Asset]) -> list[Doubtful]:
    """Cut the orders in doubt among these portraits: what is said of all is said once."""
    found: list[Doubtful] = []
    for loss, (word, hint) in _WORDS.items():
        counted = Counter(row.style for row in rows if row.loss == loss)
        if counted:
            found.append(Doubtful(loss.value, f"{word}: {_listed(counted)}", hint))
    return found


def doubtful_notice(orders: ObjectVar[Doubtful], on_try_again: Act) -> rx.Component:
    """Say what happened and what is safe; to order it anew is the person's own decision."""
    return ui.notice(orders.headline, orders.hint, ui.button("Try again", on_click=on_try_again), kind="care")


def _listed(counted: Counter[str]) -> str:
    """Say how many of which: "4 portraits in Oil, 2 in Noir"."""
    (first, count), *others = counted.items()
    what = f"{count} {'portrait' if count == 1 else 'portraits'} in {_title(first)}"
    return ", ".join([what, *(f"{number} in {_title(style)}" for style, number in others)])


def _title(style: str) -> str:
    return STYLES[style].title if style in STYLES else style
