"""What the gateway says when a call goes wrong, and that it never makes a call twice."""

from __future__ import annotations

import socket
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from portrait_app.adapters.replicate import gateway as module
from portrait_app.adapters.replicate import listing
from portrait_app.adapters.replicate.errors import (
    BadInput,
    EngineDown,
    EngineError,
    JobVanished,
    NotSent,
    OutOfCredit,
    PublicDestination,
    Refused,
    ReplyLost,
    Throttled,
    TooLarge,
    WrongToken,
)
from portrait_app.adapters.replicate.gateway import Gateway
from portrait_app.adapters.replicate.listing import Trace
from portrait_app.domain.catalogue import TRAINERS
from portrait_app.domain.order import OrderKind
from tests.adapters.scripted import HANG_UP, SILENCE, Answer, Asked

if TYPE_CHECKING:
    from tests.adapters.scripted import ScriptedEngine

TRAINER = TRAINERS["flux-dev"]
JOB = {"id": "abc", "status": "starting", "logs": None}
ORDER = "POST /v1/predictions"
TRAIN = "POST /v1/models/ostris/flux-dev-lora-trainer/versions/v1/trainings"
LOOK = "GET /v1/predictions/abc"
VERSION = "GET /v1/models/ada/faces/versions/1"


async def order(gateway: Gateway) -> Any:
    return await gateway.start_prediction(version="ada/faces:1", input={"seed": 1}, webhook="https://studio.test/hook")


def with_face_model(engine: ScriptedEngine) -> None:
    """Give the engine the version that portraits are ordered from; it says nothing of its inputs."""
    engine.answers[VERSION] = Answer(body={"id": "1"})


async def train(gateway: Gateway) -> Any:
    return await gateway.start_training(TRAINER, photos_url="https://engine/zip", seed=3, webhook=None)


def with_trainer(engine: ScriptedEngine, **schemas: Any) -> None:
    """Give the engine what a training needs besides the order itself."""
    version = {"id": "v1", "openapi_schema": {"components": {"schemas": schemas}}}
    engine.answers |= {
        "GET /v1/models/ostris/flux-dev-lora-trainer": Answer(body={"latest_version": version}),
        "GET /v1/hardware": Answer(body=[{"sku": "cpu"}, {"sku": "gpu-t4"}]),
        "POST /v1/models": Answer(201, {"owner": "ada", "name": "faces", "visibility": "private"}),
        TRAIN: Answer(201, JOB),
    }


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (HANG_UP, ReplyLost),
        (SILENCE, ReplyLost),
        (Answer(500, {"detail": "oops"}), ReplyLost),
        (Answer(502, b"<html>bad gateway</html>"), ReplyLost),
        (Answer(504, {}), ReplyLost),
        (Answer(408, {}), ReplyLost),
        (Answer(201, b"not JSON"), ReplyLost),
        (Answer(201, ["no object"]), ReplyLost),
        (Answer(201, {"status": "starting"}), ReplyLost),  # accepted, but under which id?
        (Answer(307, {}, {"Location": "/elsewhere"}), ReplyLost),
        (Answer(400, {"detail": "no"}), Refused),
        (Answer(401, {"detail": "You did not pass a valid authentication token"}), WrongToken),
        (Answer(402, {"title": "Insufficient credit"}), OutOfCredit),
        (Answer(403, b""), Refused),
        (Answer(404, {"detail": "gone"}), Refused),
        (Answer(422, {"invalid_fields": [{"field": "input.steps"}]}), BadInput),
        (Answer(422, {"title": "Invalid version or not permitted"}), BadInput),
        (Answer(429, {"detail": "Request was throttled.", "retry_after": 7}), Throttled),
    ],
)
async def test_an_order_is_made_once_and_says_whether_it_may_have_been_taken(
    scripted: ScriptedEngine, monkeypatch: pytest.MonkeyPatch, answer: Any, expected: type[EngineError]
) -> None:
    monkeypatch.setattr(module, "TIMEOUT", httpx.Timeout(5, read=0.2))
    with_face_model(scripted)
    scripted.answers[ORDER] = answer
    gateway = Gateway(base_url=scripted.base, token="a-token")
    with pytest.raises(expected) as failed:
        await order(gateway)
    await gateway.close()
    assert type(failed.value) is expected or expected is Refused
    assert len(scripted.asked_for(ORDER)) == 1
    assert failed.value.headline
    assert failed.value.hint


