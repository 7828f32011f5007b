"""What the walls cost: the newest portraits of one person among many people's, and what a transaction says beforehand.

Both sides ask the same Postgres over one connection each, in turn; the rows are read by the same index.
"""

from __future__ import annotations

import time
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING

import psycopg

from portrait_app.database.actor import signed
from portrait_app.database.address import Address, Role
from portrait_app.database.migrate import upgrade
from portrait_app.database.server import EmbeddedServer
from portrait_app.database.session import BEGIN_AS
from tools.bench.figure import Figure

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from uuid import UUID

    from tools.bench.sitting import Sitting

PEOPLE, PORTRAITS = 500, 400  # of each
RUNS, WARM_UP = 500, 50
BESIDE = "no wall, by the superuser"

_FILL = f"""
INSERT INTO app.accounts (id, email, name, password_hash, look, created_at)
  SELECT gen_random_uuid(), n || '@example.com', 'Measured', '', '{{}}', now() FROM generate_series(1, {PEOPLE}) n;
INSERT INTO app.trainings (id, owner_id, created_at, name, status, trainer, phase, percent, is_estimate, tail_s)
  SELECT gen_random_uuid(), id, now(), '', 'ready', 'darkroom', '', 100, false, 0 FROM app.accounts;
INSERT INTO app.generations (id, owner_id, created_at, training_id, style, aspect, count, seed, is_first_set, status)
  SELECT gen_random_uuid(), owner_id, now(), id, 'noir', '4:5', 1, 1, false, 'ready' FROM app.trainings;
INSERT INTO app.assets (id, owner_id, created_at, generation_id, training_id, position, style, status, key, mime, bytes,
    width, height, colour)
  SELECT gen_random_uuid(), g.owner_id, now(), g.id, g.training_id, n, 'noir', 'kept', 'u/key', 'image/jpeg', 1,
    8, 8, '#112233'
  FROM generate_series(1, {PORTRAITS}) n, app.generations g;
"""  # noqa: S608 -- numbers of this file
_ONE = "SELECT id FROM app.accounts LIMIT 1"
_NEWEST = "SELECT * FROM app.assets WHERE status <> 'lost' AND deleted_at IS NULL{} ORDER BY id DESC LIMIT 50"


async def measure(sitting: Sitting) -> list[Figure]:
    """Ask with the wall and without, and open transactions as somebody and as nobody in particular."""
    with filled(sitting) as (address, owner_id):
        actor = signed(owner_id, address.actor_key)
        with (
            psycopg.connect(address.conninfo(Role.USER), autocommit=True) as walled,
            psycopg.connect(address.conninfo(), autocommit=True) as bare,
        ):
            walled.execute("SELECT set_config('app.actor', %s, false)", [actor])
            newest, newest_bare = _NEWEST.format(""), _NEWEST.format(f" AND owner_id = '{owner_id}'")
            query = _in_turn(lambda: _read(walled, newest), lambda: _read(bare, newest_bare))
            begun = _in_turn(lambda: _transaction(walled, actor), lambda: _transaction(walled))
    rows = f"{PEOPLE * PORTRAITS:,} rows of {PEOPLE} people"
    return [
        Figure.of_runs(f"newest 50 of {rows}", query[0], "ms", against=_middle(query[1]), beside=BESIDE),
        Figure.of_runs("a transaction that says whose", begun[0], "ms", against=_middle(begun[1]), beside="a bare one"),
    ]


@contextmanager
def filled(sitting: Sitting) -> Generator[tuple[Address, UUID]]:
    """A server of its own, so that nothing else asks it; gives the address and one of its people."""
    with EmbeddedServer(sitting.scratch / "walls") as server:
        address = Address.at(server.admin_url, b"a key of thirty-two bytes, no more").named("portrait")
        upgrade(address)
        with psycopg.connect(address.conninfo(), autocommit=True) as admin:
            if (found := admin.execute(_ONE).fetchone()) is None:  # another bench may have filled it
                admin.execute(_FILL.encode())
                admin.execute("VACUUM ANALYZE")
                found = admin.execute(_ONE).fetchone()
        assert found is not None
        yield address, found[0]


def _in_turn(ours: Callable[[], None], beside: Callable[[], None]) -> tuple[list[float], list[float]]:
    """Do one and the other again and again; return the ms of each, without the first runs."""
    took: tuple[list[float], list[float]] = ([], [])
    for _ in range(WARM_UP + RUNS):
        for times, do in zip(took, (ours, beside), strict=True):
            began = time.perf_counter()
            do()
            times.append((time.perf_counter() - began) * 1000)
    return took[0][WARM_UP:], took[1][WARM_UP:]


def _read(connection: psycopg.Connection, query: str) -> None:
    found = connection.execute(query.encode(), prepare=False).fetchall()
    assert len(found) == 50, found  # noqa: PLR2004 -- fewer would be fast, and prove nothing


def _transaction(connection: psycopg.Connection, actor: str = "") -> None:
    with connection.pipeline() if actor else nullcontext():  # as `Database` does it
        connection.execute(b"BEGIN", prepare=False)
        if actor:
            connection.execute(BEGIN_AS, [actor], prepare=False)
    connection.execute(b"SELECT 1", prepare=False)
    connection.execute(b"COMMIT", prepare=False)


def _middle(values: list[float]) -> float:
    return sorted(values)[len(values) // 2]
