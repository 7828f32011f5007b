"""Predictions: asked for, and waited for if the client likes."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse

from portrait_app.darkroom.api.jobs import new_job
from portrait_app.darkroom.api.models import model_of, schema_of
from portrait_app.darkroom.api.requests import darkroom_of, deadline_of, read_body, wait_of
from portrait_app.darkroom.catalogue import part, with_whole_numbers
from portrait_app.darkroom.clock import now, stamp
from portrait_app.darkroom.offers import TRAINER
from portrait_app.darkroom.problems import invalid, unusable_version
from portrait_app.darkroom.schemas import MODEL_PREDICTION, PREDICTION, violations

if TYPE_CHECKING:
    from starlette.requests import Request

    from portrait_app.darkroom.darkroom import Darkroom
    from portrait_app.darkroom.store import Version

_REFERENCE = re.compile(r"(?:(?P<model>[^/:]+/[^/:]+):)?(?P<id>[0-9a-f]{64})|(?P<latest>[^/:]+/[^/:]+)")


async def create_prediction(request: Request) -> JSONResponse:
    """`POST /v1/predictions`, of `owner/name:id`, `id` or the latest version of `owner/name`."""
    body = await read_body(request, PREDICTION)
    return await _create(request, body, _find_version(darkroom_of(request), body["version"]))


async def create_prediction_of_model(request: Request) -> JSONResponse:
    """`POST /v1/models/{owner}/{name}/predictions`, of its latest version."""
    model = model_of(request)
    body = await read_body(request, MODEL_PREDICTION)
    return await _create(request, body, _find_version(darkroom_of(request), model.full_name))


async def _create(request: Request, body: dict[str, Any], version: Version) -> JSONResponse:
    darkroom = darkroom_of(request)
    schema = schema_of(darkroom, version)
    if found := violations(part(schema, "Input"), body["input"], root="input"):
        raise invalid(found)
    body["input"] = with_whole_numbers(schema, "Input", body["input"])
    created_at = stamp(now())
    job = new_job("prediction", version, body, created_at)
    job = darkroom.queue.add(replace(job, deadline=deadline_of(request, created_at)))
    darkroom.store.models.count_run(version.model)
    seconds = wait_of(request)
    if seconds is None:
        return JSONResponse(darkroom.wire.job(job, is_new=True), status_code=201)
    await darkroom.queue.wait_for(job.id, seconds)
    job = darkroom.store.jobs.get(job.id) or job
    applied = {"Preference-Applied": f"wait={seconds}"}
    return JSONResponse(darkroom.wire.job(job), status_code=201 if job.is_final else 202, headers=applied)


def _find_version(darkroom: Darkroom, reference: str) -> Version:
    match = _REFERENCE.fullmatch(reference)
    if match is None:
        raise unusable_version()
    models = darkroom.store.models
    version = models.version(match["id"]) if match["id"] else next(iter(models.versions(match["latest"])), None)
    if version is None or version.model == TRAINER or match["model"] not in {None, version.model}:
        raise unusable_version()
    return version
