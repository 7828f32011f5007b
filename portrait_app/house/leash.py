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

    The keeper holds the other end of our standard input, writes one byte to it as its go, and never closes it: it is at
    its end only when the keeper is. Then this process and all it started are asked to end, and soon made to.
    """
    if os.environ.pop(VARIABLE, None):
        threading.Thread(target=_watch, name="leash", daemon=True).start()
    else:
        _go.set()


def wait_for_go() -> None:
    """Wait until the keeper says that what this process stands on is there; without a keeper, go at once.

    So the slow part of a start, importing, is done while the database still comes up.
    """
    _go.wait()


_go = threading.Event()


def _watch() -> None:
    while os.read(sys.stdin.fileno(), 1):
        _go.set()
    os.killpg(0, signal.SIGTERM)
    time.sleep(_GRACE_SECONDS)
    os.killpg(0, signal.SIGKILL)
