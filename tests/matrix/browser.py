"""A browser at the socket without one: its tabs send events as any browser may, and all they are told is kept."""

from __future__ import annotations

import inspect
import itertools
from functools import cache
from typing import TYPE_CHECKING, Any

from reflex.event import Event
from reflex.istate.manager.memory import StateManagerMemory
from reflex.istate.manager.token import BaseStateToken
from reflex.state import State
from reflex_base.event.processor import BaseStateEventProcessor
from reflex_base.registry import RegistrationContext
from reflex_base.utils.format import json_dumps

from portrait_app.portrait_app import app

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reflex.state import BaseState

_tabs = itertools.count(1)
STATES = StateManagerMemory()
"""What every tab holds, in one process."""


def handlers() -> dict[str, list[str]]:
    """Every event of every State, Reflex's own included, as `State.event`, with its parameters' names."""
    return {name: list(inspect.signature(known.handler.fn).parameters)[1:] for name, known in _registered().items()}


@cache
def _registered() -> dict[str, Any]:
    return {_short(full, known): known for full, known in RegistrationContext.get().event_handlers.items()}


def _short(full: str, known: Any) -> str:
    return f"{known.states[0].__name__}.{full.rpartition('.')[2]}"


@cache
def full_names() -> dict[str, str]:
    """What a browser calls each event."""
    return {_short(full, known): full for full, known in RegistrationContext.get().event_handlers.items()}


def state_of(name: str) -> type[BaseState]:
    """The State whose event it is."""
    return _registered()[name].states[0]


class Tab:
    """One tab of a browser with a cookie, or without one."""

    def __init__(self, token: str = "", *, ident: str = "") -> None:
        self.ident = ident or f"matrix-{next(_tabs)}"
        self.cookie = f"session={token}" if token else ""
        self.told: list[str] = []

    async def emit_update(self, update: Any, token: str) -> None:
        """What Reflex sends down the socket."""
        assert token == self.ident, "an update for another tab"
        self.told.append(json_dumps(update))

    async def send(self, name: str, payloads: Iterable[Any], address: str = "/") -> str:
        """Send an event with each of these payloads; return all that the tab was told then."""
        full, before = full_names()[name], len(self.told)
        path, _, query = address.partition("?")
        asked = dict(pair.split("=", 1) for pair in query.split("&") if pair)
        headers = {"cookie": self.cookie, "origin": "http://house", "host": "house"}
        data = {"token": self.ident, "headers": headers, "asPath": address, "pathname": path, "query": asked}
        events = BaseStateEventProcessor(
            middleware=app, backend_exception_handler=app.backend_exception_handler, graceful_shutdown_timeout=60
        )
        events.configure(state_manager=STATES, event_namespace=self)  # type: ignore[arg-type] -- all that is asked of one
        async with events:
            for payload in payloads:
                await events.enqueue(self.ident, Event(name=full, payload=payload, router_data=data))
        return "\n".join(self.told[before:])

    async def open(self) -> Tab:
        """Let it be filled for its browser's session, as a page does first of all: what it held before is gone."""
        await self.send("State.hydrate", [{}])
        return self

    def state_token(self) -> BaseStateToken:
        """What the tab's whole State is found by."""
        return BaseStateToken(ident=self.ident, cls=State)

    async def hold(self, state: type[BaseState], text: str, *, only: str = "") -> None:
        """Let every text that the tab's state holds be this one, or `only` that of one var, however it came there."""
        async with STATES.modify_state(BaseStateToken(ident=self.ident, cls=state)) as root:
            room = await root.get_state(state)
            for var in [only] if only else texts_of(state):
                setattr(room, var, text)


def texts_of(state: type[BaseState]) -> list[str]:
    """The vars of one of our own States that are texts, those that no browser is shown included."""
    if not state.__module__.startswith("portrait_app."):
        return []
    shown = [var for var, known in state.base_vars.items() if known._var_type is str]
    hidden = inspect.get_annotations(state)
    return [*shown, *(var for var, kind in hidden.items() if var.startswith("_") and kind in (str, "str"))]
