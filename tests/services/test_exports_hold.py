"""What stands in the ZIP with everything that a person has: each picture and word of theirs, and no secret."""

from __future__ import annotations

import json
import zipfile
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import LargeBinary
from sqlmodel import SQLModel

from portrait_app.adapters.buckets.errors import BucketDown
from portrait_app.domain.clock import now
from portrait_app.domain.export import ExportStatus
from portrait_app.domain.lifecycle import AssetStatus
from portrait_app.domain.rows import SCHEMA
from portrait_app.services import belongings, exports, trash
from portrait_app.services.belongings import LEFT_OUT, SECTIONS
from portrait_app.services.packing import README
from tests.portraits import portraits_of
from tests.services.exporting import made, unzipped
from tests.services.removing import learned

if TYPE_CHECKING:
    from uuid import UUID

    from tests.builders import House

SECRETS = {"password_hash", "token_hash", "public_key", "credential_id", "key_hash", "sign_count"}

COLUMNS_LEFT_OUT = {
    "owner_id": "is the account's",
    "source_url incoming_key key_hash": "where a picture lies for a moment",
    "purge_asked_at done total trouble": "how far the studio is with it",
    "expires_at used_at": "of a mail's link, which is over in ten minutes",
    "fingerprint file_id retry_of lost_at heard_at cancel_asked_at look_at silent_since silent_at stray_since account "
    "unknown_since uploading_since waits_until stopped_since": "how a call of the engine went",
    "percent ends_at is_estimate usual_most_s tail_s stepped_at": "how long learning was thought to take",
    "password_hash token_hash public_key credential_id sign_count code_hash": "opens something",
}
"""Columns that no section holds, each with why. Whoever adds one says here why nobody takes it away, or puts it in."""


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


async def test_it_waits_a_while_for_portraits_that_are_made_and_have_no_place_yet(
    house: House, ada: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = await house.ready_model(ada)
    (asset,) = await portraits_of(house, model, status=AssetStatus.FETCHING)
    async with house.desk.for_service(ada) as work:
        await work.held_pictures.add(asset.id, b"picture")
    with pytest.raises(BucketDown):  # the chore is tried again, as while the store is away
        await made(house, ada)
    monkeypatch.setattr(exports, "WAITS_FOR_PICTURES", timedelta())
    async with house.desk.for_person(ada) as work:
        waiting = await work.exports.newest()
    assert waiting is not None
    await exports.make(house.desk, ada, waiting.id)  # not for ever
    async with house.desk.for_person(ada) as work:
        assert [each.status for each in await work.exports.all()] == [ExportStatus.READY]


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
    assert [section.name for section in SECTIONS if section.name not in README] == []


def test_each_column_of_these_is_in_it_or_left_out_for_a_reason() -> None:
    left_out = {name for names in COLUMNS_LEFT_OUT for name in names.split()}
    for section in SECTIONS:
        columns = set(SQLModel.metadata.tables[f"{SCHEMA}.{section.row.__tablename__}"].columns.keys())
        assert columns - set(section.columns.split()) <= left_out, section.name


async def test_the_measures_of_a_face_that_outlive_its_photos_are_in_it(house: House, ada: UUID) -> None:
    model = await learned(house, ada)
    async with house.desk.for_person(ada) as work:
        (await work.trainings.get(model.id)).identity = [0.25, -0.5]
    said = json.loads((await unzipped(house, await made(house, ada))).read("data.json"))
    assert [face["identity"] for face in said["face_models"]] == [[0.25, -0.5]]


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
