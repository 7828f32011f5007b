"""`urls.stream`: a prediction's log and pictures as server-sent events."""

from __future__ import annotations

import json
import signal
from typing import TYPE_CHECKING, Any

import httpx
from replicate import AsyncReplicate

from tests.darkroom.running import PATIENCE_S, TOKEN, end_of, train, trained_version

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from tests.darkroom.running import RunningDarkroom

Heard = tuple[str, str, str]  # event, id, data


async def listened(link: str, last: str = "") -> AsyncGenerator[Heard]:
    """Read the events there, as the standard has it, until the server ends them; without any token."""
    headers = {"accept": "text/event-stream"} | ({"last-event-id": last} if last else {})
    async with httpx.AsyncClient(timeout=PATIENCE_S) as client, client.stream("GET", link, headers=headers) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        said: dict[str, list[str]] = {}
        async for line in answer.aiter_lines():
            if line:
                name, _, value = line.partition(": ")
                said.setdefault(name, []).append(value)
            elif "event" in said:
                yield said["event"][0], said["id"][0], "\n".join(said["data"])
                said = {}


async def test_each_picture_is_streamed_when_it_is_there_and_the_end_closes_the_stream(
    replicate: AsyncReplicate, darkroom: RunningDarkroom
) -> None:
    version = await trained_version(replicate)
    darkroom.tell_engine("hold-after", "1")
    made: Any = await replicate.predictions.create(version=version, input={"num_outputs": 2})
    heard: list[Heard] = []
    async for event in listened(made.urls.stream):
        heard.append(event)
        if event[0] == "output" and (darkroom.engine / "hold-after").exists():
            one = await replicate.predictions.get(prediction_id=made.id)
            assert one.status == "processing"  # the first picture came while the second was still being made
            (darkroom.engine / "hold-after").unlink()
    whole: Any = await replicate.predictions.get(prediction_id=made.id)
    assert [data for name, _, data in heard if name == "output"] == whole.output
    assert "".join(data for name, _, data in heard if name == "logs") == whole.logs
    assert (heard[-1][0], json.loads(heard[-1][2])) == ("done", {})


async def test_whoever_was_cut_off_goes_on_where_they_were(replicate: AsyncReplicate) -> None:
    version = await trained_version(replicate)
    made: Any = await replicate.predictions.create(version=version, input={"num_outputs": 3}, prefer="wait=10")
    whole = [event async for event in listened(made.urls.stream)]
    outputs = [event for event in whole if event[0] == "output"]
    rest = [event async for event in listened(made.urls.stream, last=outputs[0][1])]
    assert [event for event in rest if event[0] == "output"] == outputs[1:]
    assert not [event for event in rest if event[0] == "logs"]
    assert [event async for event in listened(made.urls.stream, last="nonsense")] == whole


async def test_a_failure_and_a_cancelling_are_said_before_the_end(
    replicate: AsyncReplicate, darkroom: RunningDarkroom
) -> None:
    version = await trained_version(replicate)
    darkroom.tell_engine("fail", "no light")
    failed: Any = await replicate.predictions.create(version=version, input={}, prefer="wait=10")
    heard = [(name, data) async for name, _, data in listened(failed.urls.stream)][-2:]
    assert heard == [("error", '{"detail": "no light"}'), ("done", '{"reason": "error"}')]
    (darkroom.engine / "fail").unlink()
    darkroom.tell_engine("hold")
    held: Any = await replicate.predictions.create(version=version, input={})
    await replicate.predictions.cancel(prediction_id=held.id)
    assert [(name, data) async for name, _, data in listened(held.urls.stream)][-1] == (
        "done",
        '{"reason": "canceled"}',
    )


async def test_an_open_stream_ends_with_the_darkroom_and_goes_on_after_it(fresh_darkroom: RunningDarkroom) -> None:
    over: Any = {"bearer_token": TOKEN, "max_retries": 0}
    async with AsyncReplicate(base_url=f"{fresh_darkroom.base}/v1", **over) as replicate:
        version = await trained_version(replicate)
        fresh_darkroom.tell_engine("hold-after", "1")
        made: Any = await replicate.predictions.create(version=version, input={"num_outputs": 2})
        heard: list[Heard] = []
        async for event in listened(made.urls.stream):
            heard.append(event)
            if event[0] == "output":
                assert fresh_darkroom.process
                fresh_darkroom.process.send_signal(signal.SIGINT)
        assert "done" not in {name for name, _, _ in heard}
        assert await fresh_darkroom.end() == 0
        said = (fresh_darkroom.folder / "log.txt").read_text()
        assert "graceful shutdown exceeded" not in said
        fresh_darkroom.free_engine()
        await fresh_darkroom.start()
        rest = [event async for event in listened(made.urls.stream, last=heard[-1][1])]
        assert [name for name, _, _ in rest if name != "logs"] == ["output", "done"]


async def test_what_comes_all_at_once_has_no_stream(replicate: AsyncReplicate, http: httpx.AsyncClient) -> None:
    training = await end_of(replicate, await train(replicate))
    body = (await http.get(f"trainings/{training.id}")).json()
    assert "stream" not in body["urls"]
    folder = body["output"]["weights"].split("/outputs/")[1].split("/")[0]
    for unknown in (folder, "nothing"):
        assert (await http.get(f"{http.base_url}".removesuffix("/v1/") + f"/streams/{unknown}")).status_code == 404
