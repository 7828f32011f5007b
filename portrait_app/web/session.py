"""Who is behind a tab, asked of the database anew at every event: a socket may outlive its session."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from portrait_app.errors import SignedOut
from portrait_app.services import accounts
from portrait_app.services.cookie import token_in
from portrait_app.web import house

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from uuid import UUID

    import reflex as rx

    from portrait_app.services.work import Work


async def owner_of(state: rx.State) -> UUID:
    """Return the person behind the tab whose event this is.

    Raises:
        SignedOut: there is none, or their session has ended.
    """
    someone = await accounts.who(house.workshop().desk, token_in(str(state.router.headers.cookie or "")))
    if someone is None:
        raise SignedOut("event without a session")
    return someone.owner_id


@asynccontextmanager
async def work_for(state: rx.State) -> AsyncGenerator[Work]:
    """Begin the work of one event, in the name of the person behind the tab: one event, one transaction."""
    async with house.workshop().desk.for_person(await owner_of(state)) as work:
        yield work
