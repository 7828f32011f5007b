"""Our processes on a real database, killed every few seconds and started again, until every row has ended."""

from __future__ import annotations

import asyncio
import contextlib
import math
import secrets
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import psycopg
from psycopg.rows import dict_row

from portrait_app.database.address import Address
from portrait_app.database.migrate import upgrade
from portrait_app.house import listening
from portrait_app.services.generations import FIRST_SET
from portrait_app.settings import Settings
from tests import postgres
from tests.chaos.nursery import Killable, Nursery
from tests.chaos.ours import DELIVERY_PORT
from tests.models import models
from tests.variables import unset

if TYPE_CHECKING:
    import random
    import socket
    from collections.abc import Generator
    from uuid import UUID

    from tests.chaos.plan import Plan
    from tests.chaos.server import Running

ROOT = Path(__file__).resolve().parents[2]
KILL_EVERY_S = (3.0, 7.0)
JOBS_PER_KILL = 4
"""Of so many jobs at least to each kill: a quiet machine never comes to it, and a busy one would be kept busy by what
is started again and again."""
LEAST_WORK_S = 2.0
"""A process is killed once it has been at work for so long: on a busy machine it may take longer to begin than that
lasts, and one that is killed over and over before it has begun is no chaos, but none of ours at all."""
PUBLIC = "https://studio.example.com"
_UNFINISHED = """
SELECT (SELECT count(*) FROM app.orders WHERE retry_of IS NULL) AS ordered,
  (SELECT count(*) FROM app.orders WHERE ended_at IS NULL) AS orders,
  (SELECT count(*) FROM app.orders WHERE file_id IS NOT NULL) AS uploads,
  (SELECT count(*) FROM app.trainings WHERE status IN ('queued', 'learning')) AS trainings,
  (SELECT count(*) FROM app.generations WHERE status IN ('queued', 'painting')) AS generations,
  (SELECT count(*) FROM app.assets WHERE status IN ('pending', 'fetching')) AS assets
"""
_ENDED = """
SELECT (SELECT count(*) FROM app.orders WHERE ended_at IS NOT NULL)
  + (SELECT count(*) FROM app.assets WHERE status IN ('kept', 'lost')) AS n
"""
_BEATS = "SELECT FROM jobs.procrastinate_workers WHERE last_heartbeat > to_timestamp({})"


_UNLEARNED = """
SELECT name FROM app.trainings t WHERE status IN ('in_doubt', 'failed')
  AND (SELECT job_id IS NULL FROM app.orders o WHERE o.training_id = t.id ORDER BY o.id DESC LIMIT 1)
"""
_STRAYS = "SELECT id FROM app.orders WHERE stray_since IS NOT NULL"


