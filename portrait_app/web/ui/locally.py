"""Dates, times and numbers in the person's own language, written by the browser (assets/js/early.js) and nowhere else.

Only the browser knows its time zone and what its device is set to; what was chosen it has in the cookie `look` before
the first paint. The words around them stay English, and so does the order in which they stand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import reflex as rx
from reflex_components_core.el.elements.base import BaseHTML

if TYPE_CHECKING:
    from portrait_app.web.ui.kinds import Amount, Words

# It has written itself before React comes to a page that was built with a value: React leaves what is inside alone.
_WRITES_ITSELF = {"suppressHydrationWarning": True, "dangerouslySetInnerHTML": {"__html": ""}}

Way = Literal["date", "short", "day", "time", "number", "percent", "size", "words"]


class SaidLocally(BaseHTML):
    """An element that writes its own text, and writes it anew when another language is chosen."""

    tag = "said"  # Reflex names a component of its own after it, which can't have a dash
    alias = "said-locally"


def date(at: Words) -> rx.Component:
    """Write a day in full; `at` is ISO 8601."""
    return rx.el.time(_said(at, "date"), date_time=at)


def short_date(at: Words) -> rx.Component:
    """Write a day as short as it can be with its year."""
    return rx.el.time(_said(at, "short"), date_time=at)


def day(at: Words) -> rx.Component:
    """Write a day in short, without its year."""
    return rx.el.time(_said(at, "day"), date_time=at)


def time(at: Words) -> rx.Component:
    """Write a time of day, in the device's own zone."""
    return rx.el.time(_said(at, "time"), date_time=at)


def number(value: Amount) -> rx.Component:
    """Write a number."""
    return _said(value, "number")


def percent(value: Amount) -> rx.Component:
    """Write a share of 100."""
    return _said(value, "percent")


def size(count: Amount) -> rx.Component:
    """Write how much room so many bytes take, in steps of 1,000."""
    return _said(count, "size")


def words(sentence: Words) -> rx.Component:
    """Write an English sentence with each whole number in it the person's own way.

    No name may be in it: "Ada 2026" is no number.
    """
    return _said(sentence, "words")


def _said(value: Words | Amount, way: Way) -> rx.Component:
    return SaidLocally.create(custom_attrs={"value": value, "as": way, **_WRITES_ITSELF})