@pytest.mark.parametrize(
    ("body", "field", "words"),
    [
        ({"invalid_fields": [{"field": "input.output_format"}]}, "output_format", "this output format"),
        ({"invalid_fields": [{"field": "input", "description": "prompt is required"}]}, "input", "this input"),
        ({"invalid_fields": [{"field": ""}]}, "", "with this."),
        ({"invalid_fields": []}, "", "with this."),
        ({"title": "Invalid version or not permitted"}, "", "with this."),
    ],
)
async def test_a_refused_input_is_named(
    scripted: ScriptedEngine, to_scripted: Gateway, body: Any, field: str, words: str
) -> None:
    with_face_model(scripted)
    scripted.answers[ORDER] = Answer(422, body)
    with pytest.raises(BadInput) as refused:
        await order(to_scripted)
    assert refused.value.field == field
    assert words in refused.value.hint


async def test_photos_that_are_too_much_at_once_are_refused_in_words(
    scripted: ScriptedEngine, to_scripted: Gateway
) -> None:
    scripted.answers["POST /v1/files"] = Answer(413, {"detail": "Request Entity Too Large"})
    with pytest.raises(TooLarge) as refused:
        await to_scripted.upload("photos.zip", b"zip")
    assert "take a few out" in refused.value.hint


async def test_where_nobody_listens_nothing_was_sent() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound and not listening: refused
        gateway = Gateway(base_url=f"http://127.0.0.1:{taken.getsockname()[1]}", token="a-token")
        for call in (order(gateway), gateway.upload("photos.zip", b"zip"), train(gateway)):
            with pytest.raises(NotSent) as failed:
                await call
            assert failed.value.is_retryable
        with pytest.raises(EngineDown):
            await gateway.account()
        await gateway.close()


async def test_a_name_without_an_address_means_nothing_was_sent() -> None:
    gateway = Gateway(base_url="http://engine.invalid/v1", token="a-token")
    with pytest.raises(NotSent):
        await order(gateway)
    await gateway.close()


async def test_trouble_before_the_order_means_nothing_was_ordered(
    scripted: ScriptedEngine, to_scripted: Gateway
) -> None:
    for line in ("GET /v1/models/ostris/flux-dev-lora-trainer", "GET /v1/hardware", "POST /v1/models"):
        for answer in (HANG_UP, Answer(503, {})):
            with_trainer(scripted)
            scripted.answers[line] = answer
            with pytest.raises(NotSent):
                await train(to_scripted)
    assert not scripted.asked_for(TRAIN)


async def test_a_lost_reply_to_a_training_is_a_lost_reply(scripted: ScriptedEngine, to_scripted: Gateway) -> None:
    with_trainer(scripted)
    scripted.answers[TRAIN] = HANG_UP
    with pytest.raises(ReplyLost):
        await train(to_scripted)
    assert len(scripted.asked_for(TRAIN)) == 1


async def test_a_training_carries_what_bounds_its_cost(scripted: ScriptedEngine, to_scripted: Gateway) -> None:
    with_trainer(scripted)
    await train(to_scripted)
    asked = scripted.asked_for(TRAIN)[0]
    assert asked.headers["cancel-after"] == "2h"
    assert asked.json["destination"] == "ada/faces"
    assert asked.json["input"] == TRAINER.given(photos_url="https://engine/zip", seed=3)
    assert "seed" not in asked.json["input"]  # it knows none
    made = scripted.asked_for("POST /v1/models")[0].json
    assert (made["visibility"], made["hardware"]) == ("private", "gpu-t4")


async def test_a_prediction_carries_what_bounds_its_cost_and_asks_for_the_news_that_counts(
    scripted: ScriptedEngine, to_scripted: Gateway
) -> None:
    with_face_model(scripted)
    scripted.answers[ORDER] = Answer(201, JOB)
    await order(to_scripted)
    asked = scripted.asked_for(ORDER)[0]
    assert asked.headers["cancel-after"] == "10m"
    assert asked.headers["authorization"] == "Bearer a-token"
    assert asked.json["webhook_events_filter"] == ["start", "output", "completed"]


