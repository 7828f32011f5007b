"""Replicate's contract in short: which keys its bodies have, and of what type, as JSON schemas of our making."""

from __future__ import annotations

from typing import Any

TEXT: dict[str, Any] = {"type": "string"}
MAYBE_TEXT: dict[str, Any] = {"type": ["string", "null"]}
LINK: dict[str, Any] = {"type": "string", "pattern": "^https?://"}
MAYBE_LINK: dict[str, Any] = {"anyOf": [LINK, {"type": "null"}]}
MOMENT: dict[str, Any] = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{1,9}Z$"}
OBJECT: dict[str, Any] = {"type": "object"}
STATUS: dict[str, Any] = {"enum": ["starting", "processing", "succeeded", "failed", "canceled", "aborted"]}


def body(required: dict[str, Any], **optional: Any) -> dict[str, Any]:
    """An object that has all of these, may have those, and nothing else."""
    known = required | optional
    return {"type": "object", "required": list(required), "properties": known, "additionalProperties": False}


def page(of: dict[str, Any]) -> dict[str, Any]:
    """A page of a list."""
    return body({"next": MAYBE_LINK, "previous": MAYBE_LINK, "results": {"type": "array", "items": of}})


METRICS = body({"total_time": {"type": "number"}}, predict_time={"type": "number"})
ACCOUNT = body({"type": {"enum": ["user", "organization"]}, "username": TEXT}, name=TEXT)
HARDWARE = {"type": "array", "items": body({"name": TEXT, "sku": TEXT})}
SECRET = body({"key": {"type": "string", "pattern": "^whsec_[A-Za-z0-9+/]{32,}=*$"}})
VERSION = body(
    {"id": {"type": "string", "pattern": "^[0-9a-f]{64}$"}, "created_at": MOMENT, "openapi_schema": OBJECT},
    cog_version=TEXT,
)
MODEL = body(
    {
        "url": LINK,
        "owner": TEXT,
        "name": TEXT,
        "visibility": {"enum": ["public", "private"]},
        "run_count": {"type": "integer"},
    },
    description=MAYBE_TEXT,
    created_at=MOMENT,
    is_official={"type": "boolean"},
    github_url=MAYBE_LINK,
    paper_url=MAYBE_LINK,
    license_url=MAYBE_LINK,
    cover_image_url=MAYBE_LINK,
    default_example={"type": ["object", "null"]},
    latest_version={"anyOf": [VERSION, {"type": "null"}]},
)
JOB_ID = {"type": "string", "pattern": "^[0-9a-z]{26}$"}
PREDICTION = body(
    {
        "id": JOB_ID,
        "model": TEXT,
        "version": TEXT,
        "input": OBJECT,
        "output": {"anyOf": [{"type": "array", "items": LINK}, LINK, {"type": "null"}]},
        "data_removed": {"type": "boolean"},
        "error": MAYBE_TEXT,
        "status": STATUS,
        "created_at": MOMENT,
        "urls": body({"web": LINK, "get": LINK, "cancel": LINK}, stream=LINK),
    },
    logs=TEXT,
    source={"enum": ["api", "web"]},
    started_at=MOMENT,
    completed_at=MOMENT,
    deadline=MOMENT,
    metrics=METRICS,
)
TRAINING = body(
    {
        "id": JOB_ID,
        "model": TEXT,
        "version": TEXT,
        "input": OBJECT,
        "error": MAYBE_TEXT,
        "status": STATUS,
        "created_at": MOMENT,
        "urls": body({"get": LINK, "cancel": LINK}, web=LINK),
    },
    output={"anyOf": [body({"version": TEXT, "weights": LINK}), {"type": "null"}]},
    logs=TEXT,
    source={"enum": ["api", "web"]},
    started_at=MOMENT,
    completed_at=MOMENT,
    metrics=METRICS,
)
FILE = body(
    {
        "id": TEXT,
        "urls": body({"get": LINK}),
        "content_type": TEXT,
        "size": {"type": "integer"},
        "checksums": body({"sha256": {"type": "string", "pattern": "^[0-9a-f]{64}$"}}, md5=TEXT),
        "metadata": OBJECT,
        "created_at": MOMENT,
        "expires_at": MOMENT,
    },
    name=TEXT,
    etag=TEXT,
)

# Path in Replicate's own OpenAPI document, and the shape of a good answer to GET there.
SHAPES: dict[str, dict[str, Any]] = {
    "/account": ACCOUNT,
    "/hardware": HARDWARE,
    "/webhooks/default/secret": SECRET,
    "/models": page(MODEL),
    "/models/{model_owner}/{model_name}": MODEL,
    "/models/{model_owner}/{model_name}/versions": page(VERSION),
    "/models/{model_owner}/{model_name}/versions/{version_id}": VERSION,
    "/predictions": page(PREDICTION),
    "/predictions/{prediction_id}": PREDICTION,
    "/trainings": page(TRAINING),
    "/trainings/{training_id}": TRAINING,
    "/files": page(FILE),
    "/files/{file_id}": FILE,
}
