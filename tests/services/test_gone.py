"""Whoever has left is gone: from every column of every table, every object, every file, the engine and the queue."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from portrait_app.adapters import logbook
from portrait_app.adapters.buckets.disk import DiskBucket
from portrait_app.adapters.buckets.errors import BucketDown
from portrait_app.adapters.queue import JobQueue
from portrait_app.adapters.replicate.errors import EngineDown
from portrait_app.domain.chores import Chore
from portrait_app.services import farewells, parting, reconcile
from portrait_app.services.parting import Parting
from portrait_app.services.versions import NotYetGone
from tests.services.fullness import PUT_AWAY, empty_tables, files_about, objects_of, rows_about, words_of
from tests.services.removing import VERSION, learned

if TYPE_CHECKING:
    from portrait_app.adapters.buckets.s3 import S3Buckets
    from portrait_app.services.sessions import SignedIn
    from tests.s3 import StoreServer
    from tests.services.emptying import Studio


@pytest.fixture
async def ada(studio: Studio) -> SignedIn:
    return await studio.somebody_whose_week_is_over()


async def test_somebody_with_everything_has_something_in_every_table(studio: Studio, ada: SignedIn) -> None:
    assert empty_tables(studio.house, ada.owner_id) == [], "fill them in tests/services/fullness.py"
    found = rows_about(studio.address, words_of(ada))
    assert {"app.accounts", "app.errands", "jobs.procrastinate_jobs", "app.mails"} <= found
    assert {path.parent.name for path in files_about(studio.data, words_of(ada))} >= {"log", "outbox", "portraits"}


async def test_nothing_with_that_persons_id_address_or_name_is_left_anywhere(studio: Studio, ada: SignedIn) -> None:
    tries = len(studio.rows("SELECT 1 FROM app.tries"))
    await studio.parting.carry_out(ada.owner_id, ada.owner_id)
    await studio.say_farewells()
    assert (rows_about(studio.address, words_of(ada)), await objects_of(studio.house, ada.owner_id)) == (set(), [])
    (receipt,) = files_about(studio.data, words_of(ada))
    assert receipt.parent.name == "outbox"  # the mail itself, where there is no mail server to carry it
    assert "Your account is deleted" in receipt.read_text()
    assert (studio.data / "log" / "worker.log").read_text().endswith("\nother\n")
    assert (studio.house.engine.versions, studio.house.engine.files) == (set(), {})
    assert len(studio.rows("SELECT 1 FROM app.tries")) < tries
    assert studio.rows("SELECT 1 FROM app.farewells") == []


async def test_nothing_of_them_is_left_in_a_store_either(
    studio: Studio, s3_buckets: S3Buckets, s3_server: StoreServer
) -> None:
    studio.house.desk.buckets = s3_buckets
    ada = await studio.somebody_whose_week_is_over()
    bob = await studio.house.somebody("Bobby")
    await studio.house.draft_with_selfies(bob, 2)
    assert any(str(ada.owner_id) in key for key in s3_server.keys())  # noqa: SIM118 -- no dict
    await studio.parting.carry_out(ada.owner_id, ada.owner_id)
    await studio.say_farewells()
    assert {key.split("/")[1] for key in s3_server.keys()} == {str(bob)}  # noqa: SIM118 -- no dict
    assert rows_about(studio.address, words_of(ada)) == set()


async def test_whoever_stays_keeps_everything(studio: Studio, ada: SignedIn) -> None:
    bob = await studio.house.somebody("Bobby")
    await studio.house.draft_with_selfies(bob, 2)
    before = await objects_of(studio.house, bob)
    await studio.parting.carry_out(ada.owner_id, ada.owner_id)
    assert await objects_of(studio.house, bob) == before
    async with studio.house.desk.for_person(bob) as work:
        assert (await work.accounts.mine()).name == "Bobby"
        assert len(await work.accounts.sessions()) == 1
    assert [name for name, _ in await studio.jobs() if name == Chore.SEND_MAIL]


async def test_what_another_tab_puts_there_while_the_account_goes_is_deleted_too(
    studio: Studio, ada: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, late = parting.part, f"u/{ada.owner_id}/incoming/01a222b2-a0a6-73b0-8a2f-3f4816052e59"

    async def goes(*given: Any) -> Any:
        gone = await real(*given)
        await studio.house.desk.buckets.of(ada.owner_id).put_bytes(late, b"a photo")
        return gone

    monkeypatch.setattr(parting, "part", goes)
    await studio.parting.carry_out(ada.owner_id, ada.owner_id)
    assert await objects_of(studio.house, ada.owner_id) == []


class Killed(BaseException):
    """The worker was killed."""


STEPS = ["_close", "_empty_bucket", "_forget_at_engine", "part", "forget", "blot_out"]


@pytest.mark.parametrize("step", STEPS)
async def test_a_worker_that_is_killed_in_the_middle_finishes_it_the_next_time(
    studio: Studio, ada: SignedIn, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    place: Any = {"part": parting, "forget": JobQueue, "blot_out": logbook}.get(step, Parting)
    real = getattr(place, step)

    async def dies(*given: Any) -> Any:
        await real(*given)
        raise Killed

    def dies_at_once(*given: Any) -> None:
        real(*given)
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(place, step, dies_at_once if step == "blot_out" else dies)
        with pytest.raises(Killed):
            await studio.parting.carry_out(ada.owner_id, ada.owner_id)
    await studio.parting.carry_out(ada.owner_id, ada.owner_id)
    await studio.parting.carry_out(ada.owner_id, ada.owner_id)
    studio.rows("UPDATE app.farewells SET created_at = now() - interval '1 minute' RETURNING 1")
    await reconcile.remember_chores(studio.house.desk)
    await studio.say_farewells()
    assert rows_about(studio.address, words_of(ada)) == set()
    assert len(files_about(studio.data, words_of(ada))) == 1  # one receipt


@pytest.mark.parametrize("moment", ["page", "is_version_gone"])
async def test_a_worker_that_was_taken_for_dead_finds_it_done_by_another(
    studio: Studio, ada: SignedIn, moment: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    place: Any = DiskBucket if moment == "page" else studio.house.engine
    real = getattr(place, moment)

    async def takes_long(*given: Any, **named: Any) -> Any:
        monkeypatch.setattr(place, moment, real)
        await studio.parting.carry_out(ada.owner_id, ada.owner_id)
        await studio.say_farewells()
        return await real(*given, **named)

    monkeypatch.setattr(place, moment, takes_long)
    await studio.parting.carry_out(ada.owner_id, ada.owner_id)
    await studio.say_farewells()
    assert len(files_about(studio.data, words_of(ada))) == 1  # the receipt


@pytest.mark.parametrize("left", ["1 day", "-50 seconds"])  # of the latter, a change of mind may be on its way yet
async def test_one_whose_time_has_not_come_keeps_everything(studio: Studio, ada: SignedIn, left: str) -> None:
    studio.rows(f"UPDATE app.accounts SET leave_at = now() + interval '{left}' RETURNING 1")
    before = await objects_of(studio.house, ada.owner_id)
    await studio.parting.carry_out(ada.owner_id, ada.owner_id)
    assert await objects_of(studio.house, ada.owner_id) == before
    assert studio.house.engine.versions == {VERSION, PUT_AWAY}


@pytest.mark.parametrize("was_deleted", [False, True], ids=["", "deleted long before"])
async def test_pictures_go_at_once_and_the_account_waits_for_the_engine_some_days(
    studio: Studio, ada: SignedIn, was_deleted: bool
) -> None:
    studio.house.engine.deletes_slowly = True
    if was_deleted:  # and then the studio was at rest for a month
        studio.rows("UPDATE app.trainings SET removal_asked_at = now() - interval '40 days' RETURNING 1")
        studio.rows(
            f"UPDATE app.accounts SET leave_at = now() - interval '30 days' WHERE id = '{ada.owner_id}' RETURNING 1"
        )
    with pytest.raises(NotYetGone):
        await studio.parting.carry_out(ada.owner_id, ada.owner_id)
    assert await objects_of(studio.house, ada.owner_id) == []
    assert studio.rows("SELECT 1 FROM app.sessions WHERE revoked_at IS NULL AND device LIKE 'Adal%'") == []
    assert (
        studio.rows("SELECT 1 FROM app.exports") == []
    )  # else it would be packed now, and a mail say that it is ready
    studio.house.engine.versions.clear()
    await studio.parting.carry_out(ada.owner_id, ada.owner_id)
    assert rows_about(studio.address, [str(ada.owner_id)]) == set()


@pytest.mark.parametrize("is_past_patience", [False, True])
@pytest.mark.parametrize("verb", ["page", "delete"])
async def test_a_bucket_that_is_away_keeps_the_account_and_no_face_at_the_engine(
    studio: Studio, ada: SignedIn, verb: str, is_past_patience: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def is_away(*_: Any, **__: Any) -> Any:
        raise BucketDown("no answer")

    if is_past_patience:
        studio.let_patience_end()
    with monkeypatch.context() as patch:
        patch.setattr(DiskBucket, verb, is_away)
        with pytest.raises(BucketDown):
            await studio.parting.carry_out(ada.owner_id, ada.owner_id)
    assert studio.house.engine.versions == set()
    assert studio.rows(f"SELECT 1 FROM app.accounts WHERE id = '{ada.owner_id}'")
    await studio.parting.carry_out(ada.owner_id, ada.owner_id)
    assert await objects_of(studio.house, ada.owner_id) == []
    assert rows_about(studio.address, [str(ada.owner_id)]) == set()


async def test_an_engine_that_hangs_at_one_face_model_is_asked_about_the_others(
    studio: Studio, ada: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine, other = studio.house.engine, "me/faces:other"
    second = await learned(studio.house, ada.owner_id)
    studio.rows(f"UPDATE app.trainings SET version = '{other}' WHERE id = '{second.id}' RETURNING 1")
    engine.versions.add(other)
    real = engine.is_version_gone

    async def hangs_at_one(version: str) -> bool:
        return await (asyncio.Event().wait() if version == VERSION else real(version))

    monkeypatch.setattr(engine, "is_version_gone", hangs_at_one)
    monkeypatch.setattr(parting, "ASKED_FOR_S", 0.2)
    for _ in range(40):  # one after the other, in an order that nobody knows
        with pytest.raises(NotYetGone):
            await studio.parting.carry_out(ada.owner_id, ada.owner_id)
        if other not in engine.versions:
            break
    assert other not in engine.versions


@pytest.mark.parametrize("trouble", ["it is down", "it deletes nothing", "it hangs"])
async def test_what_the_engine_never_confirms_is_said_honestly_and_known_by_its_name_there_alone(
    studio: Studio, ada: SignedIn, trouble: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = studio.house.engine
    engine.deletes_slowly = True
    if trouble == "it is down":
        engine.trouble_with[VERSION] = EngineDown("no answer")
    if trouble == "it hangs":
        monkeypatch.setattr(engine, "is_version_gone", lambda _: asyncio.Event().wait())
        for asking in (parting, farewells):
            monkeypatch.setattr(asking, "ASKED_FOR_S", 0.2)
    studio.let_patience_end()
    await studio.parting.carry_out(ada.owner_id, ada.owner_id)
    with pytest.raises(NotYetGone):
        await studio.say_farewells()
    assert f"version {VERSION}" in studio.still_open()  # and what it was not asked about, where it hangs
    assert rows_about(studio.address, words_of(ada)) == set()
    (receipt,) = files_about(studio.data, words_of(ada))
    assert "has not confirmed yet" in receipt.read_text().replace("=\n", "")
    assert VERSION in receipt.read_text()
    monkeypatch.undo()
    engine.trouble_with.clear()
    engine.deletes_slowly = False
    await studio.say_farewells()
    assert (studio.still_open(), engine.versions) == ([], set())
    assert len(files_about(studio.data, words_of(ada))) == 1
