"""The model files: only the pinned bytes are ever used."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from portrait_app.faces import published, weights
from portrait_app.faces.reader import FaceReader
from tests.models import models


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the model files that a test may spoil."""
    return shutil.copytree(models(), tmp_path / "models", ignore=shutil.ignore_patterns(".*"))  # another worker's


def test_a_complete_folder_lacks_nothing(folder: Path) -> None:
    assert weights.check(folder) == []


def test_an_empty_folder_lacks_every_file(tmp_path: Path) -> None:
    assert weights.check(tmp_path / "nowhere") == [file.name for file in weights.MODEL_FILES]


@pytest.mark.parametrize("file", weights.MODEL_FILES, ids=lambda file: file.name)
def test_one_altered_byte_is_refused_by_name_and_the_message_says_how_to_mend_it(
    folder: Path, file: weights.ModelFile
) -> None:
    content = bytearray((folder / file.name).read_bytes())
    content[len(content) // 2] ^= 1
    (folder / file.name).write_bytes(content)

    assert weights.check(folder) == [file.name]
    with pytest.raises(weights.MissingModelFiles, match="make models") as refused:
        FaceReader(folder)
    assert refused.value.names == (file.name,)


def test_a_cut_off_file_is_refused(folder: Path) -> None:
    path = folder / weights.IDENTITY.name
    path.write_bytes(path.read_bytes()[:-1])
    assert weights.check(folder) == [weights.IDENTITY.name]


def test_a_complete_folder_asks_no_registry(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(published, "_pip_download", pytest.fail)
    said: list[str] = []
    weights.fetch(folder, say=said.append)
    assert said == []


def test_only_what_is_missing_is_fetched_again(folder: Path) -> None:
    (folder / weights.FACE_LANDMARKS.name).unlink()
    said: list[str] = []
    weights.fetch(folder, say=said.append)
    assert weights.check(folder) == []
    assert len(said) == 1
    assert weights.MEDIAPIPE in said[0]


def test_what_a_registry_publishes_must_be_what_is_pinned(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / weights.PERSON_MASK.name).unlink()
    monkeypatch.setattr(published, "from_wheel", lambda _package, members, _scratch: dict.fromkeys(members, b"else"))
    with pytest.raises(weights.MissingModelFiles, match="not what is pinned"):
        weights.fetch(folder, say=lambda _: None)
    assert sorted(path.name for path in folder.iterdir()) == sorted(
        file.name for file in weights.MODEL_FILES if file is not weights.PERSON_MASK
    )


def test_a_package_that_is_not_to_be_had_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    with pytest.raises(weights.MissingModelFiles, match=weights.MEDIAPIPE):
        weights.fetch(tmp_path / "models", say=lambda _: None)


@pytest.mark.parametrize(
    ("registry", "reason"),
    [("http://127.0.0.1:1", "ECONNREFUSED"), (None, "No matching version found")],
    ids=["nobody answers", "no such version"],
)
def test_why_npm_fetched_nothing_is_said(
    registry: str | None, reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("npm_config_fetch_retries", "0")
    if registry:
        monkeypatch.setenv("npm_config_registry", registry)
    with pytest.raises(published.NotPublished, match=reason) as refused:
        published.from_npm("@vladmandic/face-api@0.0.0", [], tmp_path)
    assert len(str(refused.value).splitlines()) == 1


def test_a_package_is_read_from_a_scratch_folder_named_from_here_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "package"
    package.mkdir()
    (package / "package.json").write_text('{"name": "weights", "version": "1.0.0"}')
    monkeypatch.chdir(tmp_path)
    Path("var/models").mkdir(parents=True)  # as `make models` names it
    read = published.from_npm(str(package), ["package/package.json"], Path("var/models"))
    assert read == {"package/package.json": (package / "package.json").read_bytes()}


def test_the_command_says_in_one_line_what_it_needs(capsys: pytest.CaptureFixture[str]) -> None:
    assert weights.main([]) == 2
    assert capsys.readouterr().err == "usage: python -m portrait_app.faces.weights FOLDER\n"
