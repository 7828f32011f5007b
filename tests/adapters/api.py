"""Replicate's HTTP API in short, of our own making: which calls there are, and what each takes.

In OpenAPI's form, so that the same tests hold our requests against this and, where its recordings are
(`tests/recordings`), against Replicate's own document.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from jsonschema import Draft202012Validator

from tests.recordings import RECORDINGS

if TYPE_CHECKING:
    from tests.adapters.scripted import Asked

TEXT = {"type": "string"}
NEWS: dict[str, Any] = {
    "webhook": TEXT,
    "webhook_events_filter": {"type": "array", "items": {"enum": ["start", "output", "logs", "completed"]}},
}


def takes(required: dict[str, Any], *, open_to_more: bool = True, **optional: Any) -> dict[str, Any]:
    """A call with a JSON body that has all of these, and may have those."""
    schema = {"type": "object", "required": list(required), "properties": required | optional}
    schema |= {} if open_to_more else {"additionalProperties": False}
    return {"requestBody": {"content": {"application/json": {"schema": schema}}}}


FILE = {"requestBody": {"content": {"multipart/form-data": {"schema": {"required": ["content"]}}}}}
VERSION = "/models/{model_owner}/{model_name}/versions/{version_id}"
COMPACT: dict[str, Any] = {
    "paths": {
        "/account": {"get": {}},
        "/hardware": {"get": {}},
        "/webhooks/default/secret": {"get": {}},
        "/files": {"get": {}, "post": FILE},
        "/files/{file_id}": {"delete": {}},
        "/models": {
            "post": takes(
                {"owner": TEXT, "name": TEXT, "visibility": {"enum": ["public", "private"]}, "hardware": TEXT},
                description=TEXT,
            )
        },
        "/models/{model_owner}/{model_name}": {"get": {}},
        VERSION: {"get": {}, "delete": {}},
        f"{VERSION}/trainings": {"post": takes({"destination": TEXT, "input": {"type": "object"}}, **NEWS)},
        "/predictions": {
            "get": {},
            "post": takes({"version": TEXT, "input": {"type": "object"}}, open_to_more=False, **NEWS),
        },
        "/predictions/{prediction_id}": {"get": {}},
        "/predictions/{prediction_id}/cancel": {"post": {}},
        "/trainings": {"get": {}},
        "/trainings/{training_id}": {"get": {}},
        "/trainings/{training_id}/cancel": {"post": {}},
    }
}


def published() -> dict[str, Any]:
    """Replicate's own document; only where its recordings are."""
    return json.loads((RECORDINGS / "openapi.json").read_text())


def call_of(api: dict[str, Any], asked: Asked) -> tuple[str, str] | None:
    """The path and the method, as the document writes them, of the call that was made; None: it knows no such call."""
    path, method = asked.path.partition("?")[0].removeprefix("/v1"), asked.method.lower()
    for template, methods in api["paths"].items():
        if re.fullmatch(re.sub(r"\{[^}]*\}", "[^/]+", template), path) and method in methods:
            return template, method
    return None


def wrong_with(api: dict[str, Any], asked: Asked) -> list[str]:
    """What the document finds wrong with a request."""
    call = call_of(api, asked)
    if call is None:
        return [f"no such call: {asked.method} {asked.path}"]
    content = api["paths"][call[0]][call[1]].get("requestBody", {}).get("content", {})
    if not content:
        return ["a body where none belongs"] if asked.body else []
    ((kind, said),) = content.items()
    if not asked.headers.get("content-type", "").startswith(kind):
        return [f"{asked.headers.get('content-type')} instead of {kind}"]
    if kind != "application/json":
        names = re.findall(rb'name="([^"]+)"', asked.body)
        return [f"no {name}" for name in said["schema"]["required"] if name.encode() not in names]
    schema = said["schema"] | {"components": api.get("components", {})}
    return [error.message for error in Draft202012Validator(schema).iter_errors(asked.json)]
