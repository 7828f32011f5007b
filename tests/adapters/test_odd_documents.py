"""What a stranger's model says of itself is read as words, and leads nowhere."""

from __future__ import annotations

import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest

from portrait_app.adapters.replicate.errors import ModelDiffers
from portrait_app.adapters.replicate.schema import changes, complaints, says_of
from tests.adapters import replicated
from tests.adapters.test_schemas import QWEN, TRAIN, train, with_trainer

if TYPE_CHECKING:
    from collections.abc import Generator

    from portrait_app.adapters.replicate.gateway import Gateway
    from tests.adapters.scripted import ScriptedEngine

GIVEN = {"n": 3, "prompt": "a photo"}


def says(properties: object, **more: Any) -> dict[str, Any]:
    """A document of a model that takes these inputs."""
    return {"components": {"schemas": {"Input": {"type": "object", "properties": properties, **more}}}}


@pytest.fixture
def inside() -> Generator[tuple[str, list[str]]]:
    """An address in our own network, and what was asked for there: in a thread, since who fetches may hold ours up."""
    asked: list[str] = []

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b'{"type": "integer"}')

    server = ThreadingHTTPServer(("127.0.0.1", 0), Page)
    serving = threading.Thread(target=server.serve_forever)
    serving.start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    serving.join()
    server.server_close()


def test_no_reference_is_followed_to_an_address(inside: tuple[str, list[str]]) -> None:
    base, asked = inside
    for reference in (
        {"$ref": f"{base}/inside"},
        {"$id": base, "$ref": "/inside"},
        {"$dynamicRef": f"{base}/inside"},
        {"$ref": "file:///etc/hostname"},
    ):
        (complaint,) = complaints(says({"n": reference, "prompt": {}}), "Input", GIVEN)
        assert "can't be read" in complaint
    assert asked == []


@pytest.mark.parametrize(
    "document",
    [
        says({"n": {}, "prompt": {"pattern": "("}}),
        says({"n": {"multipleOf": 0}, "prompt": {}}),
        says({"n": {"$ref": 5}, "prompt": {}}),
        says({"n": {"$ref": "http://["}, "prompt": {}}),
        says({"n": {"$id": "http://[", "$ref": "x"}, "prompt": {}}),
        says({"n": {"allOf": ["x"]}, "prompt": {}}),
        says({"n": 5, "prompt": {}}),
        says({"n": {}, "prompt": {}}, dependentRequired=5),
        says({"n": {}, "prompt": {}}, patternProperties={"(": {}}),
        says(["n", "prompt"]),
        says(None),
    ],
)
def test_what_can_not_be_read_does_not_fit_and_breaks_nothing(document: dict[str, Any]) -> None:
    assert says_of(document, "Input")
    (complaint,) = complaints(document, "Input", GIVEN)
    assert "can't be read" in complaint
    assert changes(document, "Input", {}) == []


async def test_a_trainer_that_can_not_be_read_is_not_offered_and_nothing_is_sent(
    scripted: ScriptedEngine, to_scripted: Gateway
) -> None:
    document = says({})
    document["components"]["schemas"]["TrainingInput"] = {"properties": {"dataset": {"pattern": "("}}}
    with_trainer(scripted, document)
    for call in (to_scripted.check_trainer(QWEN), train(to_scripted)):
        with pytest.raises(ModelDiffers, match="can't be read"):
            await call
    assert not scripted.asked_for(TRAIN)


def doubling(levels: int, *, last: dict[str, Any]) -> dict[str, Any]:
    """A document whose references branch in two with each level."""
    document = replicated.document("Input", {"seed": {"$ref": "#/components/schemas/at0"}}, [])
    schemas = document["components"]["schemas"]
    for level in range(levels):
        schemas[f"at{level}"] = {"allOf": [{"$ref": f"#/components/schemas/at{level + 1}"}] * 2}
    schemas[f"at{levels}"] = last
    return document


@pytest.mark.parametrize(
    "document",
    [
        replicated.document("Input", {"seed": {"pattern": "^(a+)+$"}}, []),
        replicated.document("Input", {"seed": {"pattern": "^(a|a)*$"}}, []),
        replicated.document("Input", {"seed": {"patternProperties": {"^(a+)+$": {}}}}, []),
        replicated.document(
            "Input", {"seed": {"additionalProperties": False, "patternProperties": {"(a+)+$": {}}}}, []
        ),
        doubling(40, last={"type": "string"}),
        doubling(40, last={"unevaluatedProperties": False}),
        replicated.document("Input", {"seed": {"$ref": "#/components/schemas/Input"}}, []),
    ],
)
def test_no_schema_of_a_stranger_keeps_us_busy(document: dict[str, Any]) -> None:
    began = time.process_time()
    word = "a" * 60 + "!"
    assert complaints(document, "Input", {"seed": word}) or complaints(document, "Input", {"seed": {word: 1}})
    assert time.process_time() - began < 1


def test_a_pattern_is_held_against_what_we_send_and_one_that_looks_around_is_left_to_the_engine() -> None:
    of = lambda pattern: replicated.document("Input", {"size": {"pattern": pattern}}, [])  # noqa: E731 -- once
    assert complaints(of(r"^\d+x\d+$"), "Input", {"size": "64x64"}) == []
    assert complaints(of(r"^\d+x\d+$"), "Input", {"size": "large"}) == [r"size: 'large' does not match '^\\d+x\\d+$'"]
    assert complaints(of("(?=6)"), "Input", {"size": "large"}) == []
