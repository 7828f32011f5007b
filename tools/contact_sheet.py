"""Tries the styles on a folder of photos: `python -m tools.contact_sheet --photos DIR --out DIR`.

Learns one face model from all photos, makes a portrait in every style, and lays them out on one sheet.
"""

from __future__ import annotations

import argparse
import math
import resource
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from portrait_app.darkroom import studio, styles
from portrait_app.darkroom.catalogue import ASPECT_RATIOS
from portrait_app.darkroom.model import learn
from portrait_app.faces.reader import FaceReader
from portrait_app.pictures.encode import to_png
from portrait_app.pictures.shrink import shrunken

if TYPE_CHECKING:
    from collections.abc import Sequence

    from portrait_app.pictures.pixels import Pixels

THUMBNAIL_PX = 480


def main(words: Sequence[str] | None = None) -> None:
    """Read the command line, make the portraits, say how long each took."""
    given = _parser().parse_args(words)
    given.out.mkdir(parents=True, exist_ok=True)
    reader = FaceReader(given.models)
    photos = sorted(path for path in given.photos.iterdir() if path.suffix.lower() in _ENDINGS)
    start = time.perf_counter()
    model = learn(photos, reader=reader, seed=given.seed, steps=1000, on_progress=_say, is_cancelled=lambda: False)
    print(f"\rface model of {len(photos)} photos: {time.perf_counter() - start:.1f} s; kept", end=" ")
    print(", ".join(f"{photos[shot.number].name} ({shot.quality:.2f})" for shot in model.shots))
    width, height = ASPECT_RATIOS[given.aspect]
    made: list[Pixels] = []
    for number, style in enumerate(given.styles.split(",")):
        start = time.perf_counter()
        portrait = studio.render(
            model,
            style,
            width=width,
            height=height,
            seed=given.seed + number,
            reader=reader,
            is_cancelled=lambda: False,
        )
        seconds = time.perf_counter() - start
        print(f"{style:10} {seconds:5.2f} s  likeness {portrait.likeness:.2f}  from {photos[portrait.photo].name}")
        (given.out / f"{style}.png").write_bytes(to_png(portrait.pixels))
        made.append(shrunken(portrait.pixels, THUMBNAIL_PX))
    (given.out / "sheet.png").write_bytes(to_png(_sheet(made)))
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB")


def _say(done: int, total: int, phase: str) -> None:
    print(f"\r{phase} {done}/{total}   ", end="", flush=True)


_ENDINGS = {".jpg", ".jpeg", ".png", ".webp", ".avif", ".heic"}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photos", type=Path, required=True, help="a folder of photos of one person")
    parser.add_argument("--out", type=Path, required=True, help="where the PNGs go")
    parser.add_argument("--models", type=Path, default=Path("var/models"), help="the folder of the model files")
    parser.add_argument("--styles", default=",".join(styles.ALL), help="names, with commas between")
    parser.add_argument("--aspect", default="4:5", choices=list(ASPECT_RATIOS))
    parser.add_argument("--seed", type=int, default=0)
    return parser


def _sheet(pictures: list[Pixels]) -> Pixels:
    columns = math.ceil(math.sqrt(len(pictures)))
    blank = [np.zeros_like(pictures[0])] * (-len(pictures) % columns)
    rows = [np.hstack((pictures + blank)[at : at + columns]) for at in range(0, len(pictures), columns)]
    return np.vstack(rows)


if __name__ == "__main__":
    main()
