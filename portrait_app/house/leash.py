"""Ends a child process when its keeper is gone, however the keeper ended: even by kill -9."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time

VARIABLE = "PORTRAIT_LEASH"
"""Set by the keeper for a process whose standard input is the leash."""
_GRACE_SECONDS = 5.0


def wear() -> None:
    """Watch the keeper from now on, if there is one.

    The keeper holds the other end of our standard input and never writes to it: it is at its end only when the keeper
    is. Then this process and all it started are asked to end, and soon made to.
    """
    if os.environ.pop(VARIABLE, None):
        threading.Thread(target=_watch, name="leash", daemon=True).start()


def _watch() -> None:
    while os.read(sys.stdin.fileno(), 1):
        pass
    os.killpg(0, signal.SIGTERM)
    time.sleep(_GRACE_SECONDS)
    os.killpg(0, signal.SIGKILL)
