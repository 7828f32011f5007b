"""The walls as the database itself has them: nothing is wrong, and whatever could go wrong would be found."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest

from tools.catalogue import breaches, queries, unknown_rights

if TYPE_CHECKING:
    from collections.abc import Generator

    from portrait_app.database.address import Address

WRONG = {
    "a table without row-level security, FORCE and a policy": [
        "CREATE TABLE app.newcomers (id uuid)",
        "ALTER TABLE app.trainings NO FORCE ROW LEVEL SECURITY",
        "ALTER TABLE app.trainings DISABLE ROW LEVEL SECURITY",
    ],
    "a policy for a role that signs in that doesn't ask who is asking": [
        "CREATE POLICY all_of_it ON app.trainings TO app_user USING (true)",
        "CREATE POLICY all_of_it ON app.trainings FOR INSERT TO app_service WITH CHECK (true)",
        "CREATE POLICY all_of_it ON app.trainings USING (owner_id = (SELECT app.uid()))",
        "CREATE POLICY all_of_it ON app.trainings TO app_user USING (owner_id = (SELECT app.uid()) OR name = '')",
        "CREATE POLICY all_of_it ON app.trainings TO app_user USING (owner_id = (SELECT app.uid())) WITH CHECK (true)",
        "CREATE POLICY all_of_it ON app.trainings TO app_auth, app_user USING (true)",
    ],
    "a right of app_auth to every column of a table that is somebody's": [
        "GRANT SELECT ON app.selfies TO app_auth",
        "GRANT UPDATE ON app.accounts TO app_auth",
    ],
    "a right of a role that signs in to a table that is nobody's": [
        "GRANT SELECT (key) ON app.actor_keys TO app_service",
        "GRANT DELETE ON app.alembic_version TO app_user",
    ],
    "a right to empty a table, to refer to it or to hang a trigger on it": [
        "GRANT TRUNCATE ON app.trainings TO app_user",
        "GRANT TRIGGER ON jobs.procrastinate_jobs TO app_service",
    ],
    "a job that may change every column of a table": ["GRANT UPDATE ON app.selfies TO app_service"],
    "a job that may change whose a row is, or what it hangs on": [
        "GRANT UPDATE (owner_id) ON app.assets TO app_service",
        "GRANT UPDATE (generation_id) ON app.assets TO app_service",
    ],
    "a job that may write down a row in whatever state": [
        "GRANT INSERT ON app.selfies TO app_service",
        "DROP POLICY as_it_begins ON app.orders",
    ],
    "a foreign key that leaves the owner out": [
        "ALTER TABLE app.selfies ADD FOREIGN KEY (training_id) REFERENCES app.trainings (id)"
    ],
    "a table that is somebody's and can't be listed by its owner": ["DROP INDEX app.trainings_of_owner"],
    "a role of ours that stands above the walls": ["ALTER ROLE app_service BYPASSRLS", "ALTER ROLE app_user CREATEDB"],
    "a role that signs in and may become another": ["GRANT app_auth TO app_user"],
    "a view that doesn't ask as whoever looks through it": [
        "CREATE VIEW app.faces AS SELECT * FROM app.trainings",
        "CREATE MATERIALIZED VIEW app.faces AS SELECT * FROM app.trainings",
    ],
    "a function for others' eyes that isn't app_auth's, or looks for names elsewhere first": [
        "ALTER FUNCTION app.uid() SET search_path = pg_catalog",
        "ALTER FUNCTION app.uid() OWNER TO app_owner",
        "ALTER FUNCTION app.uid() RESET search_path",
    ],
    "something of ours that isn't app_owner's": [
        "ALTER TABLE app.trainings OWNER TO app_service",
        "ALTER FUNCTION app.uid() SECURITY INVOKER",
    ],
    "something that anybody may do who can connect": [
        "GRANT EXECUTE ON FUNCTION app.uid() TO PUBLIC",
        "GRANT SELECT ON app.trainings TO PUBLIC",
        "GRANT USAGE ON SCHEMA jobs TO PUBLIC",
    ],
    "a way of a person's role into the jobs": [
        "GRANT USAGE ON SCHEMA jobs TO app_user",
        "GRANT SELECT ON jobs.procrastinate_jobs TO app_user",
    ],
    "a column with what is a person's of which the planner keeps samples, which outlive their rows": [
        "ALTER TABLE app.accounts ADD COLUMN nickname varchar",
        "ALTER TABLE app.exports ALTER COLUMN owner_id SET STATISTICS -1",
        "ALTER INDEX app.orders_by_hash ALTER COLUMN 1 SET STATISTICS -1",
        "ALTER TABLE jobs.procrastinate_jobs ALTER COLUMN args SET STATISTICS 10",
    ],
    "a role other than app_owner that may make something here": ["GRANT CREATE ON SCHEMA app TO app_auth"],
}

NEW = {
    "GRANT SELECT (password_hash) ON app.accounts TO app_service": "+ app_service may SELECT app.accounts (created_at,",
    "GRANT UPDATE (style, count) ON app.generations TO app_service": "+ app_service may UPDATE app.generations (count,",
    "GRANT SELECT (token_hash) ON app.mails TO app_user": "+ app_user may SELECT app.mails (address,",
    "GRANT UPDATE (email) ON app.accounts TO app_user": "+ app_user may UPDATE app.accounts (email,",
    "GRANT INSERT ON app.operators TO app_user": "+ app_user may INSERT, SELECT app.operators",
    "GRANT SELECT (seen) ON app.selfies TO app_auth": "+ app_auth may SELECT app.selfies (created_at,",
    "GRANT CREATE ON SCHEMA public TO app_user": "+ app_user may CREATE, USAGE schema public",
    "REVOKE DELETE ON app.selfies FROM app_service": "+ app_service may SELECT app.selfies",
    "DROP POLICY called_for ON app.trainings": "- restrictive trainings.called_for for DELETE",
    "ALTER POLICY as_it_begins ON app.held_pictures WITH CHECK (true)": "+ restrictive held_pictures.as_it_begins for",
    "CREATE TRIGGER told BEFORE INSERT ON app.mails EXECUTE FUNCTION suppress_redundant_updates_trigger()": (
        "+ trigger told on app.mails"
    ),
}


@pytest.fixture
def admin(address: Address) -> Generator[psycopg.Connection]:
    with psycopg.connect(address.conninfo()) as connection:
        yield connection
        connection.rollback()


def test_nothing_is_wrong_with_the_walls(admin: psycopg.Connection) -> None:
    assert breaches(admin) == {}


@pytest.mark.parametrize("table", ["trainings", "orders"])
def test_whose_a_face_model_is_is_found_by_an_index(admin: psycopg.Connection, table: str) -> None:
    """Of all there ever were: it is asked at each look at a training that doesn't say what it made."""
    admin.execute("SET LOCAL enable_seqscan = off")  # as it is chosen once there are many
    (body,) = admin.execute("SELECT prosrc FROM pg_proc WHERE proname = 'known_versions'").fetchone() or ("",)
    admin.execute("SET LOCAL ROLE app_auth")
    plan = admin.execute(f"EXPLAIN {body.replace('made', '%s::text[]', 1)}".encode(), [["me/faces:made"]]).fetchall()
    assert f"using {table}_by_hash on {table}" in str(plan)


def test_each_query_is_known_to_find_something() -> None:
    assert set(queries()) == set(WRONG)


def test_whatever_is_wrong_would_be_found(admin: psycopg.Connection) -> None:
    for sentence, statements in WRONG.items():
        for statement in statements:
            with admin.transaction(force_rollback=True):
                admin.execute(statement.encode())
                assert sentence in breaches(admin), statement


def test_every_right_is_told(admin: psycopg.Connection) -> None:
    assert unknown_rights(admin) == [], (
        "a right or a policy was added, changed or taken away: say so in tools/rights.txt"
    )


def test_a_right_that_was_not_told_would_be_found(admin: psycopg.Connection) -> None:
    for statement, line in NEW.items():
        with admin.transaction(force_rollback=True):
            admin.execute(statement.encode())
            assert [found for found in unknown_rights(admin) if found.startswith(line)], statement
