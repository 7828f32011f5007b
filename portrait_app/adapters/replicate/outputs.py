"""Fetches what the engine made, trusting neither its addresses nor what lies behind them."""

from __future__ import annotations

import asyncio
import re
import socket
from contextlib import suppress
from urllib.parse import urljoin, urlsplit

import httpcore

from portrait_app.adapters.replicate.outward import Forbidden, OutwardNetwork, is_public
from portrait_app.errors import PortraitError

HOST = "replicate.delivery"
_ITS_HOSTS = re.compile(rf"(?:[a-z0-9_-]{{1,63}}\.)*{re.escape(HOST)}", re.ASCII)
MOST_REDIRECTS = 3
MOST_DIGITS = 15  # of a length: longer than any that is taken
_REDIRECTS = {301, 302, 303, 307, 308}
_GONE = {401, 403, 404, 410}  # signed addresses answer 403 once they have expired
_INWARD = re.compile(r"[^.]+|.*\.(?:localhost|local|internal|lan|home\.arpa)", re.IGNORECASE)
_PASSING = (
    httpcore.TimeoutException,
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.UnsupportedProtocol,
    TimeoutError,
    ValueError,  # of an address, or a number, that is none
)


class OutputError(PortraitError):
    """Something the engine made could not be fetched. `is_retryable` says whether it may be in a moment."""

    headline = "This picture couldn't be fetched"


class OutputGone(OutputError):
    """The engine no longer has it."""

    hint = "The engine had already removed it. Please order it again; everything else is safe."


class OutputUnsafe(OutputError):
    """Its address is none of the engine's, it leads into our own network, or more came than a picture has."""

    hint = "What the engine sent didn't look right, so we didn't take it. Please order it again."


class OutputBroken(OutputError):
    """It could not be fetched whole just now, or something else lies in its place: it may be there in a moment."""

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
            _check(url, allow_local)
            for _ in range(MOST_REDIRECTS + 1):
                body, leads_to = await _get(pool, url, max_bytes)
                if leads_to is None:
                    return body
                url = _onward(url, leads_to, allow_local)
            raise OutputBroken(f"more than {MOST_REDIRECTS} redirects")
    except Forbidden as error:  # the engine's own name: its address may be put right, and nothing was connected to
        raise OutputBroken(str(error)) from error
    except _PASSING as error:
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
    if not (_ITS_HOSTS.fullmatch(host) and parts.scheme == "https" and port in (None, 443) and "@" not in parts.netloc):
        raise OutputUnsafe(f"not on the engine's hosts: {_shown(url)}")


def _onward(url: str, leads_to: str, allow_local: str | None) -> str:
    """Where a redirect leads, when one may follow it.

    Raises:
        OutputUnsafe: into our own network. OutputBroken: elsewhere in the internet, as to a page that a delivery
            network shows while something is wrong with it.
    """
    try:
        onward = urljoin(url, leads_to)
    except ValueError as error:
        raise OutputBroken("it leads to no address") from error
    try:
        _check(onward, allow_local)
    except OutputUnsafe as error:
        if _is_inward(onward):
            raise
        raise OutputBroken(str(error)) from error
    return onward


def _is_inward(url: str) -> bool:
    """Whether an address leads to this machine or its network, however its number is written, or isn't of the web."""
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").rstrip(".")
    except ValueError:
        return False
    if parts.scheme not in ("http", "https"):
        return True
    with suppress(ValueError):
        return not is_public(host)
    with suppress(OSError):  # 127.1, 0x7f000001 and the like
        return not is_public(socket.inet_ntoa(socket.inet_aton(host)))
    return _INWARD.fullmatch(host) is not None


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
    if said.get("content-encoding", "identity") != "identity":  # as an error page may be: it is not unpacked
        raise OutputBroken(f"packed as {said['content-encoding'][:20]}, though we asked for it as it is")
    length = said.get("content-length", "0")
    if not (length.isascii() and length.isdecimal()):
        raise OutputBroken(f"{length[:20]} bytes")
    if len(length) > MOST_DIGITS or int(length) > max_bytes:
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
