"""Who is behind a tab, asked of the database anew at every event: a socket may outlive its session."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from portrait_app.errors import SignedOut
from portrait_app.services import sessions
from portrait_app.services.cookie import cookie_name, token_in
from portrait_app.web import house

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from uuid import UUID

    import reflex as rx

    from portrait_app.services.sessions import Someone
    from portrait_app.services.work import Work


async def owner_of(state: rx.State, *, is_used: bool = True) -> UUID:
    """Return the person behind the tab whose event this is, or which is only shown something (not `is_used`).

    Raises:
        SignedOut: there is none, or their session has ended.
    """
    return (await someone_of(state, is_used=is_used)).owner_id


async def someone_of(state: rx.State, *, is_used: bool = True) -> Someone:
    """Return the person behind the tab whose event this is, and their session.

    Raises:
        SignedOut: there is none, or their session has ended.
    """
    workshop = house.workshop()
    name = cookie_name(is_https=workshop.settings.is_https)
    token = token_in(str(state.router.headers.cookie or ""), name)
    someone = await sessions.who(workshop.desk, token, is_used=is_used)
    if someone is None:
        raise SignedOut("event without a session")
    return someone


@asynccontextmanager
async def work_for(state: rx.State) -> AsyncGenerator[Work]:
    """Begin the work of one event, in the name of the person behind the tab: one event, one transaction."""
    async with house.workshop().desk.for_person(await owner_of(state)) as work:
        yield work
