"""Fetches what the engine made, trusting neither its addresses nor what lies behind them."""

from __future__ import annotations

import asyncio
import re
from urllib.parse import urljoin, urlsplit

import httpcore

from portrait_app.adapters.replicate.outward import Forbidden, OutwardNetwork
from portrait_app.errors import PortraitError

HOST = "replicate.delivery"
_ITS_HOSTS = re.compile(rf"(?:[a-z0-9_-]{{1,63}}\.)*{re.escape(HOST)}", re.ASCII)
MOST_REDIRECTS = 3
_REDIRECTS = {301, 302, 303, 307, 308}
_GONE = {401, 403, 404, 410}  # signed addresses answer 403 once they have expired


class OutputError(PortraitError):
    """Something the engine made could not be fetched. `is_retryable` says whether it may be in a moment."""

    headline = "This picture couldn't be fetched"


class OutputGone(OutputError):
    """The engine no longer has it."""

    hint = "The engine had already removed it. Please order it again; everything else is safe."


class OutputUnsafe(OutputError):
    """Its address leads where it must not, or more came than a picture has."""

    hint = "What the engine sent didn't look right, so we didn't take it. Please order it again."


class OutputBroken(OutputError):
    """It could not be fetched whole just now."""

    hint = "The connection to the engine broke. We'll try again by ourselves."
    is_retryable = True


async def fetch(url: str, *, allow_local: str | None, max_bytes: int, timeout_s: float = 60.0) -> bytes:
    """Fetch an output. No token is sent, no proxy of the environment is used, and nothing is unpacked on the way.

    Args:
        url: on replicate.delivery by https, or on the darkroom.
        allow_local: the darkroom's origin, as `http://127.0.0.1:8787`.
        max_bytes: more than this is not taken.
        timeout_s: for the whole of it.
    Raises: OutputGone, OutputUnsafe, OutputBroken; nothing else, whatever the address and the reply.
    """
    but = _host_and_port(allow_local) if allow_local else None
    try:
        async with (
            asyncio.timeout(timeout_s),
            httpcore.AsyncConnectionPool(network_backend=OutwardNetwork(but)) as pool,
        ):
            for _ in range(MOST_REDIRECTS + 1):
                _check(url, allow_local)
                body, leads_to = await _get(pool, url, max_bytes)
                if leads_to is None:
                    return body
                url = urljoin(url, leads_to)
            raise OutputUnsafe(f"more than {MOST_REDIRECTS} redirects")
    except Forbidden as error:
        raise OutputUnsafe(str(error)) from error
    except (ValueError, httpcore.UnsupportedProtocol) as error:  # of an address, or a number, that is none
        raise OutputUnsafe(f"{type(error).__name__} behind {_shown(url)}") from error
    except (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError, TimeoutError) as error:
        raise OutputBroken(f"{type(error).__name__} at {_shown(url)}") from error


def _check(url: str, allow_local: str | None) -> None:
    """Whether the address is on the engine's own hosts.

    Raises: OutputUnsafe.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise OutputUnsafe("no address") from error
    if not (url.isascii() and url.isprintable()):
        raise OutputUnsafe("an address with strange characters")
    if allow_local and (parts.scheme, parts.netloc) == urlsplit(allow_local)[:2]:
        return
    if not (_ITS_HOSTS.fullmatch(host) and parts.scheme == "https" and port in (None, 443) and not parts.username):
        raise OutputUnsafe(f"not on the engine's hosts: {_shown(url)}")


async def _get(pool: httpcore.AsyncConnectionPool, url: str, max_bytes: int) -> tuple[bytes, str | None]:
    """The body, or where it leads instead."""
    headers = [("Host", urlsplit(url).netloc), ("Accept-Encoding", "identity"), ("User-Agent", "portrait-studio")]
    waits = dict.fromkeys(("connect", "read", "write", "pool"), 15.0)
    async with pool.stream("GET", url, headers=headers, extensions={"timeout": waits}) as response:
        said = {name.lower().decode("latin-1"): value.decode("latin-1") for name, value in response.headers}
        if response.status in _REDIRECTS and "location" in said:
            return b"", said["location"]
        _check_reply(response.status, said, max_bytes)
        body = bytearray()
        async for chunk in response.aiter_stream():  # as it comes: nothing is decoded, so this counts what was sent
            body += chunk
            if len(body) > max_bytes:
                raise OutputUnsafe(f"more than {max_bytes} bytes")
    return bytes(body), None


def _check_reply(status: int, said: dict[str, str], max_bytes: int) -> None:
    if status in _GONE:
        raise OutputGone(str(status))
    if status != 200:  # noqa: PLR2004 -- HTTP's OK; a part of a picture is no picture
        raise OutputBroken(str(status))
    if said.get("content-encoding", "identity") != "identity":
        raise OutputUnsafe(f"packed as {said['content-encoding']}, though we asked for it as it is")
    length = said.get("content-length", "0")
    if not length.isdecimal() or int(length) > max_bytes:
        raise OutputUnsafe(f"{length[:20]} bytes, of at most {max_bytes}")


def _host_and_port(origin: str) -> tuple[str, int]:
    parts = urlsplit(origin)
    return parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)


def _shown(url: str) -> str:
    """An address for the log: without what would open it."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "no address"
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
