"""A version is gone when its face is: what could not be deleted is still there to be deleted again."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING

from tests.darkroom.running import trained_version

if TYPE_CHECKING:
    import httpx
    import pytest
    from replicate import AsyncReplicate

    from portrait_app.darkroom.darkroom import Darkroom


async def test_a_version_is_there_until_its_face_is_deleted(
    inside: Darkroom, inside_replicate: AsyncReplicate, inside_http: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = (await trained_version(inside_replicate)).partition(":")[2]
    path = f"models/darkroom/faces/versions/{version}"

    def refuse(_: str) -> None:
        raise OSError(errno.EIO, "the disk doesn't answer")

    with monkeypatch.context() as broken:
        broken.setattr(inside.shelf, "discard_face_model", refuse)
        assert (await inside_http.delete(path)).status_code == 500
    assert (await inside_http.get(path)).status_code == 200
    assert inside.shelf.face_model(version).exists()
    assert (await inside_http.delete(path)).status_code == 202
    assert (await inside_http.get(path)).status_code == 404
    assert not inside.shelf.face_model(version).exists()
