"""The one voice in which something that went wrong is told to the person."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from portrait_app.database.failures import foreseen, rows_folder
from portrait_app.errors import PortraitError, SignedOut
from portrait_app.services.fresh import NotFresh
from portrait_app.web import house
from portrait_app.web.ui.script import perform
from portrait_app.web.ui.toast import show

if TYPE_CHECKING:
    from reflex.event import EventSpec

log = structlog.get_logger()


class Unexpected(PortraitError):
    """Something failed that we did not foresee: it is in the log, and the person is told as much as helps them."""

    headline = "That didn't work, and it's our fault"
    hint = "What you saved is safe. Please try again in a moment."


def said(error: PortraitError) -> EventSpec:
    """Return the event that tells the person of an error, or brings them to the sign-in page when they need it."""
    if isinstance(error, SignedOut):
        # In this tab: Reflex's own redirect to what is none of its pages opens another one, which browsers block.
        return perform("page.toSignIn")
    if isinstance(error, NotFresh):  # the sign-in page says why, and leads back
        return perform("page.toSignIn", type(error).__name__)
    return show(error.headline, error.hint)


def backend_exception_handler(exception: Exception) -> EventSpec:
    """Tell the person of whatever a State's event handler raised."""
    if isinstance(exception, PortraitError):
        log.info("event.refused", why=type(exception).__name__, detail=str(exception))
        return said(exception)
    log.error("event.failed", exc_info=exception)
    return said(foreseen(exception, rows_folder(house.workshop().settings)) or Unexpected())
