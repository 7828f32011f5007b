"""Lets one built page serve at any address: its scripts talk to the host and port they came from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reflex_base.plugins.base import Plugin

if TYPE_CHECKING:
    from reflex_base.plugins.base import PreCompileContext
    from typing_extensions import Unpack

BUILT_FOR = "http://localhost"
"""Reflex's scripts put the page's own host in place of this one, but would keep its port."""
_SETS_HOST = "endpoint.hostname = frontend_hostname;"
_SETS_PORT = "endpoint.port = window.location.port;"


class SameOrigin(Plugin):
    """Adds the port to what Reflex's client takes from the page's address."""

    def pre_compile(self, **context: Unpack[PreCompileContext]) -> None:
        """Have the client's script changed while the page is compiled."""
        context["add_modify_task"]("utils/state.js", with_port)


def with_port(script: str) -> str:
    """Return Reflex's client script, taking the port from the page as well.

    Raises:
        LookupError: another Reflex, whose script reads otherwise.
    """
    if _SETS_PORT in script:
        return script
    if _SETS_HOST not in script:
        raise LookupError("Reflex's state.js no longer sets the host as expected: see whether it now sets the port too")
    return script.replace(_SETS_HOST, f"{_SETS_HOST} {_SETS_PORT}")
