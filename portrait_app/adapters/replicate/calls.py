"""Turns the client's errors into ours, by the one question that matters: may the engine have taken the order?"""

from __future__ import annotations

import asyncio
import contextlib
import math
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Protocol, cast

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
    StoppedOnTheWay,
    Throttled,
    TooLarge,
    Unreadable,
    WrongToken,
)
from portrait_app.adapters.replicate.wire import object_in
from portrait_app.domain.order import OrderKind

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Generator

    class Reply(Protocol):
        """What the client's `with_raw_response` gives."""

        @property
        def http_response(self) -> httpx.Response:
            """The reply itself."""
            ...


RETRY_AFTER_S = 10.0  # when a throttled reply doesn't say
LONGEST_WAIT_S = 3600.0  # whatever it says: an order that waits longer looks forgotten
# Of the 40 s that a call may last (`services/settling`), and twice: a trainer or a destination may be looked for anew.
PREPARED_WITHIN_S = 12.0
_NOTHING_LEFT = (  # or no more than a head without its body: `bounded.leaving_by`
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
)

_PROBLEM, _JSON = "application/problem+json", "application/json"

_NO: dict[int, type[Refused]] = {401: WrongToken, 402: OutOfCredit, 404: Missing, 413: TooLarge}


class _Garbled(Exception):
    """A reply came, and it is not what the contract says."""


@contextlib.contextmanager
def ordering(kind: OrderKind) -> Generator[None]:
    """Around a call that costs money, for a job of this kind.

    Raises: NotSent, ReplyLost, Throttled, Refused.
    """
    try:
        with _translated(ReplyLost, kind):
            yield
    except ReplyLost as error:
        if _never_left(error.__cause__):
            raise NotSent(str(error)) from error
        raise


@contextlib.asynccontextmanager
async def preparing(*, is_upload: bool = False) -> AsyncGenerator[None]:
    """Around a call before an order that may as well be made twice.

    It has an end of its own, sooner than that of the whole call: then it is known that nothing was ordered.

    Raises: NotSent, Throttled, Refused.
    """
    with _translated(NotSent):
        async with asyncio.timeout(None if is_upload else PREPARED_WITHIN_S):
            yield


@contextlib.contextmanager
def asking() -> Generator[None]:
    """Around a question, which changes nothing.

    That there is nothing of that name is for the engine itself to say: a proxy's 404 is no answer.

    Raises: EngineDown, Throttled, Refused.
    """
    with _translated(EngineDown):
        try:
            yield
        except replicate.NotFoundError as error:
            if not _is_its_own(error):
                raise EngineDown(f"404 by somebody else, at {error.request.url.host}") from error
            raise


def body_of(reply: Reply | httpx.Response) -> dict[str, Any]:
    """The JSON object in a reply; called inside one of the contexts above."""
    body = _json(reply)
    if not isinstance(body, dict):
        raise _Garbled(f"{type(body).__name__} instead of an object")
    return object_in(cast("object", body))


def list_of(reply: Reply) -> list[dict[str, Any]]:
    """The JSON array of objects in a reply; called inside one of the contexts above."""
    body = _json(reply)
    if not isinstance(body, list):
        raise _Garbled(f"{type(body).__name__} instead of an array")
    return [object_in(one) for one in cast("list[object]", body)]


def text_in(body: dict[str, Any], *path: str) -> str:
    """A text that a reply must have, by the keys that lead to it; called inside one of the contexts above."""
    found: Any = body
    for key in path:
        found = object_in(found).get(key)
    if not isinstance(found, str) or not found:
        raise _Garbled(f"a reply without {'.'.join(path)}")
    return found


@contextlib.contextmanager
def _translated(silence: type[EngineError], kind: OrderKind = OrderKind.PREDICTION) -> Generator[None]:
    """Raise our errors for the client's; `silence` where no usable reply came."""
    try:
        yield
    except replicate.APIStatusError as error:
        raise _said(error, silence, kind) from error
    except replicate.APIConnectionError as error:
        raise silence(f"{type(error.__cause__).__name__} at {error.request.url.host}") from error
    except (_Garbled, Unreadable) as error:
        raise silence(str(error)) from error
    except TimeoutError as error:
        raise silence("no answer in time") from error


