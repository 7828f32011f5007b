"""Portraits that an engine has made, and how they are fetched."""

from __future__ import annotations

import io
from functools import cache
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from PIL import Image

from portrait_app.domain.chores import Chore
from portrait_app.domain.clock import now
from portrait_app.domain.lifecycle import GenerationStatus, OrderStatus
from portrait_app.domain.report import JobReport
from portrait_app.services import cancelling, generations, keeping, progress
from portrait_app.services.keeping import Keeper

if TYPE_CHECKING:
    from datetime import timedelta
    from uuid import UUID

    from portrait_app.domain.generation import Asset, Generation
    from tests.adapters.scripted import Answer, ScriptedEngine
    from tests.builders import House


def picture(kind: str = "webp", edge_px: int = 64) -> bytes:
    out = io.BytesIO()
    Image.fromarray(np.full((edge_px, edge_px, 3), 90, np.uint8)).save(out, kind)
    return out.getvalue()


@cache
def bomb() -> bytes:
    out = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(out, "png", compress_level=1)  # made where tests are collected
    return out.getvalue()


class Order:
    """Portraits whose job has made them, at addresses of the scripted engine."""

    def __init__(self, house: House, engine: ScriptedEngine, owner_id: UUID) -> None:
        self.house, self.engine, self.owner_id = house, engine, owner_id
        self.faces: list[Any] = []
        self.keeper = Keeper(house.desk, cast("Any", SimpleNamespace(faces=lambda _: self.faces)), engine.base)

    async def made(self, *answers: Answer | str, trainer: str = "darkroom") -> Generation:
        await self.sent(len(answers), trainer=trainer)
        await self.done(*answers)
        return self.generation

    async def sent(self, count: int, *, trainer: str = "darkroom") -> None:
        training = await self.house.ready_model(self.owner_id)
        async with self.house.desk.for_person(self.owner_id) as work:
            (await work.trainings.get(training.id)).trainer = trainer
        training.trainer = trainer
        async with self.house.desk.for_person(self.owner_id) as work:
            (self.generation,) = await generations.order(work, training, style="noir", count=count, aspect="1:1")
        ((_, _, self.order_id),) = self.house.queue.take()
        await self.house.sender.send(self.owner_id, self.order_id)

    async def call_off(self) -> None:
        async with self.house.desk.for_person(self.owner_id) as work:
            await cancelling.cancel_portraits(work, self.generation.id)

    async def done(self, *answers: Answer | str) -> None:
        outputs = tuple(f"{self.engine.base}/out/{n}.webp" for n in range(len(answers)))
        self.engine.answers |= {f"GET /out/{n}.webp": answer for n, answer in enumerate(answers)}
        job_id = f"job{len(self.house.engine.created)}"
        async with self.house.desk.for_service(self.owner_id) as work:
            await progress.hear(work, self.order_id, JobReport(job_id, OrderStatus.DONE, outputs=outputs))

    async def later(self, by: timedelta) -> None:
        """As if the job had ended a while ago."""
        async with self.house.desk.for_service(self.owner_id) as work:
            row = await work.orders.get(self.order_id, lock=True)
            row.ended_at = now() - by

    async def keep(self) -> list[Asset]:
        await self.later(keeping.ENGINE_KEEPS)
        for chore, _, row_id in self.house.queue.take():
            if chore is Chore.KEEP_ASSET:
                await self.keeper.keep(self.owner_id, row_id)
            elif chore is not Chore.CALL_OFF:
                assert chore is Chore.SEND_ORDER
                self.order_id = row_id
        return await self.assets()

    async def assets(self) -> list[Asset]:
        async with self.house.desk.for_person(self.owner_id) as work:
            return list(await work.assets.of(self.generation.id))

    async def end(self) -> tuple[GenerationStatus, str | None]:
        async with self.house.desk.for_person(self.owner_id) as work:
            row = await work.generations.get(self.generation.id)
        return row.status, row.trouble
