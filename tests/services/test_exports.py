"""Everything that a person has, in one ZIP: whole, without a secret, made piece by piece and again when killed."""

from __future__ import annotations

import json
import zipfile
from datetime import timedelta
from io import BytesIO
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import LargeBinary
from sqlmodel import SQLModel

from portrait_app.adapters.buckets.disk import DiskBucket
from portrait_app.adapters.buckets.errors import BucketFull
from portrait_app.domain.chores import Chore
from portrait_app.domain.clock import now
from portrait_app.domain.export import Export, ExportStatus
from portrait_app.domain.mail import MailKind
from portrait_app.domain.rows import SCHEMA
from portrait_app.services import belongings, exports, reconcile, sweep, trash
from portrait_app.services.belongings import LEFT_OUT, SECTIONS
from portrait_app.services.exports import BeingMade, NothingToDownload
from portrait_app.services.limits import TooManyTries
from tests.portraits import portraits_of
from tests.services.removing import learned

if TYPE_CHECKING:
    from uuid import UUID

    from portrait_app.database.address import Address
    from tests.builders import House

SECRETS = {"password_hash", "token_hash", "public_key", "credential_id", "key_hash", "sign_count"}


@pytest.fixture
async def ada(house: House) -> UUID:
    return await house.somebody("Ada")


async def asked(house: House, owner_id: UUID) -> UUID:
    """Ask for an export; return its id."""
    await exports.ask(house.desk, owner_id)
    ((chore, owner, export_id),) = house.queue.take()
    assert (chore, owner) == (Chore.MAKE_EXPORT, owner_id)
    return export_id


async def made(house: House, owner_id: UUID) -> Export:
    """Ask for an export and make it."""
    export_id = await asked(house, owner_id)
    await exports.make(house.desk, owner_id, export_id)
    return await newest(house, owner_id)


async def newest(house: House, owner_id: UUID) -> Export:
    async with house.desk.for_person(owner_id) as work:
        found = await work.exports.newest()
    assert found is not None
    return found


async def unzipped(house: House, export: Export) -> zipfile.ZipFile:
    archive = zipfile.ZipFile(BytesIO(await house.desk.buckets.of(export.owner_id).get(exports.key_of(export))))
    assert archive.testzip() is None
    return archive


async def lies_there(house: House, owner_id: UUID) -> list[str]:
    return [stored.key for stored in await house.desk.buckets.of(owner_id).page(most=99) if "/exports/" in stored.key]


async def set_back(house: House, export: Export, column: str, age: timedelta) -> None:
    """As if this moment had been a while ago."""
    statement = sql.SQL("UPDATE app.exports SET {} = now() - %s WHERE id = %s").format(sql.Identifier(column))
    with psycopg.connect(house.desk.database.address.conninfo()) as admin:
        admin.execute(statement, [age, export.id])


async def test_it_holds_each_picture_under_its_day_its_style_and_a_number(house: House, ada: UUID) -> None:
    model = await house.ready_model(ada)
    await portraits_of(house, model, count=2, style="noir")
    await portraits_of(house, model, style="oil")
    await house.draft_with_selfies(ada, 2)
    export = await made(house, ada)
    archive = await unzipped(house, export)
    day = f"{now():%Y-%m-%d}"
    assert archive.namelist() == [
        "README.txt",
        "selfies/2/01.jpg",
        "selfies/2/02.jpg",
        f"portraits/{day}-noir-01.webp",
        f"portraits/{day}-noir-02.webp",
        f"portraits/{day}-oil-01.webp",
        "data.json",
    ]
    assert archive.read(f"portraits/{day}-oil-01.webp") == b"picture"
    stored = {info.compress_type for info in archive.infolist() if info.filename.endswith(("webp", "jpg"))}
    assert stored == {zipfile.ZIP_STORED}
    assert (export.status, export.bytes) == (
        ExportStatus.READY,
        len(await house.desk.buckets.of(export.owner_id).get(exports.key_of(export))),
    )


async def test_what_lies_in_the_trash_is_in_it_too_and_said_to_lie_there(house: House, ada: UUID) -> None:
    model = await learned(house, ada)
    kept, lying = await portraits_of(house, model, count=2, style="noir")
    async with house.desk.for_person(ada) as work:
        await trash.put_portraits(work, [lying.id])
        await trash.put_model(work, model.id)
    archive = await unzipped(house, await made(house, ada))
    said = json.loads(archive.read("data.json"))
    assert [row["deleted_at"] is None for row in said["face_models"]] == [False]
    assert {row["id"]: row["deleted_at"] is None for row in said["portraits"]} == {
        str(kept.id): True,
        str(lying.id): False,
    }
    assert len([name for name in archive.namelist() if name.startswith("portraits/")]) == 2
    assert [row["withdrawn_at"] for row in said["consents"]] == [None]


