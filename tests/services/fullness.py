"""A person with everything that the studio can keep of somebody, and where to look for what is left of them."""

from __future__ import annotations

from base64 import b64encode, urlsafe_b64encode
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, quote_plus
from uuid import UUID

import psycopg
from psycopg import sql

from portrait_app.domain.account import Invite
from portrait_app.domain.clock import now
from portrait_app.domain.identity import Identity
from portrait_app.domain.lifecycle import AssetStatus, OrderStatus
from portrait_app.domain.order import Delivery, Order, OrderKind
from portrait_app.domain.passkey import Passkey
from portrait_app.domain.rows import new_id
from portrait_app.services import errands, exports, limits, recovery, sessions, steps, trash, watching
from portrait_app.services.mails import Postman
from tests.builders import PASSWORD
from tests.portraits import portraits_of
from tests.services.removing import learned
from tools import newcomers

if TYPE_CHECKING:
    from pathlib import Path

    from portrait_app.adapters.mail.outbox import Outbox
    from portrait_app.database.address import Address
    from portrait_app.domain.generation import Asset
    from portrait_app.services.sessions import SignedIn
    from tests.builders import House

PUT_AWAY = "me/faces:put-away"
NAME, EMAIL = "Adalberta Unmistakable", "adalberta.unmistakable@example.com"
_TABLES = """
SELECT table_schema, table_name FROM information_schema.tables
WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('pg_catalog', 'information_schema')
UNION SELECT 'pg_catalog', 'pg_statistic'
"""
_WITH_OWNER = """
SELECT table_name FROM information_schema.columns WHERE table_schema = 'app' AND column_name = 'owner_id'
"""


def words_of(who: SignedIn) -> list[str]:
    """What they would be known by."""
    return [str(who.owner_id), EMAIL, NAME, "Adalberta"]


async def somebody_with_everything(house: House, outbox: Outbox) -> SignedIn:
    """Sign somebody up and let them use every corner of the studio.

    A new table that holds something of a person is to be filled here: `empty_tables` names it until it is.
    """
    who = await newcomers.signs_up(house.desk, name=NAME, email=EMAIL, password=PASSWORD, device="Adalberta's phone")
    await house.agree(who.owner_id)
    await _ways_in(house, who.owner_id)
    model = await learned(house, who.owner_id)
    first, *_, lying = await portraits_of(house, model, count=4)
    await _no_store_takes(house, first)
    async with house.desk.for_person(who.owner_id) as work:
        await trash.put_portraits(work, [lying.id])
    await _put_away(house, who.owner_id)
    await _at_the_engine(house, who.owner_id, model.id)
    await house.draft_with_selfies(who.owner_id, 2)
    await house.desk.buckets.of(who.owner_id).put_bytes(
        f"u/{who.owner_id}/elsewhere/unknown.bin", b"nobody knows of it"
    )
    await exports.ask(house.desk, await house.someone(who.owner_id))
    await limits.take(house.desk, limits.SIGN_IN_OF_ACCOUNT, EMAIL)
    await errands.leave(house.desk, "passkey.add", "browser", "word", {"owner": str(who.owner_id)})
    await steps.begin(house.desk, "browser", steps.FirstStep(who.owner_id, ""), "/home")
    postman = Postman(house.desk, outbox, "http://studio.test", "studio@studio.test")
    async with house.desk.for_service(who.owner_id) as work:
        mail_id = await work.mails.add("new_ways", EMAIL)  # type: ignore[arg-type] -- a kind, as the database has it
    await postman.send(who.owner_id, mail_id)
    return who


async def _put_away(house: House, owner_id: UUID) -> None:
    """A face model in the Trash, of which the engine has a version of its own."""
    house.engine.versions.add(PUT_AWAY)
    model = await house.ready_model(owner_id)
    async with house.desk.for_service(owner_id) as work:
        (await work.trainings.get(model.id, lock=True)).version = PUT_AWAY
    async with house.desk.for_person(owner_id) as work:
        await trash.put_model(work, model.id)


async def _no_store_takes(house: House, portrait: Asset) -> None:
    """As if a portrait had come while the store was away."""
    async with house.desk.for_service(portrait.owner_id) as work:
        (await work.assets.get(portrait.id, lock=True)).status = AssetStatus.FETCHING
        await work.session.flush()
        await work.held_pictures.add(portrait.id, b"a picture of Adalberta")


