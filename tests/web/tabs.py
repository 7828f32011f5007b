"""A browser tab without a browser: a State with the cookie of whoever is signed in there, and its events by name."""

from __future__ import annotations

import inspect
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, TypeVar, cast

import reflex as rx
from reflex.istate.data import RouterData

from portrait_app.domain.catalogue import TRAINERS
from portrait_app.services.offers import Offers
from portrait_app.settings import Settings
from portrait_app.web import house as web_house
from portrait_app.web.arguments import require_understood
from tests.builders import PASSWORD
from tools import newcomers

if TYPE_CHECKING:
    from portrait_app.adapters.replicate.gateway import Gateway
    from portrait_app.services.sessions import SignedIn
    from portrait_app.wiring import Workshop
    from tests.builders import House

AnyState = TypeVar("AnyState", bound=rx.State)


def move_in(house: House, **variables: str) -> None:
    """Let the web floor stand in this house, with these settings of its own."""
    settings = Settings.model_validate({"REPLICATE_API_TOKEN": None, **variables})
    # The engine was never asked, so training is offered.
    offers = Offers(cast("Gateway", house.engine), TRAINERS[settings.trainer], house.desk)
    web_house.move_in(cast("Workshop", SimpleNamespace(desk=house.desk, settings=settings, offers=offers)))


async def signed_up(house: House, name: str) -> SignedIn:
    """Somebody new, with the token of their browser's cookie."""
    email = f"{name.split(maxsplit=1)[0].lower()}@example.com"
    who = await newcomers.signs_up(house.desk, name=name, email=email, password=PASSWORD, device="test")
    await house.agree(who.owner_id)
    return who


async def tab_of(room: type[AnyState], token: str, address: str = "/") -> AnyState:
    """Open a room in a new tab of the browser with this cookie."""
    root = rx.State(_reflex_internal_init=True)  # pyright: ignore[reportCallIssue] -- how Reflex itself makes one
    goes_to(root, token, address)
    return await root.get_state(room)


def goes_to(state: rx.State, token: str, address: str) -> None:
    """Let a tab show another address."""
    headers = {"cookie": f"session={token}", "origin": "http://house"}
    state.router = RouterData.from_router_data({"token": "tab", "headers": headers, "asPath": address})


async def happens(state: rx.State, event: str, *arguments: Any) -> list[Any]:
    """Let the browser send an event; return what it is told to do."""
    handler = getattr(type(state), event).fn
    _, *names = inspect.signature(handler).parameters
    require_understood(handler, dict(zip(names, arguments, strict=False)))
    answer = handler(state, *arguments)
    if hasattr(answer, "__aiter__"):
        return [told async for told in answer]
    return [await answer if inspect.isawaitable(answer) else answer]
