"""An engine that obeys and records: its pictures are one colour each, and files in a folder tell it what to do.

It runs in the darkroom's child process, so tests speak to it through the folder that stands for the model files:
`hold` there makes it wait until the file is gone, `hold-after` too but only after so many pictures, `die` makes the
process die as often as it says, `die-at-start` too but before it is ready, `fail` fails with the file's words,
`fail-on-seed` on one seed only.
"""

from __future__ import annotations

import json
import os
import time
import zipfile
from typing import TYPE_CHECKING

import numpy as np

from portrait_app.darkroom.cancelled import Cancelled

if TYPE_CHECKING:
    from pathlib import Path

    from portrait_app.darkroom.engine import IsCancelled, Progress
    from portrait_app.pictures.pixels import Pixels


class FakeEngine:
    styles = ("studio", "noir")

    def __init__(self, models: Path) -> None:
        self._folder = models
        self._rendered = 0
        self._die_if_told("die-at-start")

    def learn(
        self, photos: Path, model: Path, *, steps: int, seed: int, progress: Progress, is_cancelled: IsCancelled
    ) -> None:
        self._obey("learn", is_cancelled, steps=steps, seed=seed)
        with zipfile.ZipFile(photos) as archive:
            names = archive.namelist()
        for done in range(len(names)):
            progress(done, len(names), "Reading photos")
        progress(len(names), len(names), "Learning the face")
        model.write_text(json.dumps({"photos": names, "seed": seed}))

    def render(
        self, model: Path, style: str, *, width: int, height: int, seed: int, is_cancelled: IsCancelled
    ) -> Pixels:
        self._rendered += 1
        self._obey("render", is_cancelled, style=style, seed=seed, size=[width, height])
        assert json.loads(model.read_text())["photos"]
        colour = np.random.default_rng(seed).integers(0, 256, 3, dtype=np.uint8)
        return np.broadcast_to(colour, (height, width, 3)).copy()

    def animate(
        self,
        picture: Path,
        film: Path,
        *,
        motion: str,
        seconds: int,
        seed: int,
        progress: Progress,
        is_cancelled: IsCancelled,
    ) -> None:
        film.write_bytes(b"unfinished")
        progress(0, seconds, "filming")
        self._obey("animate", is_cancelled, motion=motion, seconds=seconds, seed=seed)
        progress(seconds, seconds, "filming")
        film.write_bytes(picture.read_bytes() + f" {motion} {seconds} {seed}".encode())

    def _obey(self, what: str, is_cancelled: IsCancelled, **given: object) -> None:
        with (self._folder / "done.jsonl").open("a") as record:
            record.write(json.dumps({"what": what, **given}) + "\n")
        self._die_if_told("die")
        unlucky = self._folder / "fail-on-seed"
        if unlucky.exists() and given["seed"] == int(unlucky.read_text()):
            raise ValueError(f"seed {given['seed']}")
        if (self._folder / "fail").exists():
            raise ValueError((self._folder / "fail").read_text())
        while self._is_held():
            if is_cancelled():
                raise Cancelled
            time.sleep(0.005)

    def _die_if_told(self, word: str) -> None:
        deaths = self._folder / word
        if deaths.exists() and (left := int(deaths.read_text())):
            deaths.write_text(str(left - 1))
            os._exit(9)

    def _is_held(self) -> bool:
        after = self._folder / "hold-after"
        return (self._folder / "hold").exists() or (after.exists() and self._rendered > int(after.read_text()))
