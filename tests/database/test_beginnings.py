"""No job of ours can write down a portrait that was never made or an order never given; no person, what was made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError
from sqlmodel import select

from portrait_app.domain.clock import now
from portrait_app.domain.generation import Asset, Generation
from portrait_app.domain.lifecycle import AssetStatus, GenerationStatus, OrderStatus, TrainingStatus
from portrait_app.domain.order import Order, OrderKind
from portrait_app.domain.training import Training
from portrait_app.services import generations

if TYPE_CHECKING:
    from tests.builders import House

A_GENERATION = {"style": "studio", "seed": 1, "is_first_set": True}
AN_ASSET = {"position": 99, "style": "studio", "width": 4, "height": 5}
WRONG: list[tuple[type[Any], dict[str, Any]]] = [
    (Generation, {**A_GENERATION, "is_first_set": False}),
    (Generation, {**A_GENERATION, "status": GenerationStatus.READY}),
    (Generation, {**A_GENERATION, "ended_at": now()}),
    (Asset, {**AN_ASSET, "status": AssetStatus.KEPT}),
    (Asset, {**AN_ASSET, "key": "u/somebody/portraits/a.webp"}),
    (Asset, {**AN_ASSET, "likeness": 0.99}),
    (Asset, {**AN_ASSET, "face": [0.1, 0.1, 0.2, 0.2]}),
    (Asset, {**AN_ASSET, "source_url": "https://elsewhere.example/a.png"}),
    (Order, {"kind": OrderKind.TRAINING}),
    (Order, {"status": OrderStatus.RUNNING}),
    (Order, {"job_id": "a-job"}),
    (Order, {"version": "owner/name:hash"}),
]


async def test_a_job_orders_the_first_set_of_a_face_that_was_learned(house: House) -> None:
    ada = await house.somebody("Ada")
    training = await house.ready_model(ada)
    async with house.desk.for_service(ada) as work:
        await generations.order_first_set(work, training)
    async with house.desk.for_person(ada) as work:
        assert len((await work.session.scalars(select(Asset))).all()) == generations.FIRST_SET


async def test_a_job_writes_down_nothing_but_what_begins(house: House) -> None:
    ada = await house.somebody("Ada")
    training = await house.ready_model(ada)
    for row, values in WRONG:
        with pytest.raises(ProgrammingError, match="as_it_begins"):
            await written(house, row(owner_id=ada, training_id=training.id, **values))


NOT_A_PERSONS_TO_SAY: list[tuple[type[Any], dict[str, Any]]] = [
    (Training, {"status": TrainingStatus.READY, "version": "another/face:hash"}),
    (Training, {"removed_at": now()}),
    (Order, {"job_id": "another-ones-job"}),
    (Order, {"status": OrderStatus.RUNNING}),
    (Order, {"file_id": "another-ones-photos"}),
    (Order, {"version": "another/face:hash"}),
    (Order, {"account": "another-account"}),
    (Order, {"sent_at": now()}),
]


async def test_what_the_engine_made_is_not_a_persons_to_say(house: House) -> None:
    """With the name of another's face model or job, its owner's portraits would be made for whoever wrote it."""
    ada = await house.somebody("Ada")
    training = await house.ready_model(ada)
    for row, values in NOT_A_PERSONS_TO_SAY:
        its_training = {} if row is Training else {"training_id": training.id}
        with pytest.raises(ProgrammingError, match="as_a_person_begins"):
            async with house.desk.for_person(ada) as work:
                work.session.add(row(owner_id=ada, **its_training, **values))
    for table, column in (
        ("trainings", "version"),
        ("trainings", "owner_id"),
        ("orders", "job_id"),
        ("orders", "version"),
    ):
        with pytest.raises(ProgrammingError, match="permission denied"):
            async with house.desk.for_person(ada) as work:
                await work.session.execute(text(f"UPDATE app.{table} SET {column} = NULL"))
    async with house.desk.for_person(ada) as work:
        assert (await work.trainings.get(training.id)).version == training.version


async def written(house: House, row: Any) -> None:
    async with house.desk.for_service(row.owner_id) as work:
        work.session.add(row)
