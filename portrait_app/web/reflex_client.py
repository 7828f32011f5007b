"""Changes what Reflex's client script does, while the pages are compiled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from reflex_base.plugins.base import Plugin

if TYPE_CHECKING:
    from reflex_base.plugins.base import PreCompileContext
    from typing_extensions import Unpack

BUILT_FOR = "http://localhost"
"""Reflex's scripts put the page's own host in place of this one."""


@dataclass(frozen=True)
class Change:
    """A place in the script and what stands there for us; `otherwise` says where to look when it reads otherwise."""

    before: str
    after: str
    otherwise: str

    def made_in(self, script: str) -> str:
        """Return the script with the change, which may be in it already.

        Raises:
            LookupError: another Reflex, whose script reads otherwise.
        """
        if self.after in script:
            return script
        if self.before not in script:
            raise LookupError(f"Reflex's state.js no longer reads as expected: {self.otherwise}")
        return script.replace(self.before, self.after)


# The pages' policy forbids to run text as script: acts are performed by their names (`ui.script`, assets/js/early.js).
PERFORMS = Change(
    "eval(event.payload.javascript_code)",
    "window.perform(event.payload.javascript_code, addEvents)",
    "see how `_call_script` is done now",
)
# One built page serves at any address: Reflex takes the host from the page's address, and would keep the port.
OWN_PORT = Change(
    "endpoint.hostname = frontend_hostname;",
    "endpoint.hostname = frontend_hostname; endpoint.port = window.location.port;",
    "see whether it sets the port by now, as it does the host",
)


class ReflexClient(Plugin):
    """Has the changes made in what Reflex writes for the browser."""

    def pre_compile(self, **context: Unpack[PreCompileContext]) -> None:
        """Register them, before the pages are compiled."""
        for change in (PERFORMS, OWN_PORT):
            context["add_modify_task"]("utils/state.js", change.made_in)
