"""What the doctor says of a store for pictures, and that each complaint says what to do."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from portrait_app.adapters.buckets.s3 import passes
from portrait_app.adapters.buckets.s3.store import Store
from portrait_app.doctor import store as doctor
from portrait_app.settings import Settings
from tests.stores import answering

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

    from portrait_app.doctor.finding import Finding
    from tests.s3 import StoreServer


async def findings(server: StoreServer, **others: str) -> list[Finding]:
    variables = {name.lower(): value for name, value in server.variables.items()}
    found = await asyncio.to_thread(doctor.look, Settings.model_validate({**variables, **others}))
    assert server.keys() == []  # nothing is left of it
    return found


async def test_a_store_that_holds_people_apart_is_well(s3_server: StoreServer) -> None:
    store, links = await findings(s3_server)
    assert (store.next_step, links.next_step) == ("", "")
    assert "refuses" in store.said
    assert links.said.startswith(f"open at http://127.0.0.1:{s3_server.ports['s3']}")


async def test_a_store_that_lets_anybody_through_is_found_out(
    s3_server: StoreServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A store that doesn't hold to session policies, as if every policy were as wide as this."""
    policy: Callable[..., dict[str, Any]] = passes._persons
    monkeypatch.setattr(passes, "_persons", lambda bucket, _: policy(bucket, "*"))
    store, _ = await findings(s3_server)
    assert store.said.endswith("reading, replacing, listing, deleting")
    assert "no pictures" in store.next_step


async def test_a_role_that_a_persons_credential_may_take_on_once_more_is_found_out(
    s3_server: StoreServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A role that trusts everybody, as if each person asked with the studio's own key."""
    monkeypatch.setattr(Store, "pass_desk_of", lambda store, _: store.pass_desk())
    store, _ = await findings(s3_server)
    assert store.said.endswith("to another's pictures: taking on the role once more, without a policy")
    assert "trust" in store.next_step


async def test_each_thing_that_is_wrong_says_what_to_do(s3_server: StoreServer) -> None:
    for wrong, said in (
        ({"s3_access_key_id": "NOBODY"}, "sts:AssumeRole"),
        ({"s3_role_arn": "arn:aws:iam::000000000000:role/another"}, "sts:AssumeRole"),
        ({"s3_endpoint": "http://127.0.0.1:1"}, "S3_ENDPOINT"),
    ):
        (finding,) = await findings(s3_server, **wrong)
        assert said in finding.next_step, finding
        assert s3_server.secret not in f"{finding} {finding.next_step}"


async def test_an_address_that_browsers_can_not_reach_is_said(s3_server: StoreServer) -> None:
    _, links = await findings(s3_server, s3_public_endpoint="http://127.0.0.1:1")
    assert "S3_PUBLIC_ENDPOINT" in links.next_step
    async with answering(404, "NoSuchKey") as elsewhere:
        _, links = await findings(s3_server, s3_public_endpoint=elsewhere)
    assert "404" in links.said
    assert "S3_PUBLIC_ENDPOINT" in links.next_step


def test_without_a_store_nobody_is_asked() -> None:
    assert doctor.look(Settings.model_validate({})) == []
