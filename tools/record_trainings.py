"""Records real trainings of the darkroom, what was logged and when, for the tests of how true the time left is.

    python -m tools.record_trainings        writes tests/services/recorded_trainings.json

Each run is a training of its own in a fresh darkroom, as a client sees it: asked about ten times a second. Nothing
else should be running; on a busy machine give it a core of its own: taskset -c 1 chrt -r 5 python -m …
"""

from __future__ import annotations

import asyncio
import io
import json
import tempfile
import zipfile
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

import httpx

from tests.darkroom.running import TOKEN, RunningDarkroom
from tests.models import models
from tests.photos import twelve_selfies

if TYPE_CHECKING:
    from collections.abc import Sequence

RECORDED = Path(__file__).resolve().parents[1] / "tests" / "services" / "recorded_trainings.json"
ENGINE = "portrait_app.darkroom.engine:PortraitEngine"
RUNS = ((4, 12), (8, 6), (12, 12))  # photos, and megapixels of each
ASK_EVERY_S = 0.1


def main() -> None:
    """Record each run, one after the other."""
    runs = [asyncio.run(record(photos, megapixels)) for photos, megapixels in RUNS]
    RECORDED.write_text(json.dumps(runs, ensure_ascii=False, indent=1) + "\n")


async def record(photos: int, megapixels: float) -> dict[str, Any]:
    """Have a darkroom learn from so many photos; return what it logged, each piece with its second, and its end."""
    with tempfile.TemporaryDirectory() as scratch:
        darkroom = RunningDarkroom(Path(scratch), engine_name=ENGINE, models=models())
        await darkroom.start()
        selfies = twelve_selfies(Path(scratch) / "selfies", megapixels=megapixels)
        headers = {"Authorization": f"Bearer {TOKEN}"}
        try:
            async with httpx.AsyncClient(base_url=f"{darkroom.base}/v1/", headers=headers, timeout=60) as client:
                pieces, ended_s = await _listened(client, await _begun(client, _zipped(selfies, photos)))
        finally:
            await darkroom.end()
    print(f"{photos} photos of {megapixels} MP: {ended_s:.1f} s, {len(pieces)} pieces of log")
    return {"trainer": "darkroom", "photos": photos, "megapixels": megapixels, "log": pieces, "ended_s": ended_s}


async def _begun(client: httpx.AsyncClient, photos: bytes) -> str:
    """Order the training; return its id."""
    model = (await client.get("models/darkroom/face-trainer")).json()
    destination = {"owner": "darkroom", "name": "recorded", "visibility": "private", "hardware": "cpu"}
    (await client.post("models", json=destination)).raise_for_status()
    uploaded = (await client.post("files", files={"content": ("photos.zip", photos, "application/zip")})).json()
    reply = await client.post(
        f"models/darkroom/face-trainer/versions/{model['latest_version']['id']}/trainings",
        json={"destination": "darkroom/recorded", "input": {"input_images": uploaded["urls"]["get"], "seed": 1}},
    )
    return reply.raise_for_status().json()["id"]


async def _listened(client: httpx.AsyncClient, job_id: str) -> tuple[list[tuple[float, str]], float]:
    """Ask until the training has ended; return each piece of its log with the second it was seen, and the last one."""
    began, pieces, known = monotonic(), list[tuple[float, str]](), 0
    while True:
        body = (await client.get(f"trainings/{job_id}")).json()
        second = round(monotonic() - began, 2)
        if len(body["logs"] or "") > known:
            pieces.append((second, body["logs"][known:]))
            known = len(body["logs"])
        if body["status"] not in ("starting", "processing"):
            assert body["status"] == "succeeded", body["error"]
            return pieces, second
        await asyncio.sleep(ASK_EVERY_S)


def _zipped(selfies: Sequence[Path], count: int) -> bytes:
    """So many photos as a zip; more than there are begin again from the first."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for number in range(count):
            selfie = selfies[number % len(selfies)]
            archive.write(selfie, f"{number:02}{selfie.suffix}")
    return packed.getvalue()


if __name__ == "__main__":
    main()
