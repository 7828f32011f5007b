"""Uploaded files: taken in, shown, listed, handed out and deleted."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import time
from typing import TYPE_CHECKING, Any, cast

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.responses import FileResponse, JSONResponse, Response

from portrait_app.darkroom.api.requests import darkroom_of
from portrait_app.darkroom.api.unfit import read_json
from portrait_app.darkroom.clock import now, stamp
from portrait_app.darkroom.identifiers import new_file_id
from portrait_app.darkroom.problems import malformed, not_found, too_large, unspeakable
from portrait_app.darkroom.retention import FILE_LIFE
from portrait_app.darkroom.store import File

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.datastructures import FormData
    from starlette.requests import Request
    from starlette.types import Message

MAX_BYTES = 100 * 1024 * 1024
_ROOM_FOR_FIELDS = 1024 * 1024
_MAX_NAME_BYTES = 255
_CHUNK = 1024 * 1024
_MOMENT = re.compile(r"[0-9]{1,18}")


async def create_file(request: Request) -> JSONResponse:
    """`POST /v1/files`, multipart."""
    darkroom = darkroom_of(request)
    form = await _read_form(request)
    try:
        upload = form.get("content")
        if not isinstance(upload, UploadFile):
            raise malformed("The request must include a file as content")
        if (upload.size or 0) > MAX_BYTES:
            raise _too_large()
        file = _describe(upload, form)
        darkroom.shelf.write_atomically(darkroom.shelf.file(file.id), _chunks(upload))
    finally:
        await form.close()
    darkroom.store.files.add(file)
    return JSONResponse(darkroom.wire.file(file), status_code=201)


async def list_files(request: Request) -> JSONResponse:
    """`GET /v1/files`: all of them, on one page; they live for a day only."""
    darkroom = darkroom_of(request)
    bodies = [darkroom.wire.file(file) for file in darkroom.store.files.all(stamp(now()))]
    return JSONResponse({"next": None, "previous": None, "results": bodies})


async def get_file(request: Request) -> JSONResponse:
    """`GET /v1/files/{id}`."""
    return JSONResponse(darkroom_of(request).wire.file(_file_of(request)))


async def delete_file(request: Request) -> Response:
    """`DELETE /v1/files/{id}`."""
    darkroom, file = darkroom_of(request), _file_of(request)
    darkroom.store.files.delete(file.id)
    darkroom.shelf.discard_file(file.id)
    return Response(status_code=204)


async def download_file(request: Request) -> Response:
    """`GET /v1/files/{id}/download`, for whoever has the token or a signed link."""
    file = _file_of(request)
    path = darkroom_of(request).shelf.file(file.id)
    headers = {"X-Content-Type-Options": "nosniff"}
    return FileResponse(path, media_type="application/octet-stream", filename=file.name, headers=headers)


def is_signed(request: Request, secret: str) -> bool:
    """Whether the address of a download carries a valid signature that has not expired.

    The signature is the base64 of HMAC-SHA256 over "{owner} {id} {expiry}", as in Replicate's document.
    """
    given = request.query_params
    expiry = given.get("expiry", "")
    if not _MOMENT.fullmatch(expiry) or int(expiry) < time.time():
        return False
    signed = f"{given.get('owner', '')} {request.path_params['id']} {expiry}".encode()
    expected = base64.b64encode(hmac.digest(secret.encode(), signed, hashlib.sha256))
    return hmac.compare_digest(expected, given.get("signature", "").encode())


def _file_of(request: Request) -> File:
    file = darkroom_of(request).store.files.get(request.path_params["id"], stamp(now()))
    if file is None:
        raise not_found("File not found")
    return file


async def _read_form(request: Request) -> FormData:
    """The multipart form, refused as soon as it is too large; its file waits on disk, not in memory."""
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced[:20]) > MAX_BYTES + _ROOM_FOR_FIELDS:
        raise _too_large()
    received = 0
    receive = request.receive

    async def counted() -> Message:
        nonlocal received
        message = await receive()
        received += len(message.get("body", b""))
        if received > MAX_BYTES + _ROOM_FOR_FIELDS:
            raise _too_large()
        return message

    try:
        form = await type(request)(request.scope, counted).form(max_files=2, max_fields=20)
    except (HTTPException, MultiPartException, ValueError) as error:
        # What Starlette says of it, and what its parser and Python's codecs say themselves.
        raise malformed(str(getattr(error, "detail", error)) or "The form could not be read") from error
    _check_characters(form)
    return form


def _check_characters(form: FormData) -> None:
    said = [part for name, value in form.multi_items() for part in (name, *_texts(value))]
    try:
        "".join(said).encode()
    except UnicodeEncodeError as error:
        raise unspeakable("The form") from error


def _texts(value: UploadFile | str) -> list[str]:
    return [value.filename or "", value.content_type or ""] if isinstance(value, UploadFile) else [value]


def _describe(upload: UploadFile, form: FormData) -> File:
    sha256, md5, size = hashlib.sha256(), hashlib.md5(usedforsecurity=False), 0
    for chunk in _chunks(upload):
        sha256.update(chunk)
        md5.update(chunk)
        size += len(chunk)
    moment = now()
    named = form.get("filename")
    name = (named if isinstance(named, str) else upload.filename) or "file"
    if len(name.encode()) > _MAX_NAME_BYTES:
        raise malformed("filename must be at most 255 bytes")
    kind = form.get("type")
    return File(
        id=new_file_id(),
        name=name,
        content_type=(kind if isinstance(kind, str) else upload.content_type) or "application/octet-stream",
        size=size,
        sha256=sha256.hexdigest(),
        md5=md5.hexdigest(),
        metadata=_metadata(form),
        created_at=stamp(moment),
        expires_at=stamp(moment + FILE_LIFE),
    )


def _metadata(form: FormData) -> dict[str, Any]:
    """A JSON object as text, as a file of its own (the JavaScript client), or key by key (the Python client)."""
    whole = form.get("metadata")
    if whole is None:
        prefix = "metadata["
        pairs = ((name, value) for name, value in form.items() if name.startswith(prefix) and isinstance(value, str))
        return {name.removeprefix(prefix).removesuffix("]"): value for name, value in pairs}
    metadata = read_json(whole if isinstance(whole, str) else whole.file.read(), what="metadata")
    if not isinstance(metadata, dict):
        raise malformed("metadata must be a JSON object")
    return cast("dict[str, Any]", metadata)


def _chunks(upload: UploadFile) -> Iterator[bytes]:
    upload.file.seek(0)
    while chunk := upload.file.read(_CHUNK):
        yield chunk


def _too_large() -> Exception:
    return too_large("Files must be less than 100MB in size")
