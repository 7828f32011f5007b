"""Memory of each process of the studio: what it holds at rest, and the most it held while a face was learned."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import psutil

from tools.bench.figure import Figure

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from tests.e2e.running import Running
    from tools.bench.sitting import Sitting

LIMIT_MB = 700.0
_EVERY_S = 1.0
_PARTS = {  # a word of the command → what the process is called
    "portrait_app.darkroom.worker": "compute",
    "darkroom": "darkroom",
    "worker": "worker",
    "web": "web",
    "run": "keeper",
}


async def measure(sitting: Sitting) -> list[Figure]:
    """Give each process at rest and at its peak; PSS shares what is shared, so these add up."""
    first = await sitting.first_hour()
    figures: list[Figure] = []
    for part, rest in first.at_rest.items():
        beside = "at rest"
        figures.append(Figure(f"memory of {part}, learning and making", first.peak[part], "MB", rest, beside))
    engine = first.peak["darkroom"] + first.peak.get("compute", 0.0)
    figures.append(Figure("memory of the engine, learning and making", engine, "MB", LIMIT_MB, "asked for at most"))
    everything = sum(first.at_rest.values())
    return [*figures, Figure("memory of everything, at rest", everything, "MB", beside="PSS; processes are summed")]


def held(running: Running) -> dict[str, float]:
    """Return the PSS of each part in MB; all of the database's processes are one part."""
    found: defaultdict[str, float] = defaultdict(float)
    for process in running.everybody():
        try:
            words = process.cmdline()
            part = next((name for word, name in _PARTS.items() if word in words), "database")
            found[part] += process.memory_full_info().pss / 1e6
        except psutil.NoSuchProcess:
            continue  # a connection of the database that has just closed
    return found


@asynccontextmanager
async def peak_of(running: Running) -> AsyncGenerator[dict[str, float]]:
    """Note the most that each part holds until the block ends, looking once a second."""
    peak: dict[str, float] = {}

    async def watch() -> None:
        while True:
            peak.update({part: max(mb, peak.get(part, 0.0)) for part, mb in held(running).items()})
            await asyncio.sleep(_EVERY_S)

    watching = asyncio.create_task(watch())
    try:
        yield peak
    finally:
        watching.cancel()
