"""Makes the sample portraits in assets/showcase/ with the darkroom itself, from one public-domain NASA portrait.

The photo (the astronaut Eileen Collins) comes from a published package by checksum and is never part of this
repository. To compare takes by eye before choosing a seed: python -m tools.showcase --takes 6 --out DIR
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
from PIL import Image

from portrait_app.darkroom.model import FaceModel, learn
from portrait_app.darkroom.studio import render
from portrait_app.domain.catalogue import ASPECTS
from portrait_app.pictures.encode import placeholder_colour
from tests.models import face_reader
from tests.photos import photo

if TYPE_CHECKING:
    from portrait_app.faces.reader import FaceReader

FOLDER = Path(__file__).resolve().parents[1] / "assets" / "showcase"
ASPECT = ASPECTS["4:5"]
WIDTH_PX = 480
QUALITY = 76

# Style → the seed whose portrait was liked best.
SEEDS = {
    "studio": 0,
    "film": 3,
    "noir": 2,
    "neon": 1,
    "golden": 2,
    "oil": 0,
    "silver": 0,
    "corporate": 0,
    "pop": 1,
}


def main() -> None:
    """Make each style's picture, and print its mean colour for the box that stands there before it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=FOLDER)
    parser.add_argument("--takes", type=int, help="make this many of each style, with seeds 0, 1, 2 …")
    asked = parser.parse_args()
    asked.out.mkdir(parents=True, exist_ok=True)
    reader = face_reader()
    model = learned(reader)
    for style, chosen in SEEDS.items():
        for seed in range(asked.takes) if asked.takes else [chosen]:
            name = f"{style}-{seed}" if asked.takes else style
            print(name, take(model, style, seed, reader, asked.out / f"{name}.webp"), flush=True)


def learned(reader: FaceReader) -> FaceModel:
    """Learn the astronaut's face from the one photo."""
    return learn(
        [photo("astronaut.png")],
        reader=reader,
        seed=0,
        steps=40,
        on_progress=lambda _done, _total, _phase: None,
        is_cancelled=lambda: False,
    )


def take(model: FaceModel, style: str, seed: int, reader: FaceReader, path: Path) -> str:
    """Make one portrait, write it small, and return its mean colour."""
    portrait = render(
        model, style, width=ASPECT.width, height=ASPECT.height, seed=seed, reader=reader, is_cancelled=lambda: False
    )
    height_px = round(WIDTH_PX * ASPECT.height / ASPECT.width)
    small = cv2.resize(portrait.pixels, (WIDTH_PX, height_px), interpolation=cv2.INTER_AREA)
    Image.fromarray(small).save(path, "WEBP", quality=QUALITY, method=6)
    return placeholder_colour(small)  # pyright: ignore[reportArgumentType] -- OpenCV calls every array MatLike


if __name__ == "__main__":
    main()
