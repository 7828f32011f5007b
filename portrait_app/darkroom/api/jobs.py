"""What predictions and trainings have in common: shown, listed and cancelled."""

from __future__ import annotations

import re
import secrets
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from starlette.responses import JSONResponse, PlainTextResponse, Response

from portrait_app.darkroom.api.requests import darkroom_of, moment_of
from portrait_app.darkroom.catalogue import MAX_SEED
from portrait_app.darkroom.identifiers import new_folder, new_job_id
from portrait_app.darkroom.problems import Problem, not_found
from portrait_app.darkroom.store import Job
from portrait_app.darkroom.store.rows import EVENTS

if TYPE_CHECKING:
    from starlette.requests import Request

    from portrait_app.darkroom.store import Version
    from portrait_app.darkroom.store.rows import Event, JobKind

PAGE_SIZE = 100
_CURSOR = re.compile(r"(before|after)\.([0-9]{1,18})")  # SQLite's numbers have at most 19 digits
_MAX_OUTPUTS = 8


def new_job(kind: JobKind, version: Version, body: dict[str, Any], created_at: str) -> Job:
    """A job as a request asks for it. Its seed is chosen now, so that a second attempt makes the same pictures."""
    events: tuple[Event, ...] = tuple(event for event in EVENTS if event in body.get("webhook_events_filter", EVENTS))
    seed = body["input"].get("seed")
    return Job(
        sequence=0,
        id=new_job_id(),
        kind=kind,
        model=version.model,
        version=version.id,
        input=body["input"],
        seed=seed if isinstance(seed, int) else secrets.randbelow(MAX_SEED - _MAX_OUTPUTS),
        folder=new_folder(),
        webhook=body.get("webhook"),
        webhook_events=events,
        is_told=not (body.get("webhook") and "completed" in events),
        created_at=created_at,
    )


async def get_prediction(request: Request) -> JSONResponse:
    """`GET /v1/predictions/{id}`. Finds trainings too: the answer to their creation links to here."""
    darkroom = darkroom_of(request)
    return JSONResponse(darkroom.wire.job(_job_of(request, "prediction", "training")))


async def get_training(request: Request) -> JSONResponse:
    """`GET /v1/trainings/{id}`."""
    return JSONResponse(darkroom_of(request).wire.job(_job_of(request, "training")))


async def cancel_prediction(request: Request) -> JSONResponse:
    """`POST /v1/predictions/{id}/cancel`, for trainings as well."""
    darkroom = darkroom_of(request)
    return JSONResponse(darkroom.wire.job(darkroom.queue.cancel(_job_of(request, "prediction", "training"))))


async def cancel_training(request: Request) -> JSONResponse:
    """`POST /v1/trainings/{id}/cancel`."""
    darkroom = darkroom_of(request)
    return JSONResponse(darkroom.wire.job(darkroom.queue.cancel(_job_of(request, "training"))))


async def list_predictions(request: Request) -> JSONResponse:
    """`GET /v1/predictions`."""
    return _page(request, "prediction")


async def list_trainings(request: Request) -> JSONResponse:
    """`GET /v1/trainings`."""
    return _page(request, "training")


async def show_on_the_web(request: Request) -> Response:
    """`GET /p/{id}`, where `urls.web` leads: one plain line, for whoever knows the id."""
    job = _job_of(request, "prediction", "training")
    return PlainTextResponse(f"{job.kind} {job.id}: {job.status}\n")


def _job_of(request: Request, *kinds: JobKind) -> Job:
    job = darkroom_of(request).store.jobs.get(request.path_params["id"])
    if job is None or job.kind not in kinds:
        raise not_found()
    return job


def _edge_of(request: Request) -> dict[str, int]:
    cursor = request.query_params.get("cursor")
    if not cursor:
        return {}
    match = _CURSOR.fullmatch(cursor)
    if match is None:
        raise Problem(422, "cursor is not one of ours", title="Input validation failed")
    return {match[1]: int(match[2])}


def _page(request: Request, kind: JobKind) -> JSONResponse:
    """A page of jobs; `cursor` is "before." or "after." and a job's sequence number."""
    darkroom = darkroom_of(request)
    edge = _edge_of(request)
    since, until = moment_of(request, "created_after"), moment_of(request, "created_before")
    if request.query_params.get("source") == "web":
        return JSONResponse({"next": None, "previous": None, "results": []})  # a darkroom makes everything by API

    def some(size: int, *, before: int | None = None, after: int | None = None) -> list[Job]:
        return darkroom.store.jobs.page(kind, size, before=before, after=after, since=since, until=until)

    def link(cursor: str) -> str:
        given = {"created_after": since, "created_before": until, "cursor": cursor}
        query = urlencode({name: value for name, value in given.items() if value})
        return f"{darkroom.wire.base}{request.url.path}?{query}"

    jobs = some(PAGE_SIZE, **edge)
    older = jobs and some(1, before=jobs[-1].sequence)
    newer = jobs and some(1, after=jobs[0].sequence)
    return JSONResponse(
        {
            "next": link(f"before.{jobs[-1].sequence}") if older else None,
            "previous": link(f"after.{jobs[0].sequence}") if newer else None,
            "results": [darkroom.wire.job(job) for job in jobs],
        }
    )
