"""Measures the real studio on this machine: starts one, has somebody live in it, prints a table, writes bench.json.

Everything is measured for real, on whatever else the machine is doing: the load is printed with the figures.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import os
import platform
import shutil
import tempfile
import time
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from tools.bench import (
    bucket,
    deliveries,
    first_load,
    links,
    memory,
    round_trip,
    sign_in,
    starts,
    story,
    styles,
    walls,
    webhook,
)
from tools.bench.figure import Figure, head, row
from tools.bench.sitting import Sitting, opened
from tools.chromium import provide

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    Bench = Callable[[Sitting], Awaitable[list[Figure]]]

ROOT = Path(__file__).resolve().parents[2]
WRITTEN_TO = ROOT / "bench.json"
BUILT_IN = ROOT / ".web-bench"  # a cold start builds here; the page of a studio that runs in this clone stays

# In the order they run: the studio is started once, and its first hour lived once.
BENCHES: dict[str, Bench] = {
    "start": starts.measure,
    "page": first_load.measure,
    "story": story.measure,
    "memory": memory.measure,
    "webhook": webhook.measure,
    "deliver": deliveries.measure,
    "style": styles.measure,
    "bucket": bucket.measure,
    "link": links.measure,
    "walls": walls.measure,
    "sign_in": sign_in.measure,
    "tap": round_trip.measure,  # the last: it leaves a second first set to be made
}

ALONE = {"bucket", "link", "walls"}  # needs no studio


def main() -> None:
    """Run the chosen benches."""
    parser = argparse.ArgumentParser(prog="python -m tools.bench", description=__doc__)
    parser.add_argument("--only", choices=BENCHES, action="append", metavar="NAME", help=f"one of {', '.join(BENCHES)}")
    # The bench speaks to services itself at times: what they say between the table's lines is not what was asked for.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    chosen = parser.parse_args().only or list(BENCHES)
    if "start" in chosen:
        shutil.rmtree(BUILT_IN, ignore_errors=True)
        os.environ["REFLEX_WEB_WORKDIR"] = str(BUILT_IN)
    began, machine = time.monotonic(), _machine()
    try:
        figures = asyncio.run(_measured(chosen, provide()))
    finally:
        shutil.rmtree(BUILT_IN, ignore_errors=True)
    machine |= {"load_after": os.getloadavg()[0], "seconds": round(time.monotonic() - began)}
    WRITTEN_TO.write_text(json.dumps({"machine": machine, "figures": [_plain(one) for one in figures]}, indent=2))
    print(f"\n{machine['cores']} cores, load {machine['load_before']:.1f} → {machine['load_after']:.1f}, "
          f"{machine['seconds']} s in all. Written to {WRITTEN_TO.name}.")  # fmt: skip


async def _measured(chosen: list[str], chromium: Path) -> list[Figure]:
    figures: list[Figure] = []
    print(head(), flush=True)
    with tempfile.TemporaryDirectory(prefix="bench-") as scratch:
        async with opened(chromium, Path(scratch)) as sitting:
            if "start" not in chosen and not ALONE.issuperset(chosen):
                await sitting.running.start()
            for name in (name for name in BENCHES if name in chosen):
                for figure in await BENCHES[name](sitting):
                    figures.append(figure)
                    print(row(figure), flush=True)
    return figures


def _machine() -> dict[str, str | float]:
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "cores": os.cpu_count() or 0,
        "system": platform.platform(),
        "python": platform.python_version(),
        "load_before": os.getloadavg()[0],
    }


def _plain(figure: Figure) -> dict[str, object]:
    return {**asdict(figure), "ratio": figure.ratio}


if __name__ == "__main__":
    main()