class House:
    """Our side: a database, a data folder, a worker and a web process."""

    def __init__(self, folder: Path, database_url: str, provider: Running, sockets: list[socket.socket]) -> None:
        (folder / "log").mkdir(parents=True)
        (folder / "models").symlink_to(models())
        self.folder = folder
        self._provider = provider.provider
        told = {
            "PORTRAIT_DATA_DIR": str(folder),
            "PORT": str(sockets[0].getsockname()[1]),
            "DATABASE_URL": database_url,
            "SECRET_KEY": secrets.token_hex(32),
            "REPLICATE_BASE_URL": f"{provider.provider.base}/v1",
            "REPLICATE_API_TOKEN": provider.provider.token,
            "APP_URL": "" if provider.provider.plan.is_silent else PUBLIC,
        }
        provider.teller.leads = PUBLIC, f"http://127.0.0.1:{told['PORT']}"
        self.settings = Settings.model_validate(told | {"PORTRAIT_DATA_DIR": folder})
        self.address = Address.of(self.settings)
        delivery = {DELIVERY_PORT: str(provider.delivery_port), "SSL_CERT_FILE": str(provider.certificate)}
        self._nursery = Nursery({**unset(), **told, **delivery, "PYTHONPATH": str(ROOT)})
        hands = {"worker": [], "web": [one.fileno() for one in sockets]}
        self.children = {
            name: Killable(name, self._nursery, folder / "log" / f"{name}.log", files) for name, files in hands.items()
        }
        self._started = dict.fromkeys(self.children, 0.0)
        self._works_since: dict[str, float] = {}
        self.kills: Counter[str] = Counter()
        self.deleted: dict[UUID, str] = {}  # face models that people deleted, with their names at the provider

    def start(self) -> None:
        for name, child in self.children.items():
            self._started[name] = time.time()
            child.start()

    async def answers(self, within_s: float = 60.0) -> None:
        """Wait until the web process answers; whoever connects sooner waits as well."""
        async with httpx.AsyncClient(timeout=within_s) as client:
            await client.post(f"{self.settings.local_url}/api/webhook".replace("localhost", "127.0.0.1"))

    async def note_who_works(self) -> None:
        """Note when each process was first seen at work: the worker's heart beats, the web process answers."""
        if "worker" not in self._works_since and self.rows(_BEATS.format(self._started["worker"])):
            self._works_since["worker"] = time.monotonic()
        if "web" not in self._works_since:
            with contextlib.suppress(httpx.TransportError):
                await self.answers(0.5)
                self._works_since["web"] = time.monotonic()

    def may_be_killed(self, name: str) -> bool:
        """Whether it has done some of its work since it was started."""
        return time.monotonic() - self._works_since.get(name, math.inf) >= LEAST_WORK_S

    def stop(self) -> None:
        for child in self.children.values():
            child.ask_to_end()
        for child in self.children.values():
            child.end()
        self._nursery.close()

    def kill(self, name: str) -> None:
        """Kill -9, and start another in its place at once."""
        self.kills[name] += 1
        child = self.children[name]
        child.kill()
        self._works_since.pop(name, None)
        self._started[name] = time.time()
        child.start()

    def unfinished(self) -> dict[str, int]:
        """How many rows of each kind have not ended; `ordered` is how many orders there are at all, ended or not.

        `strays` are jobs that nobody waits for, or of which nobody knows yet; those that the provider never had, or
        never tells of, are looked for in vain for longer.
        """
        looked_for = [str(row["id"]) for row in self.rows(_STRAYS)]
        strays = [order for order in looked_for if self._provider.accepted[order] and not self._is_never_told(order)]
        return self.rows(_UNFINISHED)[0] | {"strays": len(strays)}

    def _is_never_told(self, order: str) -> bool:
        plan = self._provider.plans.get(self.first_of(order))
        return plan is not None and plan.is_in_doubt

    def rows(self, query: str) -> list[dict[str, Any]]:
        """Ask the database as its superuser, who sees everybody's rows."""
        with psycopg.connect(self.address.conninfo()) as connection:
            return connection.cursor(row_factory=dict_row).execute(query.encode()).fetchall()

    def first_of(self, order: str) -> str:
        """The order whose place this one took, however many took one another's."""
        rows = self.rows("SELECT id, retry_of FROM app.orders WHERE retry_of IS NOT NULL")
        before = {str(row["id"]): str(row["retry_of"]) for row in rows}
        while order in before:
            order = before[order]
        return order

    def names_job(self, job_id: str) -> bool:
        """Whether a row says whose job this is."""
        return bool(self.rows(f"SELECT FROM app.orders WHERE job_id = '{job_id}'"))

    def order_of(self, given: dict[str, Any]) -> str:
        """The order whose mark an input bears: its seed, or the address of its zip."""
        marks = ", ".join("'{}'".format(str(value).replace("'", "''")) for value in given.values())
        (row,) = self.rows(f"SELECT id FROM app.orders WHERE fingerprint IN ({marks})")
        return str(row["id"])


async def until_ended(house: House, plan: Plan, dice: random.Random | None, within_s: float) -> dict[str, int]:
    """Kill now one, now the other, until every row has ended and as many orders as planned are there.

    Args: within_s: so long it is waited for anything more to end; a busy machine may take its time for all of it.
    Returns: how many rows of each kind have not ended then.
    """
    ready = {one.name for one in plan.trainings if one.last.is_learned}
    most, deadline = -1, math.inf
    next_kill = time.monotonic() + (dice.uniform(*KILL_EVERY_S) if dice else math.inf)
    while True:
        await asyncio.sleep(0.5)  # nothing announces that the last row of all has ended
        left = house.unfinished()
        unlearned = sum(row["name"] in ready for row in house.rows(_UNLEARNED))
        left["orders never made"] = max(0, plan.jobs - FIRST_SET * unlearned - left.pop("ordered"))
        if not any(left.values()) or time.monotonic() > deadline:
            return {name: count for name, count in left.items() if count}
        if (ended := house.rows(_ENDED)[0]["n"]) > most:
            most, deadline = ended, time.monotonic() + within_s
        await house.note_who_works()
        if dice and time.monotonic() > next_kill and house.kills.total() < plan.jobs // JOBS_PER_KILL:
            next_kill = time.monotonic() + _kill_one(house, dice)


def _kill_one(house: House, dice: random.Random) -> float:
    """Kill one of the two, if it has been at work; return the seconds to the next kill, or none."""
    name = "web" if house.kills["web"] < house.kills["worker"] else dice.choice(("web", "worker"))
    if not house.may_be_killed(name):
        return 0.0
    house.kill(name)
    return dice.uniform(*KILL_EVERY_S)


@contextlib.contextmanager
def our_house(folder: Path, provider: Running) -> Generator[House]:
    """Furnish it on a database of its own; nothing runs yet."""
    with postgres.server() as server, listening.listening("127.0.0.1", listening.free_port()) as sockets:
        house = House(folder, server.superuser_url("portrait"), provider, sockets)
        upgrade(house.address)
        try:
            yield house
        finally:
            house.stop()
