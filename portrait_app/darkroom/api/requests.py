"""Reads what clients send: JSON bodies, pages, and how long to wait."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from portrait_app.darkroom.clock import read_stamp, stamp
from portrait_app.darkroom.problems import Problem, invalid, malformed, too_large
from portrait_app.darkroom.schemas import violations

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request

    from portrait_app.darkroom.darkroom import Darkroom

MAX_JSON_BYTES = 1024 * 1024
MAX_WAIT_S = 60
MIN_CANCEL_AFTER = timedelta(seconds=5)
_WAIT = re.compile(r"wait(?:=(\d+))?")
_DURATION = re.compile(r"(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?|(\d+)")


def darkroom_of(request: Request) -> Darkroom:
    """The darkroom that this server serves."""
    return request.app.state.darkroom


async def read_body(request: Request, schema: Mapping[str, Any]) -> dict[str, Any]:
    """The request's JSON object.

    Raises: Problem: it is too large, no JSON, or doesn't fit the schema.
    """
    raw = bytearray()
    async for chunk in request.stream():
        raw += chunk
        if len(raw) > MAX_JSON_BYTES:
            raise too_large("Request bodies must be less than 1MB in size")
    try:
        body = json.loads(raw)
    except ValueError as error:
        raise malformed("The request's body is not valid JSON") from error
    if found := violations(schema, body):
        raise invalid(found)
    return body


def wait_of(request: Request) -> int | None:
    """For how many seconds the client would like to wait for the end (`Prefer: wait=5`); None: not at all."""
    for preference in request.headers.get("prefer", "").split(","):
        if match := _WAIT.fullmatch(preference.strip()):
            return min(int(match[1] or MAX_WAIT_S), MAX_WAIT_S)
    return None


def deadline_of(request: Request, created_at: str) -> str | None:
    """The moment at which the job is to be given up (`Cancel-After: 1h30m`), if there is one.

    Raises: Problem: the duration can't be read or is under five seconds.
    """
    text = request.headers.get("cancel-after")
    if text is None:
        return None
    match = _DURATION.fullmatch(text.strip())
    hours, minutes, seconds, plain = (int(part or 0) for part in match.groups()) if match else (0, 0, 0, 0)
    duration = timedelta(hours=hours, minutes=minutes, seconds=seconds or plain)
    if duration < MIN_CANCEL_AFTER:
        detail = "Cancel-After must be a duration of at least 5 seconds, such as 30s, 5m or 1h30m"
        raise Problem(422, detail, title="Invalid Cancel-After header")
    return stamp(read_stamp(created_at) + duration)


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
    except ValueError as error:
        raise Problem(422, f"{name} must be a date-time in ISO 8601 format", title="Input validation failed") from error
