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

# A connection that is taken and closed before its first word is no error to socket.io, which waits on for 20 seconds.
CLOSED_AT_ONCE = Change(
    """const createSocket = (endpoint, transports, token) =>
  io(""",
    """const heedsItsEnd = (io) => (...how) => {
  const socket = io(...how);
  const open = socket.io.open.bind(socket.io);
  socket.io.open = (heard) => {
    open(heard);
    const { engine } = socket.io;
    engine.once("close", (reason) => engine.emit("error", new Error(reason)));
    return socket.io;
  };
  return socket;
};
const createSocket = (endpoint, transports, token) =>
  heedsItsEnd(io)(""",
    "see whether a websocket that is closed at once is tried again by now",
)

# Nor is one that is taken and closed before it brings anything: it was tried again without a pause or a word.
WELL_AT_ITS_FIRST_WORD = (
    Change(
        """    failed_attempts = 0;
    window.clearTimeout(retry_timer);
    retry_timer = undefined;
    setConnectErrors([]);""",
        """    window.clearTimeout(retry_timer);
    retry_timer = undefined; // all is well from the first word on""",
        "see what a connection that is closed again and again does now",
    ),
    Change(
        """  socket.current.on("event", (update) => {
""",
        """  socket.current.on("event", (update) => {
    failed_attempts = 0;
    setConnectErrors((errors) => (errors.length ? [] : errors));
""",
        "see where news come in now",
    ),
    Change(
        """      // Attempt to reconnect transient non-intentional disconnects.
      socket.current.reconnect();""",
        """      retryConnect(new Error(reason));""",
        "see what a closed connection does now",
    ),
)
CHANGES = (PERFORMS, OWN_PORT, CLOSED_AT_ONCE, *WELL_AT_ITS_FIRST_WORD)


class ReflexClient(Plugin):
    """Has the changes made in what Reflex writes for the browser."""

    def pre_compile(self, **context: Unpack[PreCompileContext]) -> None:
        """Register them, before the pages are compiled."""
        for change in CHANGES:
            context["add_modify_task"]("utils/state.js", change.made_in)
