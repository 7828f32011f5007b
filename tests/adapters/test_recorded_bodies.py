"""Bodies that Replicate really sent, besides those of jobs; and that none of what was recorded lies there unread."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from portrait_app.adapters.replicate.errors import Missing
from tests.adapters.scripted import Answer
from tests.adapters.test_recordings import jobs, recordings
from tests.recordings import RECORDINGS, needed

if TYPE_CHECKING:
    from portrait_app.adapters.replicate.gateway import Gateway
    from portrait_app.adapters.replicate.models import Models
    from tests.adapters.scripted import ScriptedEngine

pytestmark = needed

FILE, MODEL = "aiproxy-FileRespons-0.json", "aiproxy-ModelRespon-0.json"
ERRORS = "real-error-bodies.jsonl"  # read in test_recordings


def recorded(name: str) -> Any:
    return json.loads((RECORDINGS / "bodies" / name).read_text())


async def test_a_recorded_file_is_found_where_it_was_uploaded(scripted: ScriptedEngine, to_scripted: Gateway) -> None:
    file = recorded(FILE)
    scripted.answers |= {
        "POST /v1/files": Answer(201, file),
        "GET /v1/files": Answer(body={"results": [file], "next": None}),
    }
    uploaded = await to_scripted.upload(file["name"], b"zip")
    assert (uploaded.id, uploaded.url) == (file["id"], file["urls"]["get"])
    assert await to_scripted.jobs.find_files(file["name"]) == ([uploaded], True)
    assert await to_scripted.jobs.find_files("another.zip") == ([], True)


async def test_a_recorded_model_without_a_version_has_none(scripted: ScriptedEngine, to_scripted: Gateway) -> None:
    model = recorded(MODEL)
    name = f"{model['owner']}/{model['name']}"
    scripted.answers[f"GET /v1/models/{name}"] = Answer(body=model)
    known: Models = to_scripted._models
    with pytest.raises(Missing, match="no version"):
        await known.newest(name)


def test_nothing_that_was_recorded_lies_there_unread() -> None:
    bodies = {path.name for path in (RECORDINGS / "bodies").iterdir()}
    of_jobs = {name for name in bodies if name.startswith("cog") or (name.startswith("aiproxy") and is_job(name))}
    assert bodies - of_jobs == {FILE, MODEL, ERRORS}
    assert set(recordings()) == {path.stem for path in (RECORDINGS / "cassettes").iterdir()}
    assert all(recordings().values())
    assert {kind.value for kind, _ in jobs()} == {"training", "prediction"}


def is_job(name: str) -> bool:
    return "status" in recorded(name)
