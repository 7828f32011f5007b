"""What webhooks are signed with may change while we run, and no forger makes us ask for it often."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from portrait_app.adapters.replicate import secrets as module
from portrait_app.adapters.replicate.errors import BadSignature, EngineDown
from portrait_app.adapters.replicate.gateway import Gateway
from tests.adapters.scripted import HANG_UP, Answer
from tests.adapters.test_signature import BODY, OTHER, SECRET, signed

if TYPE_CHECKING:
    from tests.adapters.scripted import ScriptedEngine

ASK = "GET /v1/webhooks/default/secret"


def has_secret(engine: ScriptedEngine, secret: str) -> None:
    engine.answers[ASK] = Answer(body={"key": secret})


async def test_a_fetched_secret_is_asked_for_once_however_many_webhooks_come(
    scripted: ScriptedEngine, to_scripted: Gateway
) -> None:
    has_secret(scripted, SECRET)
    await asyncio.gather(*(to_scripted.verify(signed(), BODY) for _ in range(20)))
    assert len(scripted.asked_for(ASK)) == 1


async def test_an_exchanged_secret_is_fetched_anew_and_nothing_is_lost(
    scripted: ScriptedEngine, to_scripted: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    has_secret(scripted, SECRET)
    await to_scripted.verify(signed(SECRET), BODY)
    monkeypatch.setattr(module, "ASK_AGAIN_AFTER_S", 0.0)
    has_secret(scripted, OTHER)
    await to_scripted.verify(signed(OTHER), BODY)
    with pytest.raises(BadSignature):
        await to_scripted.verify(signed(SECRET), BODY)  # the old one is good no longer


async def test_forged_webhooks_make_us_ask_once_a_minute_at_most(
    scripted: ScriptedEngine, to_scripted: Gateway
) -> None:
    has_secret(scripted, SECRET)
    for _ in range(20):
        with pytest.raises(BadSignature):
            await to_scripted.verify(signed(OTHER), BODY)
    assert len(scripted.asked_for(ASK)) == 1


async def test_a_secret_that_cannot_be_had_is_no_bad_signature(
    scripted: ScriptedEngine, to_scripted: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "ASK_AGAIN_AFTER_S", 0.0)
    has_secret(scripted, SECRET)
    await to_scripted.verify(signed(SECRET), BODY)
    scripted.answers[ASK] = HANG_UP
    with pytest.raises(EngineDown):
        await to_scripted.verify(signed(OTHER), BODY)
    await to_scripted.verify(signed(SECRET), BODY)  # what was known still is


@pytest.mark.parametrize(
    ("change", "age_min", "body"),
    [
        pytest.param(dict.fromkeys(signed(), ""), 0, BODY, id="unsigned"),
        pytest.param({"Webhook-Id": ""}, 0, BODY, id="nameless"),
        pytest.param({"Webhook-Signature": ""}, 0, BODY, id="an empty signature"),
        pytest.param({"Webhook-Signature": "v1,!!! v9"}, 0, BODY, id="no base64"),
        pytest.param({"Webhook-Signature": "v1,Zm9yZ2Vk"}, 0, BODY, id="too short"),
        pytest.param({"Webhook-Timestamp": "soon"}, 0, BODY, id="no time"),
        pytest.param({"Webhook-Timestamp": "9" * 99}, 0, BODY, id="no time there is"),
        pytest.param({}, 6, BODY, id="old"),
        pytest.param({}, -6, BODY, id="to come"),
        pytest.param({}, 0, b"\xff\xfe", id="no text"),
    ],
)
async def test_what_can_be_no_webhook_is_refused_without_asking_for_a_secret(
    scripted: ScriptedEngine, to_scripted: Gateway, change: dict[str, str], age_min: int, body: bytes
) -> None:
    scripted.answers[ASK] = HANG_UP
    with pytest.raises(BadSignature):
        await to_scripted.verify(signed(age=timedelta(minutes=age_min)) | change, body)
    assert not scripted.asked
    with pytest.raises(EngineDown):  # what could be one is worth a question
        await to_scripted.verify(signed(), BODY)


async def test_of_several_configured_secrets_any_may_have_signed_and_none_is_asked_for(
    scripted: ScriptedEngine,
) -> None:
    gateway = Gateway(base_url=scripted.base, token="a-token", webhook_secret=f"{SECRET}, {OTHER},")
    await gateway.verify(signed(SECRET), BODY)
    await gateway.verify(signed(OTHER), BODY)
    with pytest.raises(BadSignature):
        await gateway.verify(signed(SECRET), BODY + b" ")
    await gateway.close()
    assert not scripted.asked


async def test_configured_secrets_are_used_as_they_are(scripted: ScriptedEngine) -> None:
    gateway = Gateway(base_url=scripted.base, token="a-token", webhook_secret="whsec_new, whsec_old")
    assert await gateway.webhook_secrets() == ("whsec_new", "whsec_old")
    await gateway.close()
    assert not scripted.asked


async def test_a_fetched_secret_is_kept(scripted: ScriptedEngine, to_scripted: Gateway) -> None:
    scripted.answers["GET /v1/webhooks/default/secret"] = Answer(body={"key": "whsec_abc"})
    assert await to_scripted.webhook_secrets() == await to_scripted.webhook_secrets() == ("whsec_abc",)
    assert len(scripted.asked) == 1