async def test_the_trainer_and_the_destination_are_looked_up_once(
    scripted: ScriptedEngine, to_scripted: Gateway
) -> None:
    with_trainer(scripted)
    await train(to_scripted)
    before = len(scripted.asked)
    await train(to_scripted)
    assert len(scripted.asked) == before + 1


async def test_a_destination_that_was_deleted_is_made_again(scripted: ScriptedEngine, to_scripted: Gateway) -> None:
    with_trainer(scripted)
    await train(to_scripted)

    def gone_once(_: Asked) -> Answer:
        is_made_again = len(scripted.asked_for("POST /v1/models")) > 1
        return Answer(201, JOB) if is_made_again else Answer(404, {"detail": "The destination does not exist"})

    scripted.answers[TRAIN] = gone_once
    assert (await train(to_scripted)).job_id == "abc"


async def test_faces_never_go_to_a_model_that_anyone_can_see(scripted: ScriptedEngine, to_scripted: Gateway) -> None:
    with_trainer(scripted)
    scripted.answers["POST /v1/models"] = Answer(409, {"errors": [{"detail": "exists"}]})
    scripted.answers["GET /v1/models/ada/faces"] = Answer(body={"visibility": "public"})
    with pytest.raises(PublicDestination):
        await train(to_scripted)
    scripted.answers["GET /v1/models/ada/faces"] = Answer(body={"visibility": "private"})
    await train(to_scripted)


@pytest.mark.parametrize("answer", [HANG_UP, Answer(500, {}), Answer(200, b"<html>"), Answer(200, {})])
async def test_a_question_that_goes_unanswered_can_be_asked_again(
    scripted: ScriptedEngine, to_scripted: Gateway, answer: Any
) -> None:
    scripted.answers |= dict.fromkeys((LOOK, "GET /v1/account", "GET /v1/webhooks/default/secret"), answer)
    for question in (
        to_scripted.look_at(OrderKind.PREDICTION, "abc"),
        to_scripted.account(),
        to_scripted.webhook_secrets(),
    ):
        with pytest.raises(EngineDown) as failed:
            await question
        assert failed.value.is_retryable
    assert len(scripted.asked) == 3


