"""The ZIP with everything of a person: made piece by piece and again when killed, told of, and gone in its time."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from portrait_app.adapters.buckets.disk import DiskBucket
from portrait_app.adapters.buckets.errors import BucketDown, BucketFull
from portrait_app.adapters.buckets.links import Link
from portrait_app.domain.chores import Chore
from portrait_app.domain.export import ExportStatus
from portrait_app.domain.mail import MailKind
from portrait_app.services import exports, reconcile, showing, sweep
from portrait_app.services.exports import BeingMade, NothingToDownload
from portrait_app.services.limits import TooManyTries
from tests.portraits import portraits_of
from tests.services.exporting import asked, lies_there, made, newest, set_back, unzipped

if TYPE_CHECKING:
    from uuid import UUID

    from portrait_app.database.address import Address
    from tests.builders import House


async def test_whoever_holds_their_account_holds_up_no_job_of_theirs(house: House, ada: UUID) -> None:
    """Of a job that waits for the account, and the account for its rows, Postgres ends one in an error."""
    export_id = await asked(house, ada)
    async with house.desk.for_person(ada) as work, asyncio.timeout(5):
        await work.accounts.hold()
        await asyncio.create_task(exports.make(house.desk, ada, export_id))
        await exports.forget(work)


async def test_the_person_is_told_by_mail_and_in_open_tabs(house: House, ada: UUID, address: Address) -> None:
    export_id = await asked(house, ada)
    house.queue.mails.clear()
    with psycopg.connect(address.conninfo(), autocommit=True) as listener:
        listener.execute("LISTEN news")
        await exports.make(house.desk, ada, export_id)
        news = [json.loads(notice.payload)[1] for notice in listener.notifies(timeout=5, stop_after=1)]
    assert set(news) == {"export"}
    ((owner, mail_id),) = house.queue.mails
    async with house.desk.for_service(owner) as work:
        mail = await work.mails.find(mail_id)
    assert mail is not None
    assert mail.kind is MailKind.EXPORT_READY


async def test_a_second_is_not_begun_while_one_is_made(house: House, ada: UUID) -> None:
    await asked(house, ada)
    with pytest.raises(BeingMade):
        await exports.ask(house.desk, await house.someone(ada))
    assert house.queue.take() == []


async def test_a_person_has_one_and_may_ask_only_so_often(house: House, ada: UUID) -> None:
    first = await made(house, ada)
    second = await made(house, ada)
    assert await lies_there(house, ada) == [exports.key_of(second)]
    assert first.id != second.id
    await made(house, ada)
    with pytest.raises(TooManyTries, match="export"):
        await exports.ask(house.desk, await house.someone(ada))
    assert (await newest(house, ada)).status is ExportStatus.READY


async def test_a_worker_that_was_killed_in_the_middle_begins_anew(
    house: House, ada: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    await portraits_of(house, await house.ready_model(ada), count=3)
    export_id = await asked(house, ada)

    class Killed(BaseException):
        pass

    real, seen = DiskBucket.get, list[str]()

    async def dies(bucket: DiskBucket, key: str) -> bytes:
        seen.append(key)
        if len(seen) == 2:
            raise Killed
        return await real(bucket, key)

    monkeypatch.setattr(DiskBucket, "get", dies)
    with pytest.raises(Killed):
        await exports.make(house.desk, ada, export_id)
    assert await lies_there(house, ada) == []
    await exports.make(house.desk, ada, export_id)
    await exports.make(house.desk, ada, export_id)  # its double, which finds it made
    export = await newest(house, ada)
    assert len((await unzipped(house, export)).namelist()) == 5
    assert len([mail for mail in house.queue.mails if mail[0] == ada]) == 2  # the address's confirmation, and this


async def test_one_that_nobody_makes_is_remembered(house: House, ada: UUID) -> None:
    export_id = await asked(house, ada)
    await set_back(house, await newest(house, ada), "created_at", timedelta(minutes=1))
    await reconcile.remember_chores(house.desk)
    assert house.queue.take() == [(Chore.MAKE_EXPORT, ada, export_id)]


async def test_a_full_disk_is_said_and_another_may_be_asked_for(
    house: House, ada: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    export_id = await asked(house, ada)

    async def full(*_: Any, **__: Any) -> int:
        raise BucketFull("full")

    with monkeypatch.context() as patch:
        patch.setattr(DiskBucket, "put", full)
        await exports.make(house.desk, ada, export_id)
    failed = await newest(house, ada)
    assert failed.status is ExportStatus.FAILED
    assert "no room left" in (failed.trouble or "")
    assert (await made(house, ada)).status is ExportStatus.READY


async def test_a_double_that_finds_the_disk_full_takes_nothing_from_the_one_that_was_made(
    house: House, ada: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    export_id = await asked(house, ada)
    with monkeypatch.context() as patch:

        async def is_overtaken(*_: Any, **__: Any) -> int:
            patch.undo()
            await exports.make(house.desk, ada, export_id)
            raise BucketFull("full")

        patch.setattr(DiskBucket, "put", is_overtaken)
        await exports.make(house.desk, ada, export_id)
    assert (await newest(house, ada)).status is ExportStatus.READY


async def test_one_that_can_not_be_made_is_given_up_in_words(
    house: House, ada: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    export_id = await asked(house, ada)

    async def broken(*_: Any, **__: Any) -> int:
        raise OSError("the disk is odd")

    monkeypatch.setattr(DiskBucket, "put", broken)
    with pytest.raises(OSError, match="odd"):
        await exports.make(house.desk, ada, export_id)
    await set_back(house, await newest(house, ada), "created_at", exports.GIVEN_UP_AFTER)
    await exports.make(house.desk, ada, export_id)
    assert (await newest(house, ada)).trouble == exports.NOT_MADE


@pytest.mark.parametrize(("said_every_s", "packed"), [(0.0, 1), (1e9, 3)])  # seen at the next picture, or at the end
async def test_one_that_is_deleted_while_it_is_packed_leaves_nothing(
    house: House, ada: UUID, monkeypatch: pytest.MonkeyPatch, said_every_s: float, packed: int
) -> None:
    await portraits_of(house, await house.ready_model(ada), count=3)
    export_id = await asked(house, ada)
    monkeypatch.setattr(exports, "SAY_AGAIN_S", said_every_s)
    real, seen = DiskBucket.get, list[str]()

    async def deletes(bucket: DiskBucket, key: str) -> bytes:
        seen.append(key)
        async with house.desk.for_person(ada) as work:
            await exports.forget(work)
        return await real(bucket, key)

    monkeypatch.setattr(DiskBucket, "get", deletes)
    await exports.make(house.desk, ada, export_id)
    assert len(seen) == packed
    assert await lies_there(house, ada) == []


async def test_one_that_is_deleted_goes_at_once_while_the_store_is_away_and_its_file_by_a_chore(
    house: House, ada: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    export = await made(house, ada)
    key = exports.key_of(export)

    async def down(*_: object) -> None:
        raise BucketDown("no answer")

    with monkeypatch.context() as patch:
        patch.setattr(DiskBucket, "delete", down)
        async with house.desk.for_person(ada) as work:
            assert await showing.is_shown(house.desk, Link(key, 0, None))
            await exports.forget(work)
    assert not await showing.is_shown(house.desk, Link(key, 0, None))  # its file is there still
    assert house.queue.take() == [(Chore.FORGET_EXPORT, ada, export.id)]
    await exports.forget_over(house.desk, ada, export.id)
    assert await lies_there(house, ada) == []


async def test_its_file_is_deleted_when_its_time_is_over_and_not_before(house: House, ada: UUID) -> None:
    export = await made(house, ada)
    assert export.ready_at is not None
    assert export.expires_at is not None
    assert timedelta(days=7) <= export.expires_at - export.ready_at < timedelta(days=7, minutes=1)
    await sweep.sweep(house.desk)
    await exports.forget_over(house.desk, ada, export.id)
    assert await lies_there(house, ada)
    await set_back(house, export, "expires_at", timedelta(seconds=1))
    assert not await showing.is_shown(house.desk, Link(exports.key_of(export), 0, None))
    await reconcile.remember_chores(house.desk)
    assert house.queue.take() == [(Chore.FORGET_EXPORT, ada, export.id)]
    with pytest.raises(NothingToDownload) as refused:
        await exports.to_download(house.desk, await house.someone(ada))
    assert "kept for 7 days" in refused.value.hint
    await exports.forget_over(house.desk, ada, export.id)
    await exports.forget_over(house.desk, ada, export.id)
    assert await lies_there(house, ada) == []
    assert (await newest(house, ada)).status is ExportStatus.GONE


async def test_no_more_than_one_picture_is_in_memory_at_a_time(house: House, ada: UUID) -> None:
    """A megabyte a picture, forty of them: what is held at once stays far below their sum."""
    import tracemalloc  # noqa: PLC0415 -- measured here alone

    portraits = [p for _ in range(5) for p in await portraits_of(house, await house.ready_model(ada), count=8)]
    for portrait in portraits:
        await house.desk.buckets.of(ada).put_bytes(portrait.key or "", bytes(2**20))
    export_id = await asked(house, ada)
    tracemalloc.start()
    await exports.make(house.desk, ada, export_id)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (await newest(house, ada)).bytes > 40 * 2**20
    assert most < 8 * 2**20, f"{most / 2**20:.1f} MB"
