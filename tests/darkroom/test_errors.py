"""What goes wrong is said in Replicate's shapes, and the server lives on."""

from __future__ import annotations

import resource
import sys
from typing import TYPE_CHECKING, Any

import httpx
import psutil
import pytest

from tests.darkroom.running import TOKEN, end_of, train, trained_version

if TYPE_CHECKING:
    from replicate import AsyncReplicate

    from tests.darkroom.running import RunningDarkroom

MEGABYTE = 1024 * 1024


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ({"input": {}, "model": "a/b"}, ["version is required", "Additional property model is not allowed"]),
        ({"version": 7, "input": {}}, ["Invalid type. Expected: string, given: integer"]),
        ({"version": "x", "input": []}, ["Invalid type. Expected: object, given: array"]),
    ],
)
async def test_a_body_that_does_not_fit_is_refused(
    http: httpx.AsyncClient, body: dict[str, Any], found: list[str]
) -> None:
    answer = await http.post("predictions", json=body)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert (problem["title"], problem["status"]) == ("Input validation failed", 422)
    assert sorted(each["description"] for each in problem["invalid_fields"]) == sorted(found)
    assert all(words in problem["detail"] for words in found)


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"nonsense"])
async def test_what_is_no_json_is_refused(http: httpx.AsyncClient, body: bytes) -> None:
    assert (await http.post("predictions", content=body)).status_code == 400


@pytest.mark.parametrize("path", ["predictions/nobody", "trainings/nobody", "models/a/b", "files/nobody", "elsewhere"])
async def test_what_is_not_there_is_404(http: httpx.AsyncClient, path: str) -> None:
    answer = await http.get(path)
    assert answer.status_code == 404
    assert answer.json()["status"] == 404
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_wrong_method_is_405(http: httpx.AsyncClient) -> None:
    assert (await http.put("predictions", json={})).status_code == 405


@pytest.mark.parametrize("reference", ["", "nobody/nothing", "0" * 64, "darkroom/face-trainer", "a/b:" + "0" * 64])
async def test_a_version_that_cannot_predict_is_refused(http: httpx.AsyncClient, reference: str) -> None:
    answer = await http.post("predictions", json={"version": reference, "input": {}})
    assert answer.status_code == 422
    assert answer.json()["title"] == "Invalid version or not permitted"


async def test_nothing_but_outputs_is_shown_without_the_token(anybody: httpx.AsyncClient) -> None:
    for path in ("account", "predictions", "models", "files", "webhooks/default/secret"):
        assert (await anybody.get(f"/v1/{path}")).status_code == 401
    for path in ("/outputs/x/y", "/outputs/../darkroom.sqlite", "/outputs/%2e%2e/darkroom.sqlite"):
        assert (await anybody.get(path)).status_code == 404


async def test_a_model_is_made_in_ones_own_name_only(http: httpx.AsyncClient) -> None:
    model = {"owner": "somebody", "name": "faces", "visibility": "private", "hardware": "cpu"}
    assert (await http.post("models", json=model)).status_code == 403


async def test_a_public_model_and_one_with_versions_are_not_deleted(
    replicate: AsyncReplicate, http: httpx.AsyncClient
) -> None:
    await trained_version(replicate)
    for model in ("face-trainer", "faces"):
        assert (await http.delete(f"models/darkroom/{model}")).status_code == 403


async def test_a_file_above_100_mb_is_refused(http: httpx.AsyncClient) -> None:
    form = {"content": ("big.zip", bytes(102 * MEGABYTE), "application/zip")}
    answer = await http.post("files", files=form)
    assert answer.status_code == 413
    assert answer.json()["detail"] == "Files must be less than 100MB in size"


async def test_the_engines_own_words_reach_the_client(replicate: AsyncReplicate, darkroom: RunningDarkroom) -> None:
    darkroom.tell_engine("fail", "None of the photos shows a face.")
    failed = await end_of(replicate, await train(replicate))
    assert (failed.status, failed.error) == ("failed", "None of the photos shows a face.")


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("ftp://nowhere/photos.zip", "neither a link nor a data URI"),
        ("http://127.0.0.1:9/photos.zip", "could not be downloaded: ConnectError"),
        ("{base}/v1/files/bm9ib2R5", "does not exist"),
        ("data:application/zip,PK", "not in base64"),
        ("data:application/zip;base64," + "A" * 400_000, "at most 256 kB"),
    ],
)
async def test_photos_that_cannot_be_had_fail_the_training(
    replicate: AsyncReplicate, darkroom: RunningDarkroom, address: str, words: str
) -> None:
    asked = {"input_images": address.format(base=darkroom.base)}
    failed = await end_of(replicate, await train(replicate, input=asked))
    assert failed.status == "failed"
    assert words in failed.error


async def test_photos_may_lie_on_another_server(replicate: AsyncReplicate, darkroom: RunningDarkroom) -> None:
    first = await end_of(replicate, await train(replicate))
    # Any web server will do; the nearest is the darkroom itself, asked for an address that it doesn't see as its own.
    elsewhere = first.output.weights.replace("127.0.0.1", "localhost")
    failed = await end_of(replicate, await train(replicate, input={"input_images": elsewhere}))
    assert failed.error == "File is not a zip file"


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lets one process narrow the disk of another")
async def test_a_full_disk_fails_what_needs_it_and_nothing_else(
    replicate: AsyncReplicate, darkroom: RunningDarkroom
) -> None:
    version = await trained_version(replicate)
    assert darkroom.process
    server = psutil.Process(darkroom.process.pid)
    engine = server.children()[0]
    async with httpx.AsyncClient(headers={"Authorization": f"Bearer {TOKEN}"}) as client:
        narrow(server, 2 * MEGABYTE)
        full = await client.post(f"{darkroom.base}/v1/files", files={"content": ("a.zip", bytes(4 * MEGABYTE))})
        assert (full.status_code, full.json()["title"]) == (507, "Insufficient storage")
        narrow(server, resource.RLIM_INFINITY)
        good = await client.post(f"{darkroom.base}/v1/files", files={"content": ("a.zip", bytes(4 * MEGABYTE))})
        assert good.status_code == 201
    narrow(engine, 100)
    failed = await replicate.predictions.create(version=version, input={}, prefer="wait=10")
    assert (failed.status, failed.error) == ("failed", "The darkroom's disk is full. Free some space and try again.")
    narrow(engine, resource.RLIM_INFINITY)
    after = await replicate.predictions.create(version=version, input={}, prefer="wait=10")
    assert after.status == "succeeded"


def narrow(process: psutil.Process, max_bytes: int) -> None:
    """Let a process write files up to this size only: its next write fails as on a full disk."""
    process.rlimit(psutil.RLIMIT_FSIZE, (max_bytes, resource.RLIM_INFINITY))
