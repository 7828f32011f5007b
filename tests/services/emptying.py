"""A studio in which somebody's week is over: what waits there, and what is left of them afterwards."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import psycopg

from portrait_app.adapters.mail.outbox import Outbox
from portrait_app.adapters.queue import JobQueue
from portrait_app.database.address import Role
from portrait_app.domain.chores import Chore
from portrait_app.services.farewells import Farewells
from portrait_app.services.mails import Postman
from portrait_app.services.parting import PATIENCE, Parting
from tests.services.fullness import EMAIL, somebody_with_everything

if TYPE_CHECKING:
    from pathlib import Path

    from portrait_app.database.address import Address
    from portrait_app.services.sessions import SignedIn
    from tests.builders import House


class Studio:
    """A house with a real queue, an outbox and logs in one data folder."""

    def __init__(self, house: House, data: Path) -> None:
        self.house, self.data = house, data
        self.outbox = Outbox(data / "outbox")
        postman = Postman(house.desk, self.outbox, "http://studio.test", "studio@studio.test")
        engine: Any = house.engine
        self.parting = Parting(house.desk, engine, self.outbox, data)
        self.farewells = Farewells(house.desk, engine, postman)

    async def jobs(self) -> list[tuple[str, UUID]]:
        """What waits in the queue, by name and row."""
        queue = self.house.desk.queue
        assert isinstance(queue, JobQueue)
        return [
            (job.task_name, UUID(str(job.task_kwargs["row_id"])))
            for job in await queue.app.job_manager.list_jobs_async()
        ]

    async def say_farewells(self) -> None:
        """Do the chores that are about nobody any more."""
        for name, row_id in await self.jobs():
            if name == Chore.SAY_FAREWELL:
                await self.farewells.say(row_id, row_id)

    def let_patience_end(self) -> None:
        """As if the moment had come, and the engine had been asked first, longer ago than it is waited for.

        Of the draft it has nothing, which was known at once: the line that says so is over by now.
        """
        long_ago = f"now() - interval '{(PATIENCE + timedelta(hours=1)).total_seconds()} s'"
        self.rows(f"UPDATE app.accounts SET leave_at = {long_ago} WHERE email = '{EMAIL}' RETURNING 1")
        self.rows(f"UPDATE app.trainings SET removal_asked_at = {long_ago} RETURNING 1")
        self.rows(f"UPDATE app.trainings SET removed_at = {long_ago} WHERE status = 'draft' RETURNING 1")

    def still_open(self) -> list[str]:
        """What the operator sees."""
        with psycopg.connect(self.house.desk.database.address.conninfo(Role.SERVICE)) as connection:
            return [what for (what,) in connection.execute("SELECT what FROM app.left_at_engine()").fetchall()]

    @property
    def address(self) -> Address:
        """Where its database is."""
        return self.house.desk.database.address

    def rows(self, query: str) -> list[Any]:
        """Ask as the database's own administrator."""
        with psycopg.connect(self.address.conninfo()) as admin:
            return admin.execute(query.encode()).fetchall()

    async def somebody_whose_week_is_over(self) -> SignedIn:
        """Somebody with everything; somebody else stays."""
        who = await somebody_with_everything(self.house, self.outbox)
        await self.house.somebody("Bob")
        (self.data / "log").mkdir()
        said = f'{{"why": "u/{who.owner_id}/x", "mail": "{EMAIL}"}}\nother\n'
        (self.data / "log" / "worker.log").write_text(said)
        past = "UPDATE app.accounts SET leave_at = now() - interval '1 hour'"
        self.rows(f"{past} WHERE email = '{EMAIL}' RETURNING 1")
        with psycopg.connect(self.address.conninfo()) as admin:
            admin.execute("ANALYZE")  # as the database does by itself in time
        return who
