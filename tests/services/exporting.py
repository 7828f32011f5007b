"""Somebody's export: asked for, made, opened, and set back in time."""

from __future__ import annotations

import zipfile
from io import BytesIO
from typing import TYPE_CHECKING

import psycopg
from psycopg import sql

from portrait_app.domain.chores import Chore
from portrait_app.services import exports

if TYPE_CHECKING:
    from datetime import timedelta
    from uuid import UUID

    from portrait_app.domain.export import Export
    from tests.builders import House


async def asked(house: House, owner_id: UUID) -> UUID:
    """Ask for an export; return its id."""
    await exports.ask(house.desk, await house.someone(owner_id))
    *of_former, (chore, owner, export_id) = house.queue.take()
    for forget, _, former_id in of_former:
        assert forget is Chore.FORGET_EXPORT
        await exports.forget_over(house.desk, owner_id, former_id)
    assert (chore, owner) == (Chore.MAKE_EXPORT, owner_id)
    return export_id


async def made(house: House, owner_id: UUID) -> Export:
    """Ask for an export and make it."""
    export_id = await asked(house, owner_id)
    await exports.make(house.desk, owner_id, export_id)
    return await newest(house, owner_id)


async def newest(house: House, owner_id: UUID) -> Export:
    """Return the one that was asked for last."""
    async with house.desk.for_person(owner_id) as work:
        found = await work.exports.newest()
    assert found is not None
    return found


async def unzipped(house: House, export: Export) -> zipfile.ZipFile:
    """Open it; every file in it is whole."""
    archive = zipfile.ZipFile(BytesIO(await house.desk.buckets.of(export.owner_id).get(exports.key_of(export))))
    assert archive.testzip() is None
    return archive


async def lies_there(house: House, owner_id: UUID) -> list[str]:
    """Return the keys of the archives that lie in the bucket."""
    return [stored.key for stored in await house.desk.buckets.of(owner_id).page(most=99) if "/exports/" in stored.key]


async def set_back(house: House, export: Export, column: str, age: timedelta) -> None:
    """As if this moment had been a while ago."""
    statement = sql.SQL("UPDATE app.exports SET {} = now() - %s WHERE id = %s").format(sql.Identifier(column))
    with psycopg.connect(house.desk.database.address.conninfo()) as admin:
        admin.execute(statement, [age, export.id])
