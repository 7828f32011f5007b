"""Tries the styles on a folder of photos: `python -m tools.contact_sheet --photos DIR --out DIR`.

Learns one face model from all photos, or with `--alone` one from each, makes a portrait in every style and shape asked
for, and lays those of one model and shape out on one sheet.
"""

from __future__ import annotations

import argparse
import math
import resource
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from portrait_app.darkroom import studio, styles
from portrait_app.darkroom.catalogue import ASPECT_RATIOS
from portrait_app.darkroom.model import FaceModel, learn
from portrait_app.faces.reader import FaceReader
from portrait_app.pictures.encode import to_png
from portrait_app.pictures.shrink import shrunken

if TYPE_CHECKING:
    from collections.abc import Sequence

    from portrait_app.pictures.pixels import Pixels

THUMBNAIL_PX = 480


@dataclass(frozen=True, eq=False)
class Order:
    """What a portrait is made from, in which shape and with which dice."""

    model: FaceModel
    aspect: str
    seed: int


def main(words: Sequence[str] | None = None) -> None:
    """Read the command line, make the portraits, say how long each took."""
    given = _parser().parse_args(words)
    given.out.mkdir(parents=True, exist_ok=True)
    reader = FaceReader(given.models)
    photos = sorted(path for path in given.photos.iterdir() if path.suffix.lower() in _ENDINGS)
    for name, sources in [(path.stem, [path]) for path in photos] if given.alone else [("all", photos)]:
        model = _learned(name, sources, reader, given.seed)
        for aspect in given.aspect.split(","):
            made = [
                _made(Order(model, aspect, given.seed + number), style, reader, given.out / f"{name} {_file(aspect)}")
                for number, style in enumerate(given.styles.split(","))
            ]
            (given.out / f"{name} {_file(aspect)} sheet.png").write_bytes(to_png(_sheet(made)))
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB")


def _learned(name: str, photos: Sequence[Path], reader: FaceReader, seed: int) -> FaceModel:
    start = time.perf_counter()
    model = learn(photos, reader=reader, seed=seed, steps=1000, on_progress=_say, is_cancelled=lambda: False)
    print(f"\r{name}: face model of {len(photos)} photos in {time.perf_counter() - start:.1f} s; kept", end=" ")
    print(", ".join(f"{photos[shot.number].name} ({shot.quality:.2f})" for shot in model.shots))
    return model


def _made(order: Order, style: str, reader: FaceReader, path: Path) -> Pixels:
    """Make one portrait, keep it as `path` and its style's name, and return it small, for the sheet."""
    width, height = ASPECT_RATIOS[order.aspect]
    start = time.perf_counter()
    portrait = studio.render(
        order.model, style, width=width, height=height, seed=order.seed, reader=reader, is_cancelled=lambda: False
    )
    seconds = time.perf_counter() - start
    print(
        f"{style:10} {order.aspect:5} {seconds:5.2f} s  likeness {portrait.likeness:.2f}  of photo {portrait.photo + 1}"
    )
    path.with_name(f"{path.name} {style}.png").write_bytes(to_png(portrait.pixels))
    return shrunken(portrait.pixels, THUMBNAIL_PX)


def _say(done: int, total: int, phase: str) -> None:
    print(f"\r{phase} {done}/{total}   ", end="", flush=True)


_ENDINGS = {".jpg", ".jpeg", ".png", ".webp", ".avif", ".heic"}


def _file(aspect: str) -> str:
    return aspect.replace(":", "x")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photos", type=Path, required=True, help="a folder of photos of one person")
    parser.add_argument("--out", type=Path, required=True, help="where the PNGs go")
    parser.add_argument("--models", type=Path, default=Path("var/models"), help="the folder of the model files")
    parser.add_argument("--alone", action="store_true", help="learn from each photo a model of its own")
    parser.add_argument("--styles", default=",".join(styles.ALL), help="names, with commas between")
    parser.add_argument("--aspect", default="4:5", help=f"with commas between: {', '.join(ASPECT_RATIOS)}")
    parser.add_argument("--seed", type=int, default=0)
    return parser


def _sheet(pictures: list[Pixels]) -> Pixels:
    columns = math.ceil(math.sqrt(len(pictures)))
    blank = [np.zeros_like(pictures[0])] * (-len(pictures) % columns)
    rows = [np.hstack((pictures + blank)[at : at + columns]) for at in range(0, len(pictures), columns)]
    return np.vstack(rows)


if __name__ == "__main__":
    main()
