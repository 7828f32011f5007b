"""The walls between people hold in the database itself, for every table there is and every table to come."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, text
from sqlalchemy.exc import ProgrammingError
from sqlmodel import SQLModel, col, select, update

from portrait_app.database.actor import signed
from portrait_app.database.address import Role
from portrait_app.domain.mail import MailKind
from portrait_app.domain.rows import SCHEMA, new_id
from portrait_app.domain.training import Training
from portrait_app.services import generations

if TYPE_CHECKING:
    from portrait_app.database.address import Address
    from tests.builders import House


def test_a_persons_role_cannot_enter_the_jobs(address: Address) -> None:
    with (
        psycopg.connect(address.conninfo(Role.USER)) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute("SELECT * FROM jobs.procrastinate_jobs")


def test_the_tables_are_as_the_rows_declare_them(address: Address) -> None:
    engine = create_engine(address.admin)
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={"include_schemas": True, "version_table_schema": SCHEMA, "include_name": _ours, "compare_type": True},
        )
        differences = [
            change
            for change in compare_metadata(context, SQLModel.metadata)
            if isinstance(change, list) or change[0] not in ("remove_index", "remove_constraint", "remove_fk")
        ]
    engine.dispose()
    assert differences == []


async def test_a_person_sees_and_changes_only_what_is_theirs(house: House) -> None:
    ada, bob = await house.somebody("Ada"), await house.somebody("Bob")
    training = await house.ready_model(ada)
    async with house.desk.for_person(bob) as work:
        assert await work.trainings.find(training.id) is None
        assert (await work.session.scalars(select(Training))).all() == []
        changed = update(Training).values(name="mine now").returning(col(Training.id))
        assert (await work.session.execute(changed)).all() == []
    async with house.desk.for_person(ada) as work:
        assert (await work.trainings.get(training.id)).name == "Ada"


async def test_a_job_reaches_only_the_rows_of_the_person_it_works_for(house: House) -> None:
    ada, bob = await house.somebody("Ada"), await house.somebody("Bob")
    training = await house.ready_model(ada)
    async with house.desk.for_service(bob) as work:
        assert await work.trainings.find(training.id) is None
    async with house.desk.for_service(ada) as work:
        assert await work.trainings.find(training.id) is not None


async def test_nobody_sees_nothing(house: House) -> None:
    await house.ready_model(await house.somebody())
    for role in Role:
        async with house.desk.for_nobody(role) as session:
            assert (await session.scalars(select(Training))).all() == []


async def test_a_child_cannot_hang_on_another_persons_parent(house: House) -> None:
    ada, bob = await house.somebody("Ada"), await house.somebody("Bob")
    training = await house.draft_with_selfies(ada, 0)
    with pytest.raises(Exception, match="violates foreign key"):
        await house_adds_selfie(house, bob, training.id)


async def house_adds_selfie(house: House, owner_id, training_id) -> None:
    async with house.desk.for_person(owner_id) as work:
        values = {"id": new_id(), "o": owner_id, "t": training_id}
        await work.session.execute(
            text(
                "INSERT INTO app.selfies (id, owner_id, created_at, training_id, filename, status, hints, is_overruled,"
                " width, height, colour) VALUES (:id, :o, now(), :t, '', 'fine', '[]', false, 1, 1, '')"
            ),
            values,
        )


@pytest.mark.parametrize("tampering", ["forged", "expired", "swapped", "cut", "rubbish"])
async def test_an_actor_that_was_tampered_with_sees_nothing(house: House, address: Address, tampering: str) -> None:
    ada, bob = await house.somebody("Ada"), await house.somebody("Bob")
    await house.ready_model(ada)
    good = signed(ada, address.actor_key)
    actor = {
        "forged": signed(ada, b"another key"),
        "expired": signed(ada, address.actor_key, lifetime_s=-1),
        "swapped": good.replace(str(ada), str(bob)).replace(str(bob), str(ada), 0),
        "cut": good[:-1],
        "rubbish": "'; SELECT 1 --.x.y",
    }[tampering]
    with psycopg.connect(address.conninfo(Role.USER)) as connection:
        connection.execute("SELECT set_config('app.actor', %s, true)", [actor])
        assert connection.execute("SELECT count(*) FROM app.trainings").fetchone() == (0,)
        connection.execute("SELECT set_config('app.actor', %s, true)", [good])
        assert connection.execute("SELECT count(*) FROM app.trainings").fetchone() == (1,)


async def test_a_job_gives_links_to_unsent_mails_alone_that_are_for_links(house: House) -> None:
    ada = await house.somebody("Ada")
    async with house.desk.for_person(ada) as work:
        link, news = await work.mails.add(MailKind.RESET, "a@b.c"), await work.mails.add(MailKind.TAKEN, "a@b.c")
    give = "UPDATE app.mails SET token_hash = sha256(id::text::bytea) WHERE id = :id"
    async with house.desk.for_service(ada) as work:
        with pytest.raises(ProgrammingError, match="row-level security"):
            await work.session.execute(text(give), {"id": news})
    async with house.desk.for_service(ada) as work:
        given = await work.session.execute(text(f"{give} RETURNING id"), {"id": link})
        assert given.scalars().all() == [link]
        await work.session.execute(text("UPDATE app.mails SET sent_at = now() WHERE id = :id"), {"id": link})
        given = await work.session.execute(text(f"{give} RETURNING id"), {"id": link})
        assert given.scalars().all() == []


async def test_a_job_writes_no_other_columns_than_it_works_on(house: House) -> None:
    ada = await house.somebody("Ada")
    model = await house.ready_model(ada)
    for statement in (
        "UPDATE app.trainings SET name = 'another'",
        "UPDATE app.trainings SET trainer = 'another'",
        "UPDATE app.accounts SET name = 'another'",
        "SELECT password_hash FROM app.accounts",
    ):
        async with house.desk.for_service(ada) as work:
            with pytest.raises(ProgrammingError, match="permission denied"):
                await work.session.execute(text(statement))
    async with house.desk.for_service(ada) as work:
        deleted = await work.session.execute(text("DELETE FROM app.trainings RETURNING id"))
        assert deleted.scalars().all() == []  # nobody asked for it
    async with house.desk.for_person(ada) as work:
        assert (await work.trainings.get(model.id)).name == "Ada"


async def test_a_job_holds_nobodys_orders_up_for_ever(house: House, address: Address) -> None:
    ada, bob = await house.somebody("Ada"), await house.somebody("Bob")
    model = await house.ready_model(ada)
    async with house.desk.for_person(ada) as work:
        await generations.order(work, model, style="noir", count=1, aspect="1:1")
    with psycopg.connect(address.conninfo(), autocommit=True) as admin:
        admin.execute("UPDATE app.orders SET look_at = now()")
        admin.execute(
            "INSERT INTO app.deliveries SELECT gen_random_uuid(), owner_id, now(), 'just come', id FROM app.orders"
        )
        async with house.desk.for_service(bob) as work:
            for call in ("take_orders_to_look_at(NULL, 'infinity')", "stop_turns('ask', 'infinity')"):
                await work.session.execute(text(f"SELECT app.{call}"))
            await work.session.execute(text("SELECT app.forget_deliveries('-100 years')"))
        assert admin.execute("SELECT max(look_at) < now() + interval '2 hours' FROM app.orders").fetchone() == (True,)
        assert admin.execute("SELECT max(free_at) < now() + interval '2 days' FROM app.paces").fetchone() == (True,)
        assert admin.execute("SELECT count(*) FROM app.deliveries").fetchone() == (1,)


def test_no_type_of_ones_own_is_taken_for_the_databases(address: Address) -> None:
    """A type may run its maker's code whenever a value is made: in a look-up that would be as `app_auth`."""
    with psycopg.connect(address.conninfo(Role.USER)) as connection:
        connection.execute("CREATE TABLE pg_temp.loot (who name)")
        connection.execute("GRANT INSERT ON pg_temp.loot TO PUBLIC")
        connection.execute(
            "CREATE FUNCTION pg_temp.look(value pg_catalog.text) RETURNS boolean LANGUAGE plpgsql AS "
            "$$ BEGIN INSERT INTO pg_temp.loot VALUES (current_user); RETURN true; END $$"
        )
        for name in ("text", "uuid", "interval", "bytea"):
            connection.execute(f"CREATE DOMAIN pg_temp.{name} AS pg_catalog.text CHECK (pg_temp.look(VALUE))")
        connection.execute("SELECT 'it works'::pg_temp.text")
        connection.execute("SELECT set_config('app.actor', 'a.b.c', true), app.uid()")
        connection.execute("SELECT app.take_try('x'::pg_catalog.bytea, '1 s', '1 s')")
        assert connection.execute("SELECT DISTINCT who FROM pg_temp.loot").fetchall() == [("app_user",)]


def _ours(name: str | None, kind: str, _parents: object) -> bool:
    if kind == "schema":
        return name == SCHEMA
    of_nobody = ("alembic_version", "actor_keys", "paces", "counts", "tries", "errands", "farewells")
    return not (kind == "table" and name in of_nobody)
