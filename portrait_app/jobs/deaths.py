"""How a process of the house is told how often it died within the last minute (`house/child`)."""

from __future__ import annotations

import os

VARIABLE = "PORTRAIT_DEATHS"
BEGINS_ANEW = os.EX_TEMPFAIL  # the exit code of one that ends so that it is started again: that is no death


def lately() -> int:
    """Return how often this process was started in the place of one that died within the last minute."""
    return int(os.environ.get(VARIABLE, "0"))
