"""Reads what a browser sends with an event before any State sees it: of the right kinds and of a sane size, or refused.

A State's public methods are endpoints that any browser may call with any argument. What a handler says of its own
parameters is the contract; whether a number is too high or an id is nobody's, the handler and its service say.
"""

from __future__ import annotations

import inspect
from functools import cache
from typing import TYPE_CHECKING, Any, cast, get_type_hints

from pydantic import BaseModel, ConfigDict, ValidationError, create_model
from reflex.middleware.middleware import Middleware
from reflex.state import State
from reflex_base.registry import RegistrationContext
from reflex_base.utils.form import transform_form_data

from portrait_app.errors import PortraitError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from reflex.app import App
    from reflex.event import Event
    from reflex.state import BaseState, StateUpdate

LONGEST_TEXT = 20_000  # letters; what a broken page reports of itself is the longest that comes
NEVER_SENT = "setvar"
"""Reflex gives it to each State: it puts any value into any var. No page of ours sends it."""
NAMES_VARS = ("hydrate_and_load", "update_vars_internal")
"""Reflex's own: what a browser keeps for a State, by the full name of each var."""


class NotUnderstood(PortraitError):
    """An event came with arguments that none of our pages sends."""

    headline = "We could not understand that"
    hint = "Nothing was changed. Please load the page again and try once more."


class ReadsArguments(Middleware):
    """Stands before every event of every State."""

    async def preprocess(self, app: App, state: BaseState, event: Event) -> StateUpdate | None:  # noqa: ARG002 -- Reflex's
        """Let an event pass, or raise NotUnderstood."""
        require_understood(RegistrationContext.get().event_handlers[event.name].handler.fn, event.payload)
        return None


def require_understood(handler: Callable[..., Any], sent: object) -> None:
    """Check the arguments sent to an event handler against what its parameters say.

    Raises:
        NotUnderstood: one is missing, unknown, of another kind, not a finite number, or longer than any page sends.
    """
    if handler.__name__ == NEVER_SENT:
        raise NotUnderstood(NEVER_SENT)
    form, hints = _form_of(handler)
    try:
        form.model_validate(_with_plain_forms(sent, hints))
        if handler.__name__ in NAMES_VARS:
            _require_known_states(cast("dict[str, Any]", sent).get("vars"))
    except ValidationError as error:
        wrong = {f"{each['loc'][:1]} {each['type']}" for each in error.errors()}
        raise NotUnderstood(f"{handler.__qualname__}: {sorted(wrong)}"[:300]) from None  # what was typed stays unsaid
    except (TypeError, ValueError, RecursionError):
        raise NotUnderstood(f"{handler.__qualname__}: a form that is none") from None


def _require_known_states(named: Mapping[str, Any] | None) -> None:
    """Look whether there are States of these names, of which Reflex takes what a browser keeps for them.

    Raises: ValueError: there is none.
    """
    for name in named or {}:
        State.get_class_substate(name.rpartition(".")[0])


@cache
def _form_of(handler: Callable[..., Any]) -> tuple[type[BaseModel], Mapping[str, Any]]:
    """Read a handler's parameters as a form to be filled in, and their types."""
    hints = get_type_hints(handler)
    _, *parameters = inspect.signature(handler).parameters.values()
    fields: dict[str, Any] = {
        each.name: (hints.get(each.name, Any), ... if each.default is each.empty else each.default)
        for each in parameters
    }
    strictly = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False, str_max_length=LONGEST_TEXT)
    return create_model(handler.__qualname__, __config__=strictly, **fields), hints


def _with_plain_forms(sent: object, hints: Mapping[str, Any]) -> object:
    """Unwrap what Reflex sends of an HTML form, as it will do for the handler."""
    if not isinstance(sent, dict):
        return sent
    named = cast("dict[str, object]", sent)
    return {name: transform_form_data(value, hints.get(name, Any)) for name, value in named.items()}
