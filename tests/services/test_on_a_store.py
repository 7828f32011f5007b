"""The house lives on a store as it does on a folder: what people send, see and delete, from its row to its pixels."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, cast

import pytest
from PIL import Image

from portrait_app.adapters.buckets.errors import BucketDown
from portrait_app.domain.chores import Chore
from portrait_app.domain.clock import now
from portrait_app.domain.lifecycle import AssetStatus, GenerationStatus
from portrait_app.domain.rows import new_id
from portrait_app.domain.selfie import SelfieStatus
from portrait_app.services import purging, selfies, showing, sweep, thumbnails, trash
from portrait_app.services.selfies import Examiner
from portrait_app.services.work import Desk
from portrait_app.web.gallery.cards import cut
from portrait_app.web.views import SelfieCard
from tests.adapters.scripted import Answer, ScriptedEngine
from tests.builders import House
from tests.opening import STUDIO, browser_of
from tests.services.fetching import Order, picture

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator
    from uuid import UUID

    import httpx

    from portrait_app.adapters.buckets.s3 import S3Buckets
    from portrait_app.domain.generation import Asset
    from tests.s3 import StoreServer


@pytest.fixture
async def house(house: House, s3_buckets: S3Buckets) -> House:
    """A house whose pictures lie in a store."""
    return House(Desk(house.desk.database, s3_buckets, house.queue), house.queue, house.engine)


@pytest.fixture
async def browser(house: House) -> AsyncGenerator[httpx.AsyncClient]:
    """Somebody who holds a link and nothing else."""
    async with browser_of(house.desk.buckets, lambda link: showing.is_shown(house.desk, link)) as client:
        yield client


class SeesNobody:
    """Reads faces, and finds none."""

    def faces(self, _: object) -> list[Any]:
        return []


async def sent(data: bytes) -> AsyncIterator[bytes]:
    yield data


async def test_a_selfie_is_taken_in_examined_and_seen_by_its_owner(
    house: House, ada: UUID, s3_server: StoreServer, browser: httpx.AsyncClient
) -> None:
    someone, chunks = await house.someone(ada), sent(picture(edge_px=2000))
    photo = await selfies.receive(house.desk, someone, filename="me.webp", chunks=chunks)
    assert s3_server.keys() == [f"u/{ada}/incoming/{photo.id}"]
    await Examiner(house.desk, cast("Any", SeesNobody())).examine(ada, photo.id)
    kept = f"u/{ada}/selfies/{photo.id}.jpg"
    assert sorted(s3_server.keys()) == sorted(thumbnails.keys(kept))
    async with house.desk.for_person(ada) as work:
        row = await work.selfies.get(photo.id)
        card = SelfieCard.of(await work.bucket.links(), row)
    assert row.status is SelfieStatus.FACELESS
    assert await seen(browser, card.picture.full) == ("image/jpeg", "JPEG", 2000)
    assert await seen(browser, card.picture.small) == ("image/webp", "WEBP", 320)
    async with house.desk.for_person(ada) as work:
        await selfies.remove(work, photo.id)
    assert (await browser.get(card.picture.full)).status_code == 404  # the objects are there still
    await selfies.forget_pixels(house.desk, ada, photo.id)
    assert s3_server.keys() == []


async def test_a_portrait_is_kept_with_thumbnails_shown_saved_and_deleted(
    house: House, ada: UUID, s3_server: StoreServer, browser: httpx.AsyncClient
) -> None:
    async with ScriptedEngine() as engine:
        order = Order(house, engine, ada)
        await order.made(Answer(200, picture(edge_px=1500)))
        (asset,) = await order.keep()
    assert (asset.status, (await order.end())[0]) == (AssetStatus.KEPT, GenerationStatus.READY)
    assert sorted(s3_server.keys()) == sorted(thumbnails.keys(asset.key or ""))
    async with house.desk.for_person(ada) as work:
        (portrait,) = cut(await work.bucket.links(), [asset], await work.trainings.ready())
    for link, edge_px in (
        (portrait.picture.small, 320),
        (portrait.picture.medium, 640),
        (portrait.picture.large, 1280),
        (portrait.picture.full, 1500),
    ):
        assert await seen(browser, link) == ("image/webp", "WEBP", edge_px)
    saved = await browser.get(portrait.download)
    assert saved.headers["content-disposition"].endswith(portrait.file_name)
    async with house.desk.for_person(ada) as work:
        await trash.put_portraits(work, [asset.id])
    for link in (portrait.picture.small, portrait.picture.full, portrait.download):
        answer = await browser.get(link)  # the objects are there still; the row says no, and the store is not asked
        assert (answer.status_code, str(answer.url)) == (404, f"{STUDIO}{link}")
    async with house.desk.for_person(ada) as work:
        await trash.delete_portraits(work, [asset.id])
    await purging.purge_portrait(house.desk, ada, asset.id)
    assert s3_server.keys() == []


async def to_go_for_good(house: House, asset: Asset) -> None:
    async with house.desk.for_person(asset.owner_id) as work:
        await trash.put_portraits(work, [asset.id])
        await trash.delete_portraits(work, [asset.id])


async def seen(browser: httpx.AsyncClient, link: str) -> tuple[str, str | None, int]:
    """Open a link as a browser does; return its type, what it is, and its longer edge in px."""
    answer = await browser.get(link)
    assert (answer.status_code, answer.headers["content-disposition"]) == (200, "inline")
    with Image.open(io.BytesIO(answer.content)) as shown:
        return answer.headers["content-type"], shown.format, max(shown.size)


async def test_what_no_row_names_is_swept_in_its_owners_name(
    house: House, ada: UUID, s3_server: StoreServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    stray, gone = f"u/{ada}/incoming/{new_id()}", new_id()
    await house.desk.buckets.of(ada).put_bytes(stray, b"stray")
    await house.desk.buckets.of(gone).put_bytes(f"u/{gone}/portraits/{new_id()}.webp", b"of nobody any more")
    await house.draft_with_selfies(ada, 1)
    assert await sweep.sweep(house.desk) == 0
    monkeypatch.setattr(sweep, "now", lambda: now() + 2 * sweep.OLD_ENOUGH)
    assert await sweep.sweep(house.desk) == 2
    assert s3_server.keys() == [f"u/{ada}/selfies/0.jpg"]


async def test_a_portrait_goes_for_good_as_soon_as_the_store_is_there_again(
    house: House, ada: UUID, s3_server: StoreServer, s3_buckets: S3Buckets, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with ScriptedEngine() as engine:
        order = Order(house, engine, ada)
        await order.made(Answer(200, picture()))
        (asset,) = await order.keep()

    async def down(_: object) -> None:
        raise BucketDown("no answer")

    await to_go_for_good(house, asset)
    monkeypatch.setattr(s3_buckets.passes, "of", down)
    with pytest.raises(BucketDown):
        await purging.purge_portrait(house.desk, ada, asset.id)
    monkeypatch.undo()
    assert len(s3_server.keys()) == 4
    house.queue.take()
    await purging.put_off_what_is_due(house.desk)
    ((chore, *ids),) = house.queue.take()
    assert chore is Chore.PURGE_PORTRAIT
    await purging.purge_portrait(house.desk, *ids)
    assert s3_server.keys() == []