async def _ways_in(house: House, owner_id: UUID) -> None:
    async with house.desk.for_person(owner_id) as work:
        key: dict[str, Any] = {
            "credential_id": b"credential",
            "public_key": b"key",
            "sign_count": 1,
            "is_synced": False,
        }
        work.session.add(Passkey(owner_id=owner_id, name="Adalberta's key", **key))
        named: dict[str, Any] = {"provider": "github", "issuer": "https://github.test", "subject": "42", "label": EMAIL}
        work.session.add(Identity(owner_id=owner_id, **named))
        await recovery.replace(work, ["hash of a code"])
        work.session.add(Invite(owner_id=owner_id, token_hash=sessions.digest("invite"), expires_at=now()))
        await watching.watch(work)


async def _at_the_engine(house: House, owner_id: UUID, training_id: UUID) -> None:
    """The uploaded photos of a training that is over, and a webhook that told of it."""
    house.engine.files["photos.zip"] = b"zip"
    async with house.desk.for_person(owner_id) as work:
        order_id = work.orders.add(Order(owner_id=owner_id, kind=OrderKind.TRAINING, training_id=training_id)).id
    async with house.desk.for_service(owner_id) as work:
        order = await work.orders.get(order_id)
        order.status, order.job_id, order.file_id, order.ended_at = (
            OrderStatus.DONE,
            "job-of-adalberta",
            "photos.zip",
            now(),
        )
        work.session.add(Delivery(owner_id=owner_id, webhook_id=str(new_id()), order_id=order_id))


def empty_tables(house: House, owner_id: UUID) -> list[str]:
    """Tables with an owner that hold nothing of this person."""
    with psycopg.connect(house.desk.database.address.conninfo()) as admin:
        return [
            table
            for (table,) in admin.execute(_WITH_OWNER).fetchall()
            if not admin.execute(_mentions("app", table), [[f"%{owner_id}%"]]).fetchone()
        ]


def forms_of(word: str) -> list[str]:
    """Return what a word may look like where it is kept: as it is, as an address has it, in hex, in base64."""
    forms = {word, quote(word), quote_plus(word), word.encode().hex(), b64encode(word.encode()).decode().rstrip("=")}
    with suppress(ValueError):
        raw = UUID(word).bytes
        forms |= {raw.hex(), b64encode(raw).decode()[:21], urlsafe_b64encode(raw).decode()[:21]}
    return sorted(forms)


def rows_about(address: Address, words: list[str]) -> set[str]:
    """Tables, of every schema, with a row that has one of these words in any column, in any form.

    The planner's samples of columns are a table too.
    """
    sought = [f"%{form}%" for word in words for form in forms_of(word)]
    with psycopg.connect(address.conninfo()) as admin:
        tables = admin.execute(_TABLES).fetchall()
        assert {schema for schema, _ in tables} >= {"app", "jobs"}
        return {
            f"{schema}.{table}"
            for schema, table in tables
            if admin.execute(_mentions(schema, table), [sought]).fetchone()
        }


def _mentions(schema: str, table: str) -> sql.Composed:
    query = sql.SQL("SELECT 1 FROM {} AS one WHERE one::text ILIKE ANY (%s) LIMIT 1")
    return query.format(sql.Identifier(schema, table))


def files_about(folder: Path, words: list[str], *, but: str = "") -> list[Path]:
    """Files and folders below one, by name or by content, with one of these words in any form, or an id in raw bytes.

    Args: but: a folder in it that is not looked into.
    """
    sought = [form.encode() for word in words for form in forms_of(word)]
    for word in words:
        with suppress(ValueError):
            sought.append(UUID(word).bytes)
    there = [path for path in folder.rglob("*") if not (but and path.is_relative_to(folder / but))]
    said = ((path, str(path).encode() + (path.read_bytes() if path.is_file() else b"")) for path in there)
    return [path for path, words_there in said if any(form in words_there for form in sought)]


async def objects_of(house: House, owner_id: UUID) -> list[str]:
    return [stored.key for stored in await house.desk.buckets.of(owner_id).page(most=999)]
