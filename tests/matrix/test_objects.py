"""Every object of Ada's x every way to it x Bob and nobody: no bucket, and no link that can be bent, leads there."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from uuid import UUID

import pytest

from portrait_app.adapters.buckets.disk import DiskBuckets
from portrait_app.adapters.buckets.errors import BadKey, NotTheirs
from portrait_app.adapters.buckets.s3 import S3Buckets
from portrait_app.database import pixels
from tests.opening import browser_of

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    import httpx

    from portrait_app.ports.bucket import Buckets
    from tests.matrix.conftest import Matrix

METHODS = ("HEAD", "PUT", "DELETE", "POST", "PATCH", "OPTIONS")
VERBS = {"put", "put_bytes", "get", "delete", "page", "links"}
OVER_ALL = {"of", "page", "discard_unfinished", "check"}
OF_ITS_KIND = {
    DiskBuckets: {"folder", "signer", "path_for"},
    S3Buckets: {"signer", "store", "passes", "addresses", "elsewhere"},
}
"""What is not in the port: what a link that was verified leads to, and what it takes."""
KINDS = {pixels.UPLOADS, pixels.PHOTOS, pixels.PORTRAITS, pixels.EXPORTS}


@pytest.fixture(params=["disk", "s3"])
async def buckets(matrix: Matrix, request: pytest.FixtureRequest) -> Buckets:
    """Both have all their objects there, in the folder and in the store alike."""
    folder = DiskBuckets(matrix.folder, {"1": b"k" * 32})
    if request.param == "disk":
        return folder
    store: Buckets = request.getfixturevalue("s3_buckets")
    for person in (matrix.ada, matrix.bob):
        for key in person.keys:
            await store.of(person.id).put_bytes(key, await folder.of(person.id).get(key))
    return store


@pytest.fixture
async def browser(buckets: Buckets) -> AsyncGenerator[httpx.AsyncClient]:
    async with browser_of(buckets) as browser:
        yield browser


def _offered(what: object) -> set[str]:
    return {name for name in dir(what) if not name.startswith("_")}


async def prints(matrix: Matrix, buckets: Buckets) -> dict[str, bytes]:
    """What lies there of Ada: equal when nothing changed."""
    bucket = buckets.of(matrix.ada.id)
    return {stored.key: await bucket.get(stored.key) for stored in await bucket.page(most=1000)}


def test_the_matrix_knows_every_verb_of_a_bucket(s3_buckets: S3Buckets, matrix: Matrix) -> None:
    for all_of_them in (DiskBuckets(matrix.folder, {"1": b"k" * 32}), s3_buckets):
        assert _offered(all_of_them.of(matrix.bob.id)) == VERBS, "a verb was added: ask it of Ada's keys below"
        known = OVER_ALL | OF_ITS_KIND[type(all_of_them)]
        assert _offered(all_of_them) == known, "a verb was added: say here what it gives to whom, and ask it below"


def test_both_have_objects_of_every_kind_that_keys_are_made_of(matrix: Matrix) -> None:
    for person in (matrix.ada, matrix.bob):
        assert {key.split("/")[2] for key in person.keys} == KINDS
        assert any(re.search(r"-\d+\.webp$", key) for key in person.keys)


async def test_ones_own_link_opens_ones_own_object(
    matrix: Matrix, buckets: Buckets, browser: httpx.AsyncClient
) -> None:
    mine = await buckets.of(matrix.bob.id).links()
    for key in matrix.bob.keys:
        assert (await browser.get(mine.to(key))).content == f"{matrix.bob.word} {key}".encode()


async def test_asvs_8_4_1_no_object_of_ada_is_reached_without_a_link_or_by_bending_one(
    matrix: Matrix, buckets: Buckets, browser: httpx.AsyncClient
) -> None:
    before, mine = await prints(matrix, buckets), await _links(matrix, buckets)
    for key in matrix.ada.keys:
        bent = _bent(matrix, mine, key)
        asked = [*(("GET", path) for path in bent), *((method, path) for method in METHODS for path in bent[:2])]
        for method, path in asked:
            answer = await browser.request(method, path, content=b"mine" if method != "GET" else None)
            assert answer.status_code in (403, 404, 405), f"{method} {path}"
            assert matrix.ada.word not in answer.text
        matrix.asked("objects", len(asked))
    assert await prints(matrix, buckets) == before


async def test_asvs_8_4_1_bobs_bucket_does_not_know_a_key_of_ada(matrix: Matrix, buckets: Buckets) -> None:
    before = await prints(matrix, buckets)
    bucket = buckets.of(matrix.bob.id)
    links = await bucket.links()
    for key in matrix.ada.keys:
        for do in (bucket.get(key), bucket.put_bytes(key, b"mine"), bucket.delete(matrix.bob.keys[0] + "x", key)):
            with pytest.raises(NotTheirs):
                await do
        with pytest.raises(NotTheirs):
            links.to(key)
        for around in (f"u/{matrix.bob.id}/../{key.removeprefix('u/')}", f"u/{matrix.bob.id}/selfies/../../../{key}"):
            with pytest.raises(BadKey):
                await bucket.get(around)
        matrix.counts.update({"cells": 6, "cells: objects": 6})
    listed = {stored.key for stored in await bucket.page(most=1000)}
    assert listed == set(matrix.bob.keys)
    assert await prints(matrix, buckets) == before


async def test_no_folder_is_listed(matrix: Matrix, buckets: Buckets, browser: httpx.AsyncClient) -> None:
    query = (await _links(matrix, buckets))[0].partition("?")[2]
    for folder in ("", "u", f"u/{matrix.ada.id}", f"u/{matrix.ada.id}/selfies"):
        for path in (f"/media/{folder}", f"/media/{folder}/", f"/media/{folder}?{query}", f"/media/{folder}/?{query}"):
            answer = await browser.get(path)
            assert answer.status_code in (403, 404)
            assert matrix.ada.keys[0] not in answer.text


async def _links(matrix: Matrix, buckets: Buckets) -> list[str]:
    """Some of Bob's own links, the last of them to save."""
    links = await buckets.of(matrix.bob.id).links()
    return [*(links.to(key) for key in matrix.bob.keys[:3]), links.to(matrix.bob.keys[0], download_as="mine.jpg")]


def _bent(matrix: Matrix, mine: list[str], key: str) -> list[str]:
    """Every address that Bob could make of what he has: no link, each of his own with her key, and half of one."""
    queries = ["", *(link.partition("?")[2] for link in mine)]
    up = f"/media/u/{matrix.bob.id}/selfies/../../{key.removeprefix('u/')}"
    return [
        *(f"/media/{key}?{query}" for query in queries),
        *(f"/media/%2e%2e/{key}?{query}" for query in queries),
        *(f"{up}?{query}" for query in queries),
        *(link.replace(str(matrix.bob.id), str(matrix.ada.id)) for link in mine),
        f"/media/{key}?e=99999999999&k=1&s=",
        f"/media/{key}?e=99999999999&k=&s={UUID(int=0).hex}",
    ]
