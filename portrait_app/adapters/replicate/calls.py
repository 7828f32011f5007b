"""Turns the client's errors into ours, by the one question that matters: may the engine have taken the order?"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any, cast

import httpx
import replicate

from portrait_app.adapters.replicate.errors import (
    BadInput,
    EngineDown,
    EngineError,
    Missing,
    NotSent,
    OutOfCredit,
    Refused,
    ReplyLost,
    Throttled,
    WrongToken,
)

if TYPE_CHECKING:
    from collections.abc import Generator

    from replicate._response import APIResponse

RETRY_AFTER_S = 10.0  # when a throttled reply doesn't say
_NOTHING_LEFT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
)


class _Garbled(Exception):
    """A reply came, and it is no JSON object."""


@contextlib.contextmanager
def ordering() -> Generator[None]:
    """Around a call that costs money.

    Raises: NotSent, ReplyLost, Throttled, Refused.
    """
    try:
        with _translated(ReplyLost):
            yield
    except ReplyLost as error:
        if _never_left(error.__cause__):
            raise NotSent(str(error)) from error
        raise


@contextlib.contextmanager
def preparing() -> Generator[None]:
    """Around a call before an order that may as well be made twice.

    Raises: NotSent, Throttled, Refused.
    """
    with _translated(NotSent):
        yield


@contextlib.contextmanager
def asking() -> Generator[None]:
    """Around a question, which changes nothing.

    Raises: EngineDown, Throttled, Refused.
    """
    with _translated(EngineDown):
        yield


def body_of(response: APIResponse[Any] | httpx.Response) -> dict[str, Any]:
    """The JSON object in a reply; called inside one of the contexts above."""
    raw = response if isinstance(response, httpx.Response) else response.http_response
    try:
        body: object = raw.json()
    except ValueError as error:
        raise _Garbled(f"{raw.status_code} without JSON") from error
    if not isinstance(body, dict):
        raise _Garbled(f"{raw.status_code} with {type(body).__name__}")
    return cast("dict[str, Any]", body)


@contextlib.contextmanager
def _translated(silence: type[EngineError]) -> Generator[None]:
    """Raise our errors for the client's; `silence` where no usable reply came."""
    try:
        yield
    except replicate.APIStatusError as error:
        raise _said(error, silence) from error
    except replicate.APIConnectionError as error:
        raise silence(f"{type(error.__cause__).__name__} at {error.request.url.host}") from error
    except _Garbled as error:
        raise silence(str(error)) from error


def _never_left(error: BaseException | None) -> bool:
    return isinstance(error, replicate.APIConnectionError) and isinstance(error.__cause__, _NOTHING_LEFT)


def _said(error: replicate.APIStatusError, silence: type[EngineError]) -> EngineError:
    body = cast("dict[str, Any]", error.body) if isinstance(error.body, dict) else {}
    words = f"{error.status_code}: {body.get('detail') or body.get('title') or 'no details'}"
    match error.status_code:
        case 401:
            return WrongToken(words)
        case 402:
            return OutOfCredit(words)
        case 404:
            return Missing(words)
        case 422:
            return BadInput(words, _field(body))
        case 429:
            return Throttled(words, _retry_after_s(body, error.response.headers))
        case status if 400 <= status < 500 and status != httpx.codes.REQUEST_TIMEOUT:  # noqa: PLR2004 -- HTTP's 4xx
            return Refused(words)
        case _:
            return silence(words)


def _field(body: dict[str, Any]) -> str:
    """The name of the first input that was wrong: `steps` of `input.steps`."""
    fields = body.get("invalid_fields")
    first: Any = cast("list[Any]", fields)[0] if isinstance(fields, list) and fields else None
    named = cast("dict[str, Any]", first).get("field") if isinstance(first, dict) else None
    return str(named or "").removeprefix("input.")


def _retry_after_s(body: dict[str, Any], headers: httpx.Headers) -> float:
    try:
        return max(0.0, float(body.get("retry_after") or headers.get("retry-after") or RETRY_AFTER_S))
    except (TypeError, ValueError):  # Retry-After may also be a date
        return RETRY_AFTER_S
