"""What the gateway says when a call goes wrong, and that it never makes a call twice."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from portrait_app.adapters.replicate import gateway as module
from portrait_app.adapters.replicate.errors import (
    BadInput,
    EngineDown,
    EngineError,
    FaceModelGone,
    JobVanished,
    NotSent,
    OutOfCredit,
    Refused,
    ReplyLost,
    StoppedOnTheWay,
    Throttled,
    TooLarge,
    WrongToken,
)
from portrait_app.adapters.replicate.gateway import Gateway
from portrait_app.domain.order import OrderKind
from tests.adapters.scripted import HANG_UP, SILENCE, Answer, problem
from tests.adapters.test_gateway_trainings import TRAIN, train, with_trainer

if TYPE_CHECKING:
    from tests.adapters.scripted import ScriptedEngine

JOB = {"id": "abc", "status": "starting", "logs": None}
ORDER = "POST /v1/predictions"
LOOK = "GET /v1/predictions/abc"
VERSION = "GET /v1/models/ada/faces/versions/1"


async def order(gateway: Gateway) -> Any:
    return await gateway.start_prediction(version="ada/faces:1", input={"seed": 1}, webhook="https://studio.test/hook")


def with_face_model(engine: ScriptedEngine) -> None:
    """Give the engine the version that portraits are ordered from; it says nothing of its inputs."""
    engine.answers[VERSION] = Answer(body={"id": "1"})


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
        (problem(400, {"detail": "no"}), Refused),
        (problem(401, {"detail": "You did not pass a valid authentication token"}), WrongToken),
        (problem(402, {"title": "Insufficient credit"}), OutOfCredit),
        (problem(403, {"detail": "no"}), Refused),
        (problem(404, {"detail": "gone"}), FaceModelGone),
        (problem(422, {"invalid_fields": [{"field": "input.steps"}]}), BadInput),
        (problem(422, {"title": "Invalid version or not permitted"}), FaceModelGone),
        (problem(429, {"detail": "Request was throttled.", "retry_after": 7}), Throttled),
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
        ({"invalid_fields": [{"field": "input.aspect_ratio"}]}, "aspect_ratio", "with this shape"),
        ({"invalid_fields": [{"field": "input.prompt"}]}, "prompt", "with this style"),
        ({"invalid_fields": [{"field": "input.num_outputs"}]}, "num_outputs", "with this number of portraits"),
        ({"invalid_fields": [{"field": "input.extra_loras"}]}, "extra_loras", "with these extra loras"),
    ],
)
async def test_a_refused_input_is_named(
    scripted: ScriptedEngine, to_scripted: Gateway, body: Any, field: str, words: str
) -> None:
    with_face_model(scripted)
    scripted.answers[ORDER] = problem(422, body)
    with pytest.raises(BadInput) as refused:
        await order(to_scripted)
    assert refused.value.field == field
    assert words in refused.value.hint
    assert "Try another style or shape" in refused.value.hint


@pytest.mark.parametrize(
    ("field", "words", "step"),
    [
        ("input_images", "these photos", "other photos"),
        ("steps", "these steps", "make doctor"),
        ("lora_rank", "this lora rank", "make doctor"),
        ("", "this.", "make doctor"),
    ],
)
async def test_a_refused_input_of_a_training_is_said_without_styles_and_shapes(
    scripted: ScriptedEngine, to_scripted: Gateway, field: str, words: str, step: str
) -> None:
    with_trainer(scripted)
    scripted.answers[TRAIN] = problem(422, {"invalid_fields": [{"field": f"input.{field}"}]})
    with pytest.raises(BadInput) as refused:
        await train(to_scripted)
    assert words in refused.value.hint
    assert step in refused.value.hint
    assert "style" not in refused.value.hint


async def test_photos_that_are_too_much_at_once_are_refused_in_words(
    scripted: ScriptedEngine, to_scripted: Gateway
) -> None:
    scripted.answers["POST /v1/files"] = Answer(413, {"detail": "Request Entity Too Large"})
    with pytest.raises(TooLarge) as refused:
        await to_scripted.upload("photos.zip", b"zip")
    assert "take a few out" in refused.value.hint


async def test_photos_that_are_too_much_for_what_stands_between_are_not_the_engines_no(
    scripted: ScriptedEngine, to_scripted: Gateway
) -> None:
    page = Answer(413, b"<html>Request Entity Too Large</html>", {"Content-Type": "text/html"})
    scripted.answers["POST /v1/files"] = page
    with pytest.raises(StoppedOnTheWay):
        await to_scripted.upload("photos.zip", b"zip")


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


@pytest.mark.parametrize(
    "somebody_elses",
    [
        Answer(404, b"<html>404 Not Found</html>", {"Content-Type": "text/html"}),
        Answer(404, {"message": "no Route matched"}, {"Content-Type": "application/json"}),
        Answer(404, {"detail": "Not Found"}, {"Content-Type": "application/json"}),
        Answer(404, {"detail": "Not Found", "status": 502}, {"Content-Type": "application/json"}),
        Answer(404, {"detail": {}, "status": 404}, {"Content-Type": "application/json"}),
        Answer(404, b'{"detail": "Not Found", "status": 404}', {"Content-Type": "text/html"}),
        Answer(404, {"title": "Not found"}, {"Content-Type": "application/problem+json"}),
        Answer(404, b"", {"Content-Type": "application/problem+json"}),
    ],
    ids=[
        *("a page", "a gateway's", "another app's", "of another status", "no words", "as a page"),
        *("without words", "without a body"),
    ],
)
async def test_a_404_that_is_not_the_engines_own_is_no_answer(
    scripted: ScriptedEngine, to_scripted: Gateway, somebody_elses: Answer
) -> None:
    scripted.answers |= dict.fromkeys((LOOK, f"POST {LOOK[4:]}/cancel", VERSION, "DELETE /v1/files/f"), somebody_elses)
    for question in (
        to_scripted.look_at(OrderKind.PREDICTION, "abc"),
        to_scripted.cancel(OrderKind.PREDICTION, "abc"),
        to_scripted.is_version_gone("ada/faces:1"),
        to_scripted.delete_file("f"),
    ):
        with pytest.raises(EngineDown):
            await question


@pytest.mark.parametrize(
    "own",
    [
        Answer(404, {"detail": "Not found"}, {"Content-Type": "application/problem+json; charset=utf-8"}),
        Answer(404, {"detail": "Not found", "status": 404}, {"Content-Type": "application/json"}),
    ],
    ids=["a problem", "plain JSON"],
)
async def test_the_engines_own_404_needs_no_title(scripted: ScriptedEngine, to_scripted: Gateway, own: Answer) -> None:
    scripted.answers |= {LOOK: own, VERSION: own}
    with pytest.raises(JobVanished):
        await to_scripted.look_at(OrderKind.PREDICTION, "abc")
    assert await to_scripted.is_version_gone("ada/faces:1")


async def test_whose_account_it_is_is_asked_once(scripted: ScriptedEngine, to_scripted: Gateway) -> None:
    scripted.answers["GET /v1/account"] = Answer(200, {"username": "ada"})
    assert [await to_scripted.places.whose() for _ in range(2)] == ["ada", "ada"]
    assert len(scripted.asked_for("GET /v1/account")) == 1


async def test_a_vanished_job_is_no_refusal(to_scripted: Gateway) -> None:
    with pytest.raises(JobVanished) as failed:
        await to_scripted.look_at(OrderKind.TRAINING, "abc")
    assert not isinstance(failed.value, Refused)
