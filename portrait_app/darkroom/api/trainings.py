"""Trainings: asked for."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from starlette.responses import JSONResponse

from portrait_app.darkroom.api.jobs import new_job
from portrait_app.darkroom.api.models import version_of
from portrait_app.darkroom.api.requests import darkroom_of, read_body
from portrait_app.darkroom.catalogue import part, trainer_schema, with_whole_numbers
from portrait_app.darkroom.clock import now, stamp
from portrait_app.darkroom.offers import OFFERS, TRAINER
from portrait_app.darkroom.problems import missing_destination, unusable_version
from portrait_app.darkroom.schemas import TRAINING, training_error, violations

if TYPE_CHECKING:
    from starlette.requests import Request


async def create_training(request: Request) -> JSONResponse:
    """`POST /v1/models/{owner}/{name}/versions/{id}/trainings`.

    As on Replicate, input that doesn't fit is no error of the request: the training is made, and fails.
    """
    darkroom, version = darkroom_of(request), version_of(request)
    body = await read_body(request, TRAINING)
    if version.model != TRAINER:
        raise unusable_version()
    destination = darkroom.store.models.get(body["destination"])
    if destination is None or destination.owner != darkroom.options.account or destination.full_name in OFFERS:
        raise missing_destination()
    body["input"] = with_whole_numbers(trainer_schema(), "TrainingInput", body["input"])
    job = new_job("training", version, body, stamp(now()))
    job = darkroom.queue.add(replace(job, destination=destination.full_name))
    answer = JSONResponse(darkroom.wire.job(job, is_new=True), status_code=201)
    if found := violations(part(trainer_schema(), "TrainingInput"), body["input"], root="input"):
        darkroom.queue.finish(job.id, "failed", started_at=job.created_at, error=training_error(found))
    return answer
