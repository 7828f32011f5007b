"""Reads what the engine says of a job, leniently: keys may be missing, null, or new to us."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any, cast

from portrait_app.adapters.replicate import troubles
from portrait_app.adapters.replicate.errors import Unreadable
from portrait_app.adapters.replicate.logs import read_log
from portrait_app.domain.catalogue import GENERATORS, TRAINERS, VIDEOS
from portrait_app.domain.cause import Cause
from portrait_app.domain.lifecycle import OrderStatus
from portrait_app.domain.order import OrderKind
from portrait_app.domain.report import LONGEST, JobReport, Progress

_JOB_ID = re.compile(r"[\w-]{1,100}", re.ASCII)  # real ones are 26 letters and digits

FIRST_YEAR, LAST_YEAR = 2000, 3000

# The inputs that models take seeds by.
_SEEDS = {
    entry.seed_input
    for entry in (*TRAINERS.values(), *GENERATORS.values(), *VIDEOS.values())
    if entry.seed_input is not None
}

# A status that we don't know is taken for "not ended yet": the next look will tell more.
STATUSES = {
    "starting": OrderStatus.STARTING,
    "processing": OrderStatus.RUNNING,
    "succeeded": OrderStatus.DONE,
    "failed": OrderStatus.FAILED,
    "canceled": OrderStatus.CANCELED,
    "aborted": OrderStatus.FAILED,  # its deadline passed before it began
}


def report_of(kind: OrderKind, body: dict[str, Any]) -> JobReport:
    """Read a job's body, from a webhook or from the API.

    Raises: Unreadable: it has no id.
    """
    body = object_in(body)  # a webhook's may be any JSON
    job_id = body.get("id")
    if not isinstance(job_id, str) or not _JOB_ID.fullmatch(job_id):
        raise Unreadable("a job without an id")
    said = STATUSES.get(_text(body, "status"), OrderStatus.RUNNING)
    is_training = kind is OrderKind.TRAINING
    outputs, version = (), None
    if is_training:
        version = _version(body)
    else:
        outputs = _outputs(body.get("output"))
    cause = _cause(said, body, has_result=bool(version or outputs), is_training=is_training)
    progress = _learning(body) if is_training else None
    if cause is None:
        return JobReport(job_id, said, outputs, version, progress)
    error = _error(body)
    return JobReport(
        job_id,
        OrderStatus.FAILED,
        outputs,
        version,
        progress,
        trouble=troubles.in_words(cause, error, kind),
        trouble_detail=error or f"{_text(body, 'status')} without a word: {cause}",
        cause=cause,
        is_free=_is_free(body),
        lasted=lasted(body) if cause is Cause.UNNAMED else None,
    )


def is_marked(body: dict[str, Any], fingerprint: str) -> bool:
    """Whether a job's input bears this fingerprint: a seed, or the address of a file that was uploaded for it."""
    given = object_in(body.get("input"))
    if fingerprint.isdecimal():
        seeds = (given.get(name) for name in _SEEDS)
        return any(isinstance(seed, int | str) and str(seed) == fingerprint for seed in seeds)
    # The engine may hand the model a longer address of the same file, as in `…/files/{id}/download?expiry=…`.
    return any(
        isinstance(value, str) and (value == fingerprint or value.startswith((f"{fingerprint}/", f"{fingerprint}?")))
        for value in given.values()
    )


def created_at(body: dict[str, Any]) -> datetime | None:
    """When something was created, if that can be read. Fractional seconds have one to nine digits."""
    return _moment(body, "created_at")


def lasted(body: dict[str, Any]) -> tuple[datetime, datetime] | None:
    """Return from when to when a job was worked on; None until it has ended, or where that can't be read."""
    since, until = _moment(body, "started_at") or created_at(body), _moment(body, "completed_at")
    return (since, until) if since and until else None


def has_failed(body: dict[str, Any]) -> bool:
    """Whether a job made nothing, in the engine's own words."""
    return _text(body, "status") in ("failed", "aborted")


def _moment(body: dict[str, Any], key: str) -> datetime | None:
    """Return a moment that a job can have had: days before and after it are still days of the calendar."""
    try:
        moment = datetime.fromisoformat(_text(body, key))
    except ValueError:
        return None
    if not FIRST_YEAR <= moment.year < LAST_YEAR:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def object_in(value: object) -> dict[str, Any]:
    """The value if it is a JSON object, else an empty one."""
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def _text(body: dict[str, Any], key: str) -> str:
    """Return what stands under a key, as text; empty for nothing, and for what is nested too deeply to be told."""
    try:
        return str(body.get(key) or "")
    except RecursionError:
        return ""


def _error(body: dict[str, Any]) -> str:
    """Return what a job says of its failure, cut to what is kept: some say megabytes, and all would be searched."""
    return _text(body, "error")[:LONGEST]


def _version(body: dict[str, Any]) -> str | None:
    version = object_in(body.get("output")).get("version")
    return version if isinstance(version, str) and version else None


def _outputs(output: object) -> tuple[str, ...]:
    """The addresses in a prediction's output: one, or a list of those made so far."""
    found = cast("list[object]", output) if isinstance(output, list) else [output]
    return tuple(one for one in found if isinstance(one, str) and one)


def _cause(said: OrderStatus, body: dict[str, Any], *, has_result: bool, is_training: bool) -> Cause | None:
    """Why a job has failed, or None when it hasn't: one that "succeeded" without its result has."""
    if body.get("status") == "aborted":
        return Cause.NOT_IN_TIME
    if said is OrderStatus.FAILED:
        return troubles.cause_of(_error(body))
    if said is not OrderStatus.DONE or has_result:
        return None
    if is_training:
        return Cause.UNNAMED if body.get("data_removed") else Cause.NO_MODEL
    return Cause.GONE if body.get("data_removed") else None


def _is_free(body: dict[str, Any]) -> bool:
    """Whether it certainly cost nothing: it never began, or the engine measured no time of work."""
    if body.get("status") == "aborted" or ("started_at" in body and body["started_at"] is None):
        return True
    measured = object_in(body.get("metrics")).get("predict_time")
    return isinstance(measured, int | float) and measured == 0


def _learning(body: dict[str, Any]) -> Progress | None:
    # Some servers leave the model out of their webhooks; then any trainer's bar is believed.
    ours = [known for known in TRAINERS.values() if known.model == body.get("model")] or TRAINERS.values()
    given = object_in(body.get("input"))
    steps = next((given[trainer.steps_input] for trainer in ours if trainer.steps_input in given), None)
    if steps is None and len(ours) == 1:  # it wasn't asked for so many, and takes its own number
        (steps,) = (trainer.steps for trainer in ours)
    return read_log(
        _text(body, "logs"),
        bar_prefixes={trainer.bar_prefix for trainer in ours if trainer.bar_prefix is not None},
        steps=steps if isinstance(steps, int) else None,
    )
