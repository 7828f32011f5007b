"""What lies in the Trash is left out by every query of a person's, whoever wrote it; those that look there say so."""

from __future__ import annotations

import inspect
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import event, func, literal_column
from sqlmodel import col, delete, select, update

import portrait_app
from portrait_app.database.generations import Assets
from portrait_app.database.trainings import Trainings
from portrait_app.database.trash import TRASHABLE
from portrait_app.domain.generation import Asset
from portrait_app.domain.rows import Trashable
from portrait_app.domain.training import Training
from portrait_app.errors import NotFound
from portrait_app.services import trash
from tests.portraits import portraits_of

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from uuid import UUID

    from portrait_app.services.work import Work
    from tests.builders import House

LOOKS_INTO_IT = {"find_anywhere", "get_anywhere", "find_in_trash", "in_trash"}
CHANGES = {"into_trash", "out_of_trash", "to_go_for_good", "remove"}
EVERY = [
    pytest.param(shelf, name, id=f"{shelf.__name__}.{name}")
    for shelf in (Trainings, Assets)
    for name, _ in inspect.getmembers(shelf, inspect.iscoroutinefunction)
    if not name.startswith("_") and name not in CHANGES
]


@pytest.fixture
async def ada(house: House) -> AsyncGenerator[tuple[Work, UUID]]:
    """Somebody's work whose face model and portraits all lie in the Trash, and the face model's id."""
    owner_id = await house.somebody("Ada")
    model = await house.ready_model(owner_id)
    portraits = await portraits_of(house, model, count=3)
    async with house.desk.for_person(owner_id) as work:
        await trash.put_portraits(work, [portrait.id for portrait in portraits])
        await trash.put_model(work, model.id)
    async with house.desk.for_person(owner_id) as work:
        yield work, model.id


@pytest.mark.parametrize(("shelf", "name"), EVERY)
async def test_no_query_of_a_persons_finds_what_lies_in_the_trash(
    ada: tuple[Work, UUID], shelf: type[Any], name: str
) -> None:
    work, model_id = ada
    lying = await work.assets.in_trash()
    portraits = [portrait.id for portrait in lying]
    assert len(portraits) == 3
    asked: list[str] = []
    engine = work.session.get_bind()
    event.listen(engine, "before_cursor_execute", lambda *told: asked.append(told[2]))
    stock = work.trainings if shelf is Trainings else work.assets
    for row_id in (model_id, lying[0].generation_id, *portraits):
        found = await _answer(getattr(stock, name), row_id)
        assert bool(found) is (name in LOOKS_INTO_IT and _is_of(stock, row_id, portraits, model_id, name)), found
    assert asked
    if name not in LOOKS_INTO_IT:
        for statement in asked:
            for table in re.findall(r"(?:FROM|JOIN|UPDATE) (app\.(?:assets|trainings))\b", statement):
                assert f"{table}.deleted_at IS NULL" in statement, statement


async def _answer(method: Any, row_id: UUID) -> Any:
    """Call a query with this id wherever it takes one; what was not found is nothing."""
    needed = [each for each in inspect.signature(method).parameters.values() if each.default is each.empty]
    given = {"UUID": row_id, "Collection[UUID]": [row_id], "int": 30}
    try:
        answer = await method(**{each.name: given[each.annotation] for each in needed})
    except NotFound:
        return None
    return sum(answer) if isinstance(answer, tuple) and all(isinstance(each, int) for each in answer) else answer


def _is_of(stock: object, row_id: UUID, portraits: list[UUID], model_id: UUID, name: str) -> bool:
    return name == "in_trash" or row_id in (portraits if isinstance(stock, Assets) else [model_id])


async def test_a_query_that_is_yet_to_be_written_leaves_it_out_as_well(ada: tuple[Work, UUID]) -> None:
    work, model_id = ada
    both = select(Asset.id, Training.name).join(Training, col(Training.id) == col(Asset.training_id))
    assert (await work.session.execute(both)).all() == []
    counted = select(func.count(literal_column("1"))).select_from(Asset)
    assert (await work.session.scalars(counted)).one() == 0
    among = select(func.count()).select_from(select(Asset).subquery())
    assert (await work.session.scalars(among)).one() == 0
    renamed = update(Training).where(col(Training.id) == model_id).values(name="mine now").returning(col(Training.id))
    assert (await work.session.execute(renamed)).all() == []
    assert (await work.session.execute(delete(Asset).returning(col(Asset.id)))).all() == []
    assert await work.session.get(Training, model_id, populate_existing=True) is None
    assert len(await work.assets.in_trash()) == 3


async def test_a_job_sees_every_row_so_that_it_can_end_what_was_begun(house: House, ada: tuple[Work, UUID]) -> None:
    work, model_id = ada
    async with house.desk.for_service(work.owner_id) as job:
        assert await job.trainings.find(model_id) is not None
        assert (await job.assets.kept())[0] == 3


def test_every_kind_of_row_that_can_be_put_there_is_left_out() -> None:
    assert set(Trashable.__subclasses__()) == set(TRASHABLE)


def test_no_query_is_written_as_text_past_the_one_place() -> None:
    root = Path(portrait_app.__file__).parent
    named = re.compile(r"(?:FROM|JOIN|UPDATE|INTO)\s+app\.(?:assets|trainings)\b", re.IGNORECASE)
    assert [path for path in root.rglob("*.py") if named.search(path.read_text())] == []
