"""Brings a job's photos or picture to this disk, from wherever the client put them."""

from __future__ import annotations

import asyncio
import base64
import binascii
import re
from typing import TYPE_CHECKING

import httpx

from portrait_app.darkroom.clock import now, stamp

if TYPE_CHECKING:
    from pathlib import Path

    from portrait_app.darkroom.shelf import Shelf
    from portrait_app.darkroom.store import Store

MAX_BYTES = 100 * 1024 * 1024
MAX_DATA_URI = 256 * 1024 * 4 // 3 + 256
_TIMEOUT_S = 30.0  # of silence
WHOLE_S = 300.0  # of the whole download, also of one that drips
_OWN_FILE = re.compile(r"/v1/files/([A-Za-z0-9+/=_-]+?)(?:/download)?(?:\?.*)?")


class Unfetched(Exception):
    """The file could not be had; the message says why."""


class Fetcher:
    """Knows the darkroom's own files by their links, and fetches everything else.

    Args: base: what the darkroom's own links start with. whole_s: how long one download may take.
    """

    def __init__(self, store: Store, shelf: Shelf, base: str, *, whole_s: float = WHOLE_S) -> None:
        self._store = store
        self._shelf = shelf
        self._base = base
        self._whole_s = whole_s

    async def bring(self, name: str, address: str, path: Path) -> Path:
        """Have the file at `address` on this disk.

        Args: name: of the input, for the words of a failure. address: a link to one of our files, any http(s) link,
            or a data URI up to 256 kB.
            path: where to put them; an own file is read where it lies.
        Raises: Unfetched; OSError: the disk is full.
        """
        if address.startswith("data:"):
            await asyncio.to_thread(path.write_bytes, _decode(address))
            return path
        if address.startswith(self._base) and (own := _OWN_FILE.fullmatch(address.removeprefix(self._base))):
            return self._own(own[1])
        if not address.startswith(("http://", "https://")):
            raise Unfetched(f"{name} is neither a link nor a data URI: {address[:80]}")
        try:
            async with asyncio.timeout(self._whole_s):
                await _download(name, address, path)
        except TimeoutError as error:
            raise Unfetched(f"{name} could not be downloaded within {self._whole_s:g} seconds") from error
        return path

    def _own(self, file_id: str) -> Path:
        path = self._shelf.file(file_id)
        if self._store.files.get(file_id, stamp(now())) is None or not path.is_file():
            raise Unfetched("The uploaded file does not exist; files are kept for 24 hours.")
        return path


def _decode(uri: str) -> bytes:
    if len(uri) > MAX_DATA_URI:
        raise Unfetched("Data URIs must be at most 256 kB; upload a file instead.")
    head, comma, body = uri.partition(",")
    if not (comma and head.endswith(";base64")):
        raise Unfetched("The data URI is not in base64.")
    try:
        return base64.b64decode(body, validate=True)
    except binascii.Error as error:
        raise Unfetched("The data URI is not in base64.") from error


async def _download(name: str, address: str, path: Path) -> None:
    try:
        async with (
            httpx.AsyncClient(follow_redirects=True, timeout=_TIMEOUT_S) as client,
            client.stream("GET", address) as answer,
        ):
            answer.raise_for_status()
            await _save(name, answer, path)
    except httpx.HTTPStatusError as error:
        raise Unfetched(f"{name} could not be downloaded: HTTP {error.response.status_code}") from error
    except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:  # the last: a host's name that is none
        raise Unfetched(f"{name} could not be downloaded: {type(error).__name__}") from error


async def _save(name: str, answer: httpx.Response, path: Path) -> None:
    size = 0
    with path.open("wb") as stream:
        async for chunk in answer.aiter_bytes():
            size += len(chunk)
            if size > MAX_BYTES:
                raise Unfetched(f"{name} is larger than 100 MB.")
            stream.write(chunk)
