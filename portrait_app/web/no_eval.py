"""Keeps Reflex's client from running text as script, which the page's security policy forbids."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reflex_base.plugins.base import Plugin

if TYPE_CHECKING:
    from reflex_base.plugins.base import PreCompileContext
    from typing_extensions import Unpack

_RUNS_TEXT = "eval(event.payload.javascript_code)"
_PERFORMS = "window.perform(event.payload.javascript_code, addEvents)"


class NoEval(Plugin):
    """Has the client perform acts by their names (`ui.script`, assets/js/early.js) in place of running text."""

    def pre_compile(self, **context: Unpack[PreCompileContext]) -> None:
        """Have the client's script changed while the page is compiled."""
        context["add_modify_task"]("utils/state.js", performing)


def performing(script: str) -> str:
    """Return Reflex's client script, performing acts.

    Raises:
        LookupError: another Reflex, whose script reads otherwise.
    """
    if _PERFORMS in script:
        return script
    if _RUNS_TEXT not in script:
        raise LookupError("Reflex's state.js no longer runs scripts as expected: see how `_call_script` is done now")
    return script.replace(_RUNS_TEXT, _PERFORMS)