def is_a_page(error: replicate.APIStatusError) -> bool:
    """Whether a no isn't the engine's: it says JSON. A proxy's may stand in the place of a reply that took an order."""
    return not isinstance(error.body, dict)


def _json(reply: Reply | httpx.Response) -> object:
    raw = reply if isinstance(reply, httpx.Response) else reply.http_response
    try:
        return raw.json()
    except (ValueError, RecursionError) as error:  # the latter: nested too deeply
        raise _Garbled(f"{raw.status_code} without JSON") from error


def _never_left(error: BaseException | None) -> bool:
    return isinstance(error, replicate.APIConnectionError) and isinstance(error.__cause__, _NOTHING_LEFT)


def _said(error: replicate.APIStatusError, silence: type[EngineError], kind: OrderKind) -> EngineError:
    body = object_in(error.body)
    status = error.status_code
    words = f"{status}: {body.get('detail') or body.get('title') or 'no details'}"
    if silence is ReplyLost and status != HTTPStatus.TOO_MANY_REQUESTS and not _is_a_problem(error):
        return ReplyLost(words)  # somebody else's words may stand in the place of the reply that took the order
    if status == HTTPStatus.UNPROCESSABLE_ENTITY and body:
        # Replicate's title when a version isn't there: no input is wrong.
        is_missing = str(body.get("title") or "").startswith("Invalid version")
        return Missing(words) if is_missing else BadInput(words, _field(body), kind)
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return Throttled(words, _retry_after_s(body, error.response.headers))
    if status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE and is_a_page(error) and silence is NotSent:
        return StoppedOnTheWay(words)
    is_no = error.response.is_client_error and status != HTTPStatus.REQUEST_TIMEOUT and not is_a_page(error)
    return _NO.get(status, Refused)(words) if is_no else silence(words)


def _is_its_own(error: replicate.APIStatusError) -> bool:
    """Whether a refusal has the shape in which the engine tells problems, and its words."""
    return _is_a_problem(error) and isinstance(object_in(error.body).get("detail"), str)


def _is_a_problem(error: replicate.APIStatusError) -> bool:
    """Whether a refusal is in the engine's form: a problem (RFC 9457), or plain JSON with one's words and its status.

    Other servers say `detail` as well, or the status, with words of other names.
    """
    kind = str(error.response.headers.get("content-type", "")).partition(";")[0].strip().lower()
    body = object_in(error.body)
    has_words = isinstance(body.get("detail") or body.get("title"), str)
    return kind == _PROBLEM or (kind == _JSON and has_words and body.get("status") == error.status_code)


def _field(body: dict[str, Any]) -> str:
    """The name of the first input that was wrong: `steps` of `input.steps`."""
    fields = body.get("invalid_fields")
    first = cast("list[object]", fields)[0] if isinstance(fields, list) and fields else None
    return str(object_in(first).get("field") or "").removeprefix("input.")


def _retry_after_s(body: dict[str, Any], headers: httpx.Headers) -> float:
    """When to come again, in seconds from now: the body's number, else the header's number or date."""
    for said in (body.get("retry_after"), headers.get("retry-after"), _seconds_until(headers.get("retry-after"))):
        with contextlib.suppress(TypeError, ValueError, OverflowError):  # the last: more digits than a number has
            if math.isfinite(seconds := float(said)):  # pyright: ignore[reportArgumentType] -- None raises TypeError
                return min(max(0.0, seconds), LONGEST_WAIT_S)
    return RETRY_AFTER_S


def _seconds_until(date: str | None) -> float | None:
    try:
        moment = parsedate_to_datetime(date or "")
        return (moment.replace(tzinfo=moment.tzinfo or UTC) - datetime.now(UTC)).total_seconds()
    except (ValueError, OverflowError):  # no date, or none of any calendar
        return None
