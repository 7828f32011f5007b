"""What the doctor says of what nobody could settle: the engine's names of somebody who has left, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg

from portrait_app.database.address import Address
from portrait_app.doctor import counts
from portrait_app.settings import Settings

if TYPE_CHECKING:
    import pytest

LEFT = "INSERT INTO app.farewells VALUES (gen_random_uuid(), now(), %s, %s)"


def test_what_the_engine_has_of_somebody_who_left_is_named_with_what_to_do(
    address: Address, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Address, "of", lambda _: address)
    assert [each for each in counts.look(Settings.model_validate({})) if each.subject == "Not deleted"] == []
    with psycopg.connect(address.conninfo(), autocommit=True) as admin:
        admin.execute(LEFT, ["ada@example.com", '["version studio/faces:1a2b", "file f-1"]'])
        admin.execute(LEFT, [None, "[]"])
    found = [each for each in counts.look(Settings.model_validate({})) if each.subject == "Not deleted"]
    assert [each.said for each in found] == [
        "version studio/faces:1a2b, of somebody who has left",
        "file f-1, of somebody who has left",
    ]
    assert all("by hand" in each.next_step for each in found)
    assert not any("ada@example.com" in f"{each} {each.next_step}" for each in found)


def test_while_the_database_is_at_rest_nothing_is_said(address: Address, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Address, "of", lambda _: address.named("there_is_none"))
    assert counts.look(Settings.model_validate({})) == []