async def test_when_to_come_again_is_read_from_the_body_or_the_header(
    scripted: ScriptedEngine, to_scripted: Gateway
) -> None:
    for answer, seconds in (
        (Answer(429, {"retry_after": 7}), 7),
        (Answer(429, b"", {"Retry-After": "3"}), 3),
        (Answer(429, b"", {"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}), 0),  # over already
        (Answer(429, b"", {"Retry-After": "soon"}), 10),
        (Answer(429, {"retry_after": "nan"}), 10),
        (Answer(429, {"retry_after": 1e9}, {"Retry-After": "3"}), 3600),
        (Answer(429, {"retry_after": None}, {"Retry-After": "inf"}), 10),
    ):
        scripted.answers[LOOK] = answer
        with pytest.raises(Throttled) as failed:
            await to_scripted.look_at(OrderKind.PREDICTION, "abc")
        assert failed.value.retry_after_s == seconds


async def test_a_date_to_come_again_is_read_as_seconds_from_now(scripted: ScriptedEngine, to_scripted: Gateway) -> None:
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=True)
    scripted.answers[LOOK] = Answer(429, b"", {"Retry-After": date})
    with pytest.raises(Throttled) as failed:
        await to_scripted.look_at(OrderKind.PREDICTION, "abc")
    assert 80 < failed.value.retry_after_s <= 90
    assert "in about 2 minutes" in failed.value.hint


@pytest.mark.parametrize(
    ("seconds", "words"), [(0, "in a moment"), (7, "in about 7 seconds"), (600, "in about 10 minutes")]
)
def test_a_throttled_order_says_when_it_goes_out(seconds: float, words: str) -> None:
    assert words in Throttled("429", seconds).hint


async def test_pages_are_turned_until_the_job_is_found_or_is_too_old(
    scripted: ScriptedEngine, to_scripted: Gateway
) -> None:
    since = datetime(2026, 11, 23, 4, tzinfo=UTC)
    young, old = since + timedelta(minutes=1), since - timedelta(minutes=1)
    pages = {
        "": [{"id": "x", "created_at": young.isoformat(), "input": {"seed": 2}}],
        "c=2": [
            {"id": "abc", "created_at": "2026-11-23T04:00:30.123456789Z", "input": {"seed": 1}},
            {"id": "y", "created_at": old.isoformat(), "input": {"seed": 3}},
        ],
        "c=3": [{"id": "y", "created_at": old.isoformat(), "input": {"seed": 4}}],
    }

    def page(asked: Asked) -> Answer:
        query = asked.path.partition("?")[2]
        here = query if query in pages else ""
        following = {"": "c=2", "c=2": "c=3"}.get(here)
        return Answer(
            body={"results": pages[here], "next": following and f"{scripted.base}/v1/predictions?{following}"}
        )

    scripted.answers |= {"GET /v1/predictions": page}

    async def found(seed: str) -> str | None:
        return (await to_scripted.jobs.find(OrderKind.PREDICTION, fingerprint=seed, since=since, until=young)).job_id

    assert [await found(seed) for seed in ("1", "3", "4")] == ["abc", None, None]


async def test_a_job_whose_input_was_removed_may_be_the_lost_one(
    scripted: ScriptedEngine, to_scripted: Gateway
) -> None:
    since = datetime(2026, 11, 23, 4, tzinfo=UTC)
    results = [
        {"id": "much later", "created_at": (since + timedelta(hours=1)).isoformat(), "data_removed": True},
        {"id": "removed", "created_at": (since + timedelta(minutes=1)).isoformat(), "data_removed": True, "input": {}},
        {"status": "processing"},
        {"id": "other", "created_at": (since + timedelta(minutes=1)).isoformat(), "input": {"seed": 2}},
    ]
    scripted.answers["GET /v1/predictions"] = Answer(body={"results": results, "next": None})
    trace = await to_scripted.jobs.find(
        OrderKind.PREDICTION, fingerprint="1", since=since, until=since + timedelta(minutes=2)
    )
    assert trace == Trace(None, ("removed",))


async def test_the_token_is_not_taken_to_another_host_by_a_list(scripted: ScriptedEngine, to_scripted: Gateway) -> None:
    async def found(of: str) -> object:
        page = {"results": [], "next": f"{of}/v1/trainings?c=2"}
        scripted.answers["GET /v1/trainings"] = Answer(body=page)
        moment = datetime.now(UTC)
        return (await to_scripted.jobs.find(OrderKind.TRAINING, fingerprint="z", since=moment, until=moment)).job_id

    assert await found(scripted.base.replace("127.0.0.1", "localhost")) is None
    assert len(scripted.asked) == 1
    assert await found(scripted.base) is None  # a list without an end is left after so many pages
    assert len(scripted.asked) == 1 + listing.MOST_PAGES


async def test_configured_secrets_are_used_as_they_are(scripted: ScriptedEngine) -> None:
    gateway = Gateway(base_url=scripted.base, token="a-token", webhook_secret="whsec_new, whsec_old")
    assert await gateway.webhook_secrets() == ("whsec_new", "whsec_old")
    await gateway.close()
    assert not scripted.asked


async def test_a_fetched_secret_is_kept(scripted: ScriptedEngine, to_scripted: Gateway) -> None:
    scripted.answers["GET /v1/webhooks/default/secret"] = Answer(body={"key": "whsec_abc"})
    assert await to_scripted.webhook_secrets() == await to_scripted.webhook_secrets() == ("whsec_abc",)
    assert len(scripted.asked) == 1


async def test_a_vanished_job_is_no_refusal(to_scripted: Gateway) -> None:
    with pytest.raises(JobVanished) as failed:
        await to_scripted.look_at(OrderKind.TRAINING, "abc")
    assert not isinstance(failed.value, Refused)