async def test_the_text_says_what_was_ordered_and_what_the_engine_was_given(house: House, ada: UUID) -> None:
    model = await house.ready_model(ada)
    await portraits_of(house, model, count=2, style="noir")
    said = json.loads((await unzipped(house, await made(house, ada))).read("data.json"))
    assert said["schema"] == belongings.SCHEMA
    (order,) = said["orders"]
    assert (order["style"], order["seed"], order["aspect"], order["model"]) == ("noir", 1, "4:5", "darkroom")
    assert order["sent_to_engine"]["style"] == "noir"
    assert [portrait["seed"] for portrait in said["portraits"]] == [1, 2]
    assert said["account"][0]["name"] == "Ada"
    assert said["sessions"][0]["device"] == "test"
    assert [mail["kind"] for mail in said["mails"]] == ["confirm"]


async def test_what_a_model_that_reads_was_told_is_there_word_for_word(house: House, ada: UUID) -> None:
    model = await house.ready_model(ada)
    async with house.desk.for_person(ada) as work:
        (await work.trainings.get(model.id)).trainer = "flux-dev"
    await portraits_of(house, model, style="oil")
    said = json.loads((await unzipped(house, await made(house, ada))).read("data.json"))
    assert "oil painting portrait of TOK" in said["orders"][0]["prompt"]


async def test_no_secret_and_nobody_else_is_in_it(house: House, ada: UUID) -> None:
    bob = await house.somebody("Bob")
    await portraits_of(house, await house.ready_model(bob), style="pop")
    archive = await unzipped(house, await made(house, ada))
    text = archive.read("data.json").decode()
    assert str(bob) not in text
    assert len(archive.namelist()) == 2
    async with house.desk.for_person(ada) as work:
        account, (session,) = await work.accounts.mine(), await work.accounts.sessions()
    for secret in (account.password_hash, session.token_hash.hex(), repr(session.token_hash)):
        assert secret not in text


def test_each_table_with_an_owner_is_in_it_or_left_out_for_a_reason() -> None:
    owned = {table.name for table in SQLModel.metadata.tables.values() if table.schema == SCHEMA}
    sections = {str(section.row.__tablename__) for section in SECTIONS}
    assert owned == sections | set(LEFT_OUT)
    assert not sections & set(LEFT_OUT)


def test_no_column_that_opens_anything_leaves_the_house() -> None:
    for section in SECTIONS:
        columns = SQLModel.metadata.tables[f"{SCHEMA}.{section.row.__tablename__}"].columns
        left = set(section.columns.split())
        assert left <= set(columns.keys())
        assert not left & SECRETS
        assert not [name for name in left if isinstance(columns[name].type, LargeBinary)]


async def test_a_picture_that_vanishes_meanwhile_is_named_and_the_rest_is_whole(house: House, ada: UUID) -> None:
    first, _ = await portraits_of(house, await house.ready_model(ada), count=2)
    await house.desk.buckets.of(ada).delete(first.key or "")
    archive = await unzipped(house, await made(house, ada))
    said = json.loads(archive.read("data.json"))
    assert said["missing_files"] == [f"portraits/{now():%Y-%m-%d}-studio-01.webp"]
    assert len(archive.namelist()) == 3


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
        await exports.ask(house.desk, ada)
    assert house.queue.take() == []


async def test_a_person_has_one_and_may_ask_only_so_often(house: House, ada: UUID) -> None:
    first = await made(house, ada)
    second = await made(house, ada)
    assert await lies_there(house, ada) == [exports.key_of(second)]
    assert first.id != second.id
    await made(house, ada)
    with pytest.raises(TooManyTries, match="export"):
        await exports.ask(house.desk, ada)
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


async def test_one_that_is_deleted_while_it_is_packed_leaves_nothing(
    house: House, ada: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    await portraits_of(house, await house.ready_model(ada), count=3)
    export_id = await asked(house, ada)
    monkeypatch.setattr(exports, "SAY_AGAIN_S", 0.0)
    real, seen = DiskBucket.get, list[str]()

    async def deletes(bucket: DiskBucket, key: str) -> bytes:
        seen.append(key)
        async with house.desk.for_person(ada) as work:
            await exports.forget(work)
        return await real(bucket, key)

    monkeypatch.setattr(DiskBucket, "get", deletes)
    await exports.make(house.desk, ada, export_id)
    assert len(seen) == 1
    assert await lies_there(house, ada) == []


async def test_its_file_is_deleted_when_its_time_is_over_and_not_before(house: House, ada: UUID) -> None:
    export = await made(house, ada)
    await sweep.sweep(house.desk)
    await exports.forget_over(house.desk, ada, export.id)
    assert await lies_there(house, ada)
    await set_back(house, export, "expires_at", timedelta(seconds=1))
    await reconcile.remember_chores(house.desk)
    assert house.queue.take() == [(Chore.FORGET_EXPORT, ada, export.id)]
    async with house.desk.for_person(ada) as work:
        with pytest.raises(NothingToDownload) as refused:
            await exports.to_download(work)
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
