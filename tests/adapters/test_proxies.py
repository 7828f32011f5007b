"""What stands between us and the engine speaks as well, and its word is not taken for the engine's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from portrait_app.adapters.replicate.errors import EngineError, NotSent, ReplyLost, Throttled
from tests.adapters.scripted import Answer
from tests.adapters.test_gateway_trainings import TRAIN, train, with_trainer

if TYPE_CHECKING:
    from portrait_app.adapters.replicate.gateway import Gateway
    from tests.adapters.scripted import ScriptedEngine


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 409, 413, 422])
async def test_a_no_that_is_not_the_engines_own_is_none(
    scripted: ScriptedEngine, to_scripted: Gateway, status: int
) -> None:
    """A page of a proxy's, or its JSON: it may stand in the place of a reply that the order was taken."""
    scripted.answers |= {"GET /v1/models/ada/faces/versions/1": Answer(body={"id": "1"})}
    for body in ({"detail": "Blocked by policy"}, {"status": status, "error": "Blocked", "path": "/v1/predictions"}):
        scripted.answers["POST /v1/predictions"] = Answer(status, body)
        with pytest.raises(ReplyLost):
            await to_scripted.start_prediction(version="ada/faces:1", input={"seed": 1}, webhook=None)
    page = Answer(status, b"<html>Blocked by policy</html>", {"Content-Type": "text/html"})
    scripted.answers["POST /v1/predictions"] = page
    with pytest.raises(ReplyLost):
        await to_scripted.start_prediction(version="ada/faces:1", input={"seed": 1}, webhook=None)
    scripted.answers["GET /v1/models/ada/faces/versions/2"] = page
    with pytest.raises(NotSent):  # nor is the face model gone
        await to_scripted.start_prediction(version="ada/faces:2", input={"seed": 1}, webhook=None)
    scripted.answers["POST /v1/predictions"] = Answer(status, {"title": "Not possible", "status": status})
    with pytest.raises(EngineError) as own:  # its words may be a title alone
        await to_scripted.start_prediction(version="ada/faces:1", input={"seed": 1}, webhook=None)
    assert not isinstance(own.value, ReplyLost)


async def test_but_what_anybody_throttles_was_not_done(scripted: ScriptedEngine, to_scripted: Gateway) -> None:
    scripted.answers |= {"GET /v1/models/ada/faces/versions/1": Answer(body={"id": "1"})}
    for said in (Answer(429, {"message": "slow down"}), Answer(429, b"<html>", {"Content-Type": "text/html"})):
        scripted.answers["POST /v1/predictions"] = said
        with pytest.raises(Throttled):
            await to_scripted.start_prediction(version="ada/faces:1", input={"seed": 1}, webhook=None)


@pytest.mark.parametrize("asked", ["GET /v1/models/ostris/flux-dev-lora-trainer", "POST /v1/models", TRAIN])
async def test_nor_is_a_trainer_gone_or_its_destination(
    scripted: ScriptedEngine, to_scripted: Gateway, asked: str
) -> None:
    with_trainer(scripted)
    scripted.answers[asked] = Answer(404, b"<html>Not found</html>", {"Content-Type": "text/html"})
    with pytest.raises(ReplyLost if asked == TRAIN else NotSent):
        await train(to_scripted)
