"""What the engine still has of somebody who has left is asked for until it is gone, or counted for the operator."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from portrait_app.adapters.replicate.errors import JobVanished
from portrait_app.database.address import Role
from portrait_app.database.orders import counted
from portrait_app.domain.clock import now
from portrait_app.domain.lifecycle import OrderStatus
from portrait_app.domain.order import Order, OrderKind
from portrait_app.domain.report import JobReport
from portrait_app.domain.training import LINE_STAYS
from portrait_app.ports.mailer import MailNotTaken
from portrait_app.services import inbox, leftovers, naming
from portrait_app.services.farewells import ADDRESS_KEPT, NAMELESS, UNKNOWN_SINCE
from portrait_app.services.vanished import BELIEVED_AFTER
from portrait_app.services.versions import NotYetGone
from tests.builders import change
from tests.services.fullness import files_about, rows_about, words_of
from tests.services.removing import VERSION, carry_out, learned, remove, set_back
from tests.services.test_naming import another, body, lost_its_word

if TYPE_CHECKING:
    from portrait_app.services.sessions import SignedIn
    from tests.services.emptying import Studio

AGO = naming.LISTED_WITHIN + timedelta(minutes=1)
BE_IN_DOUBT = (
    "UPDATE app.orders SET status = 'in_doubt', ended_at = now(), version = NULL, job_id = NULL, file_id = NULL, "
    "doubt = 'nobody knows' WHERE kind = 'training' RETURNING 1"
)


@pytest.fixture
async def ada(studio: Studio) -> SignedIn:
    return await studio.somebody_whose_week_is_over()


async def test_what_was_under_way_is_called_off_and_its_model_deleted(studio: Studio, ada: SignedIn) -> None:
    """Also where the studio was at rest for days when the moment came: the engine is asked for as long as ever."""
    from portrait_app.services import cancelling, trainings  # noqa: PLC0415 -- for this story alone

    house = studio.house
    studio.rows("UPDATE app.accounts SET leave_at = NULL RETURNING 1")
    async with house.desk.for_person(ada.owner_id) as work:
        draft = await trainings.draft(work)
    await house.draft_with_selfies(ada.owner_id, 4)
    async with house.desk.for_person(ada.owner_id) as work:
        await trainings.start(work, draft.id, name="Ada", trainer="darkroom")
    ((order_id,),) = studio.rows(f"SELECT id FROM app.orders WHERE training_id = '{draft.id}'")
    await house.sender.send(ada.owner_id, order_id)
    studio.rows("UPDATE app.accounts SET leave_at = now() - interval '9 days' WHERE name LIKE 'Adal%' RETURNING 1")
    for _ in range(2):
        with pytest.raises(NotYetGone, match="under way"):
            await studio.parting.carry_out(ada.owner_id, ada.owner_id)
        studio.let_patience_end()  # at rest again; what may come of it could not be named for a farewell
    await cancelling.call_off(house.desk, house.engine, ada.owner_id, order_id)  # type: ignore[arg-type] -- a fake
    studio.rows(f"UPDATE app.orders SET file_id = NULL, uploading_since = now() WHERE id = '{order_id}' RETURNING 1")
    house.engine.name = "somebody-else"  # as what the photos were uploaded is in its list alone, which nobody sees
    with pytest.raises(NotYetGone, match="with the account me"):
        await studio.parting.carry_out(ada.owner_id, ada.owner_id)
    house.engine.name = "me"
    await studio.parting.carry_out(ada.owner_id, ada.owner_id)
    await studio.say_farewells()
    assert len(house.engine.canceled) == 1
    assert house.engine.files == {}
    assert rows_about(studio.address, words_of(ada)) == set()


@pytest.mark.parametrize("what", ["file", "job"])
async def test_what_another_account_has_is_not_taken_for_gone(studio: Studio, ada: SignedIn, what: str) -> None:
    """The token was exchanged: to the new account it looks as if it had never been."""
    engine = studio.house.engine
    studio.rows(
        "UPDATE app.orders SET status = 'failed', ended_at = now(), version = NULL, account = 'me', "
        + ("file_id = 'zip', job_id = NULL" if what == "file" else "job_id = 'gone', stray_since = now()")
        + " WHERE kind = 'training' RETURNING 1"
    )
    engine.trouble_with["gone"] = JobVanished("gone")
    engine.name = "somebody-else"
    studio.let_patience_end()
    await studio.parting.carry_out(ada.owner_id, ada.owner_id)
    with pytest.raises(NotYetGone):
        await studio.say_farewells()
    assert f"{what} {'zip' if what == 'file' else 'gone'} at me" in studio.still_open()
    engine.name = "me"
    if what == "job":  # that it is unknown, a bad minute says too
        for _ in range(2):
            with pytest.raises(NotYetGone):
                await studio.say_farewells()
        (said,) = [each for each in studio.still_open() if each.startswith("job gone at me")]
        since = said.partition(UNKNOWN_SINCE)[2]
        past = (datetime.fromisoformat(since) - BELIEVED_AFTER).isoformat()
        studio.rows(f"UPDATE app.farewells SET still_there = '[\"{said.replace(since, past)}\"]' RETURNING 1")
    await studio.say_farewells()
    assert studio.still_open() == []


async def test_a_job_in_doubt_of_somebody_who_has_left_is_counted_once_for_the_operator(
    studio: Studio, ada: SignedIn
) -> None:
    studio.rows(BE_IN_DOUBT)
    studio.let_patience_end()
    await studio.parting.carry_out(ada.owner_id, ada.owner_id)
    assert leftovers.IN_DOUBT in studio.still_open()
    await studio.say_farewells()
    (receipt,) = files_about(studio.data, words_of(ada))
    said = receipt.read_text().replace("=\n", "")
    assert "nobody can say whether" in said
    assert "goes on asking" not in said  # nobody could
    await studio.say_farewells()
    assert studio.still_open() == []
    async with studio.house.desk.for_nobody(Role.SERVICE) as session:
        assert (await counted(session))[NAMELESS] == 1


async def test_a_mail_server_that_is_away_holds_up_the_receipt_alone_and_that_says_how_it_stands_when_it_goes(
    studio: Studio, ada: SignedIn
) -> None:
    engine, outbox = studio.house.engine, studio.outbox.folder
    engine.deletes_slowly = True
    studio.rows(BE_IN_DOUBT)
    studio.let_patience_end()
    await studio.parting.carry_out(ada.owner_id, ada.owner_id)
    outbox.rename(outbox.with_name("aside"))
    outbox.write_text("no folder")  # so that nothing can be laid into it
    for is_slow in (True, False):
        engine.deletes_slowly = is_slow
        with pytest.raises(MailNotTaken):
            await studio.say_farewells()
    assert (engine.versions, studio.still_open()) == (set(), [leftovers.IN_DOUBT])  # the operator sees so meanwhile
    outbox.unlink()
    await studio.say_farewells()
    (receipt,) = files_about(studio.data, words_of(ada))
    assert VERSION not in receipt.read_text()
    assert "nobody can say whether" in receipt.read_text().replace("=\n", "")
    assert studio.rows("SELECT 1 FROM app.farewells") == []


async def test_an_address_is_kept_for_a_week_at_most_while_no_mail_server_takes_its_receipt(
    studio: Studio, ada: SignedIn
) -> None:
    await studio.parting.carry_out(ada.owner_id, ada.owner_id)
    studio.outbox.folder.rename(studio.data / "aside")
    studio.outbox.folder.write_text("no folder")
    studio.rows(f"UPDATE app.farewells SET created_at = now() - interval '{ADDRESS_KEPT.days} days' RETURNING 1")
    await studio.say_farewells()
    assert rows_about(studio.address, words_of(ada)) == set()


@pytest.mark.parametrize(
    "removed", [timedelta(minutes=1), LINE_STAYS + timedelta(hours=1)], ids=["just now", "long ago"]
)
async def test_a_job_that_turned_up_after_its_face_model_was_deleted_is_told_of(
    studio: Studio, ada: SignedIn, removed: timedelta
) -> None:
    house, late = studio.house, JobReport("late", OrderStatus.DONE, version="me/faces:late")
    model = await learned(house, ada.owner_id)
    async with house.desk.for_person(ada.owner_id) as work:
        training: Any = {"owner_id": ada.owner_id, "kind": OrderKind.TRAINING, "training_id": model.id}
        order, failed = (work.orders.add(Order(**training)) for _ in range(2))
    await change(house, order, status=OrderStatus.LOST, ended_at=now(), sent_at=now())
    await change(house, failed, status=OrderStatus.FAILED, ended_at=now(), sent_at=now(), job_id="failed")
    house.engine.known["failed"] = ("", JobReport("failed", OrderStatus.FAILED))
    await remove(house, model)
    await carry_out(house, model)
    await set_back(house, model, asked=removed, removed=removed)
    await inbox.take(house.desk, webhook_id="late", order_id=order.id, report=late)
    house.engine.versions.add("me/faces:late")
    house.engine.known["late"] = ("", late)
    studio.let_patience_end()
    house.engine.deletes_slowly = True
    await studio.parting.carry_out(ada.owner_id, ada.owner_id)
    assert "version me/faces:late" in studio.still_open()
    assert "job failed" not in studio.still_open()  # of that it was confirmed that nothing is left


@pytest.mark.parametrize("made", [("me/faces:made",), ("me/faces:made", "me/faces:other")], ids=["one", "one of two"])
async def test_what_a_job_made_that_doesnt_say_which_is_seen_to_be_deleted_by_hand(
    studio: Studio, ada: SignedIn, made: tuple[str, ...]
) -> None:
    """And not before: that its list shows none is also so where face models go to another place by now."""
    engine = studio.house.engine
    await leaves_a_job_that_doesnt_say_which(studio, ada, made)
    engine.destination = "me/elsewhere"
    await says_that_it_is_there(studio, "job job1")
    engine.destination, engine.deletes_slowly = "me/faces", True
    known = f"job job1, which made {' or '.join(made)}"
    await says_that_it_is_there(studio, known)
    engine.destination = "me/elsewhere"
    await says_that_it_is_there(studio, known)
    engine.trouble_with["job1"] = JobVanished("job1")
    await says_that_it_is_there(studio, known)
    engine.trouble_with.clear()
    engine.say("job1", JobReport("job1", OrderStatus.FAILED))
    await says_that_it_is_there(studio, known)
    engine.known["job1"], engine.destination = ("", lost_its_word(AGO)), "me/faces"
    engine.versions.add("me/faces:newer")  # when it was pushed, isn't said: the list tells no more what else was then
    await says_that_it_is_there(studio, known)
    engine.versions.difference_update(made)
    await studio.say_farewells()
    assert studio.still_open() == []


async def test_what_is_somebodys_who_stays_is_not_named_as_what_a_leavers_job_made(
    studio: Studio, ada: SignedIn
) -> None:
    """Nor waited for, though the engine no longer says that another job made it: our own rows do."""
    house, made, bobs = studio.house, "me/faces:made", "me/faces:bobs"
    model = await house.ready_model(await house.somebody("Bob"))
    another(house, body("job2", AGO, output=None, data_removed=True))
    await leaves_a_job_that_doesnt_say_which(studio, ada, (made, bobs))
    house.engine.deletes_slowly = True
    await says_that_it_is_there(studio, f"job job1, which made {bobs} or {made}")  # that it is Bob's is heard later
    studio.rows(f"UPDATE app.trainings SET version = '{bobs}' WHERE id = '{model.id}' RETURNING 1")
    await says_that_it_is_there(studio, f"job job1, which made {made}")
    house.engine.versions.discard(made)
    await studio.say_farewells()
    assert (studio.still_open(), house.engine.versions) == ([], {bobs})


async def leaves_a_job_that_doesnt_say_which(studio: Studio, ada: SignedIn, made: tuple[str, ...]) -> None:
    """Have Ada leave it; these are the face models of its time."""
    engine = studio.house.engine
    studio.rows(BE_IN_DOUBT.replace("job_id = NULL", "job_id = 'job1'"))
    studio.let_patience_end()
    engine.known["job1"] = ("", lost_its_word(AGO))
    engine.pushed_at = dict.fromkeys(engine.versions, now() - naming.LONGEST) | dict.fromkeys(made, now() - AGO)
    await studio.parting.carry_out(ada.owner_id, ada.owner_id)
    engine.versions.update(made)


async def says_that_it_is_there(studio: Studio, what: str) -> None:
    with pytest.raises(NotYetGone):
        await studio.say_farewells()
    assert studio.still_open() == [what]
