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
    from collections.abc import Iterable

    import reflex as rx
    from reflex.vars import ObjectVar

    from portrait_app.domain.generation import Asset
    from portrait_app.web.ui import Act


@dataclass(frozen=True)
class Doubtful:
    """One order in doubt, or that was. `headline` says of what, `hint` what happened and what is safe."""

    id: str
    headline: str
    hint: str


def in_doubt(rows: Iterable[Asset]) -> list[Asset]:
    """Return those of which nobody can say whether the engine took their order, or could not for a while."""
    return [row for row in rows if row.loss in TRIED_AGAIN]


def doubtful_of(rows: Iterable[Asset]) -> list[Doubtful]:
    """Cut the orders in doubt among these portraits."""
    counted = Counter((str(row.generation_id), row.style, row.loss == Loss.IN_DOUBT) for row in in_doubt(rows))
    return [_doubtful(*order, count) for order, count in counted.items()]


def doubtful_notice(order: ObjectVar[Doubtful], on_try_again: Act) -> rx.Component:
    """Say what happened and what is safe; to order it anew is the person's own decision."""
    again = ui.button("Try again", on_click=on_try_again, aria_label=f"Try again: {order.headline}")
    return ui.notice(order.headline, order.hint, again, kind="care")


def _doubtful(order_id: str, style: str, is_in_doubt: bool, count: int) -> Doubtful:
    title = STYLES[style].title if style in STYLES else style
    what = f"{count} {'portrait' if count == 1 else 'portraits'} in {title}"
    if is_in_doubt:
        return Doubtful(order_id, f"In doubt: {what}", IN_DOUBT)
    return Doubtful(order_id, f"Never ordered: {what}", NOTHING_AFTER_ALL)
