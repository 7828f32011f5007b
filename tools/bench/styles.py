"""How long the engine takes for one portrait in each style, at 1024 by 1024 px."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from portrait_app.darkroom.engine import PortraitEngine
from tests.models import models
from tools.bench.figure import Figure

if TYPE_CHECKING:
    from pathlib import Path

    from tools.bench.sitting import Sitting

EDGE_PX, RUNS = 1024, 3
LIMIT_S = 5.0  # eight in 40 s


async def measure(sitting: Sitting) -> list[Figure]:
    """Make three portraits in each style, without a queue or a network between; nothing else is under way."""
    await sitting.first_hour()
    learned = max((sitting.running.folder / "darkroom").rglob("*.face"), key=lambda path: path.stat().st_mtime)
    return await asyncio.to_thread(_figures, learned)


def _figures(model: Path) -> list[Figure]:
    engine = PortraitEngine(models())
    _made(engine, model, engine.styles[0], seed=0)  # loads networks and face model
    return [
        Figure.of_runs(
            f"portrait: {style}",
            [_made(engine, model, style, seed) for seed in range(RUNS)],
            "s",
            against=LIMIT_S,
            beside="eight in 40 s are asked for",
        )
        for style in engine.styles
    ]


def _made(engine: PortraitEngine, model: Path, style: str, seed: int) -> float:
    began = time.perf_counter()
    engine.render(model, style, width=EDGE_PX, height=EDGE_PX, seed=seed, is_cancelled=lambda: False)
    return time.perf_counter() - began
