"""Keeps a face model in one file: a zip of JPEGs, PNGs, arrays and a JSON page; nothing in it can run."""

from __future__ import annotations

import io
import json
import zipfile
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from portrait_app.darkroom.shape import Shape
from portrait_app.darkroom.shot import Shot
from portrait_app.darkroom.texture import Texture

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from portrait_app.darkroom.model import FaceModel

FORMAT = "portrait-face-model"
VERSION = 1
_JPEG = [cv2.IMWRITE_JPEG_QUALITY, 94, cv2.IMWRITE_JPEG_SAMPLING_FACTOR, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444]
_EPOCH = (1980, 1, 1, 0, 0, 0)  # a file's time would make two equal models differ


class BrokenModel(Exception):  # reads as what happened
    """The file is no face model, is damaged, or was written by another version."""


def save(model: FaceModel, path: Path) -> None:
    """Write `model` to `path`; a reader never sees half a file."""
    unfinished = path.with_name(path.name + ".part")
    with zipfile.ZipFile(unfinished, "w") as archive:
        _write(archive, "model.json", json.dumps(_page(model), indent=1).encode())
        _write(archive, "texture-mean.png", _encode(".png", model.texture.mean))
        for name, array in _arrays(model).items():
            _write(archive, f"{name}.npy", _to_bytes(array))
        for number, shot in enumerate(model.shots):
            _write(archive, f"shots/{number}.jpg", _encode(".jpg", shot.pixels, _JPEG))
            _write(archive, f"shots/{number}-mask.png", _encode(".png", shot.alpha))
    unfinished.replace(path)


def load(path: Path) -> FaceModel:
    """Read what `save` wrote.

    Raises: BrokenModel: see there. FileNotFoundError: there is no such file.
    """
    from portrait_app.darkroom.model import FaceModel  # noqa: PLC0415 -- a model knows its file, and the file its model

    try:
        with zipfile.ZipFile(path) as archive:
            page = json.loads(archive.read("model.json"))
            if (page["format"], page["version"]) != (FORMAT, VERSION):
                raise BrokenModel(
                    f"{path.name} is a face model of another version ({page['version']}); train it again."
                )
            array = _Arrays(archive)
            modes = np.asarray(array("texture-modes"), np.float32) * array("texture-peaks").reshape(-1, 1, 1, 1)
            return FaceModel(
                identity=array("identity"),
                shape=Shape(array("shape-mean"), array("shape-modes"), array("shape-deviations")),
                texture=Texture(_decode(archive, "texture-mean.png"), modes, array("texture-deviations")),
                tone=float(page["tone"]),
                shots=_shots(archive, page["shots"], array),
                outliers=tuple(page["outliers"]),
                seed=int(page["seed"]),
            )
    except (zipfile.BadZipFile, KeyError, ValueError, TypeError, EOFError, cv2.error) as error:
        raise BrokenModel(f"{path.name} is damaged or is no face model; train it again.") from error


def _page(model: FaceModel) -> dict[str, Any]:
    """What is neither picture nor array."""
    return {
        "format": FORMAT,
        "version": VERSION,
        "seed": model.seed,
        "tone": model.tone,
        "outliers": list(model.outliers),
        "shots": [{"quality": shot.quality, "number": shot.number} for shot in model.shots],
    }


def _arrays(model: FaceModel) -> dict[str, NDArray[Any]]:
    """Everything in numbers; the texture's modes in eight bits."""
    modes = np.asarray(model.texture.modes, np.float32)
    peak = np.abs(modes).max(axis=(1, 2, 3), keepdims=True, initial=1e-9)
    return {
        "identity": model.identity,
        "shape-mean": model.shape.mean,
        "shape-modes": model.shape.modes,
        "shape-deviations": model.shape.deviations,
        "texture-modes": np.asarray(np.rint(modes / peak * 127), np.int8),
        "texture-peaks": peak.ravel() / 127,
        "texture-deviations": model.texture.deviations,
        "points": np.stack([shot.points for shot in model.shots]),
        "identities": np.stack([shot.identity for shot in model.shots]),
    }


class _Arrays:
    """Reads arrays out of the archive by name; never a pickle."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive

    def __call__(self, name: str) -> NDArray[Any]:
        return np.load(io.BytesIO(self._archive.read(f"{name}.npy")), allow_pickle=False)


def _shots(archive: zipfile.ZipFile, pages: list[dict[str, Any]], array: _Arrays) -> tuple[Shot, ...]:
    points, identities = array("points"), array("identities")
    return tuple(
        Shot(
            _decode(archive, f"shots/{number}.jpg"),
            _decode(archive, f"shots/{number}-mask.png"),
            points[number],
            identities[number],
            float(page["quality"]),
            int(page["number"]),
        )
        for number, page in enumerate(pages)
    )


def _write(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    entry = zipfile.ZipInfo(name, _EPOCH)
    entry.compress_type = zipfile.ZIP_DEFLATED if name.endswith((".npy", ".json")) else zipfile.ZIP_STORED
    archive.writestr(entry, content, compresslevel=1)


def _to_bytes(array: NDArray[Any]) -> bytes:
    into = io.BytesIO()
    np.save(into, array, allow_pickle=False)
    return into.getvalue()


def _encode(kind: str, pixels: NDArray[np.uint8], options: list[int] | None = None) -> bytes:
    turned = cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR) if pixels.ndim == 3 else pixels  # noqa: PLR2004 -- planes stay
    return cv2.imencode(kind, turned, options or [])[1].tobytes()


def _decode(archive: zipfile.ZipFile, name: str) -> NDArray[np.uint8]:
    stored = np.frombuffer(archive.read(name), np.uint8)
    pixels = cv2.imdecode(stored, cv2.IMREAD_UNCHANGED)
    if pixels is None:
        raise ValueError(name)
    return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB) if pixels.ndim == 3 else pixels, np.uint8)  # noqa: PLR2004 -- height, width, colours
