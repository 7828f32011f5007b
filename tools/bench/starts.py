"""How long a start takes: from nothing, and with everything built."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from tools.bench.figure import Figure

if TYPE_CHECKING:
    from tests.e2e.running import Running
    from tools.bench.sitting import Sitting

LIMIT_S = 8.0
WARM_RUNS = 3


async def measure(sitting: Sitting) -> list[Figure]:
    """Start cold, then warm three times; the studio keeps running."""
    cold_s = await _start(sitting.running)
    warm: list[float] = []
    for _ in range(WARM_RUNS):
        await sitting.running.stop()
        warm.append(await _start(sitting.running))
    figure = Figure.of_runs("warm start", warm, "s", against=LIMIT_S, beside="asked for at most")
    return [Figure("cold start: no data, nothing built", cold_s, "s", figure.value, "warm start"), figure]


async def _start(running: Running) -> float:
    began = time.perf_counter()
    await running.start()
    return time.perf_counter() - began
