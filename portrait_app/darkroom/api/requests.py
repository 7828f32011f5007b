"""Reads what clients send: JSON bodies, pages, and how long to wait."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from portrait_app.darkroom.api.unfit import read_json
from portrait_app.darkroom.clock import read_stamp, stamp
from portrait_app.darkroom.problems import Problem, invalid, too_large
from portrait_app.darkroom.schemas import violations

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request

    from portrait_app.darkroom.darkroom import Darkroom

MAX_JSON_BYTES = 1024 * 1024
MAX_WAIT_S = 60
MIN_CANCEL_AFTER = timedelta(seconds=5)
# Numbers of up to nine digits: longer ones are no durations, and the longest Python would not even read.
_WAIT = re.compile(r"wait(?:=(\d{1,9}))?")
_DURATION = re.compile(r"(?:(\d{1,9})h)?(?:(\d{1,9})m)?(?:(\d{1,9})s)?|(\d{1,9})")


def darkroom_of(request: Request) -> Darkroom:
    """The darkroom that this server serves."""
    return request.app.state.darkroom


async def read_body(request: Request, schema: Mapping[str, Any]) -> dict[str, Any]:
    """The request's JSON object.

    Raises: Problem: it is too large, no JSON, or doesn't fit the schema.
    """
    body = read_json(await read_all(request))
    if found := violations(schema, body):
        raise invalid(found)
    return body


async def read_all(request: Request) -> bytearray:
    """The request's body, up to 1 MB.

    Raises: Problem: it is larger.
    """
    raw = bytearray()
    async for chunk in request.stream():
        raw += chunk
        if len(raw) > MAX_JSON_BYTES:
            raise too_large("Request bodies must be less than 1MB in size")
    return raw


def wait_of(request: Request) -> int | None:
    """For how many seconds the client would like to wait for the end (`Prefer: wait=5`); None: not at all."""
    for preference in request.headers.get("prefer", "").split(","):
        if match := _WAIT.fullmatch(preference.strip()):
            return min(int(match[1] or MAX_WAIT_S), MAX_WAIT_S)
    return None


def deadline_of(request: Request, created_at: str) -> str | None:
    """The moment at which the job is to be given up (`Cancel-After: 1h30m`), if there is one.

    Raises: Problem: the duration can't be read, is under five seconds, or ends after the last of all years.
    """
    text = request.headers.get("cancel-after")
    if text is None:
        return None
    match = _DURATION.fullmatch(text.strip())
    hours, minutes, seconds, plain = (int(part or 0) for part in match.groups()) if match else (0, 0, 0, 0)
    try:
        duration = timedelta(hours=hours, minutes=minutes, seconds=seconds or plain)
        deadline = stamp(read_stamp(created_at) + duration)
    except OverflowError as error:
        raise _no_duration() from error
    if duration < MIN_CANCEL_AFTER:
        raise _no_duration()
    return deadline


def moment_of(request: Request, name: str) -> str | None:
    """A moment from the address (`?created_after=2025-01-01T00:00:00Z`), if it is there.

    Raises: Problem: it can't be read.
    """
    text = request.query_params.get(name)
    if text is None:
        return None
    try:
        # A "+" of a zone arrives as a blank when the client did not escape it.
        return stamp(read_stamp(text.replace(" ", "+")))
    except (ValueError, OverflowError) as error:
        raise Problem(422, f"{name} must be a date-time in ISO 8601 format", title="Input validation failed") from error


def _no_duration() -> Problem:
    detail = "Cancel-After must be a duration of at least 5 seconds, such as 30s, 5m or 1h30m"
    return Problem(422, detail, title="Invalid Cancel-After header")
