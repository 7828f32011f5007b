"""What the doctor says of what nobody could settle: orders in doubt, and names at the engine of who has left."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg

from portrait_app.database.address import Address
from portrait_app.doctor import counts
from portrait_app.domain.clock import now
from portrait_app.domain.lifecycle import OrderStatus
from portrait_app.services import accounts, progress
from portrait_app.services.accounts import SignUp
from portrait_app.settings import Settings
from tests.builders import PASSWORD
from tests.services.losing import recorded

if TYPE_CHECKING:
    import pytest

    from tests.builders import House

LEFT = "INSERT INTO app.farewells VALUES (gen_random_uuid(), now(), %s, %s)"


def test_what_the_engine_has_of_somebody_who_left_is_named_with_what_to_do(
    address: Address, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Address, "of", lambda _: address)
    assert [each for each in counts.look(Settings.model_validate({})) if each.subject == "Not deleted"] == []
    with psycopg.connect(address.conninfo(), autocommit=True) as admin:
        admin.execute(LEFT, ["ada@example.com", '["version studio/faces:1a2b", "file f-1", "job j-1"]'])
        admin.execute(LEFT, [None, "[]"])
    found = [each for each in counts.look(Settings.model_validate({})) if each.subject == "Not deleted"]
    assert [each.said for each in found] == [
        "version studio/faces:1a2b, of somebody who has left",
        "file f-1, of somebody who has left",
        "job j-1, of somebody who has left",
    ]
    assert ["delete it there by hand" in each.next_step for each in found] == [True, True, False]
    assert not any("ada@example.com" in f"{each} {each.next_step}" for each in found)


async def test_each_order_in_doubt_is_named_with_what_to_look_for(
    house: House, address: Address, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Address, "of", lambda _: address)
    ada = await house.somebody("Ada")
    order = await recorded(house, ada)
    async with house.desk.for_service(ada) as work:
        row = await work.orders.get(order.id, lock=True)
        row.status, row.sent_at = OrderStatus.SENDING, now()
        await progress.end_in_doubt(work, order.id, row.sent_at)
    (found,) = [each for each in counts.look(Settings.model_validate({})) if each.subject == "In doubt"]
    assert found.said.startswith("prediction, sent at ")
    assert f"fingerprint {order.fingerprint}" in found.said
    assert "doubts" in found.next_step


async def test_how_many_wait_at_the_door_is_said_where_somebody_must_let_them_in(
    house: House, address: Address, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Address, "of", lambda _: address)
    await house.somebody("Ada")
    said = []
    for number in range(3):
        door = [each for each in counts.look(Settings.model_validate({})) if each.subject == "Door"]
        assert all(each.next_step == "" for each in door)  # a stranger makes nothing wrong
        said += [each.said.partition(" to be")[0] for each in door]
        typed = {"name": "Eve", "email": f"eve{number}@example.com", "password": PASSWORD}
        eve = await accounts.ask_for_account(house.desk, **typed, mode=SignUp.OPEN, invite="")
        await accounts.make_account(house.desk, eve, SignUp.OPEN, "")
    assert said == ["somebody waits", "2 wait"]
    posting = Settings.model_validate({"SMTP_HOST": "mail.studio.test"})
    assert [each for each in counts.look(posting) if each.subject == "Door"] == []


def test_while_the_database_is_at_rest_nothing_is_said(address: Address, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Address, "of", lambda _: address.named("there_is_none"))
    assert counts.look(Settings.model_validate({})) == []
