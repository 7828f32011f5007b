"""The first hour in figures: twelve photos handed in, a face learned, the first portraits."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

import httpx

from portrait_app.pictures.decode import open_picture
from tools.bench.bare import bare_server
from tools.bench.figure import Figure

if TYPE_CHECKING:
    from pathlib import Path

    from tools.bench.sitting import Sitting

LEARNED_S, FIRST_S, EIGHT_S = 20.0, 5.0, 40.0
ASKED = "asked for at most"


async def measure(sitting: Sitting) -> list[Figure]:
    """Measure what a person waits for, from the tap to the screen."""
    first = await sitting.first_hour()
    bare_s, decoded_s = await _taken_bare(sitting), await asyncio.to_thread(_decoded, sitting.photos)
    return [
        Figure("12 photos of 12 MP: all landed", first.landed_s, "s", bare_s, "bare Starlette to disk"),
        Figure("12 photos of 12 MP: all examined", first.examined_s, "s", decoded_s, "decoding them whole, one by one"),
        Figure("face model from these", first.learned_s, "s", LEARNED_S, ASKED),
        Figure("first portrait after that", first.first_s, "s", FIRST_S, ASKED),
        Figure("eight portraits after that", first.eight_s, "s", EIGHT_S, ASKED),
    ]


async def _taken_bare(sitting: Sitting) -> float:
    folder = sitting.scratch / "taken"
    folder.mkdir(exist_ok=True)
    async with bare_server(folder) as url, httpx.AsyncClient(timeout=60) as client:
        began = time.perf_counter()
        for photo in sitting.photos:
            await client.post(f"{url}/take", params={"name": photo.name}, content=photo.read_bytes())
        return time.perf_counter() - began


def _decoded(photos: list[Path]) -> float:
    began = time.perf_counter()
    for photo in photos:
        open_picture(photo)
    return time.perf_counter() - began
