"""Webhook signatures, by the published test vector and by every way in which one can be wrong."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks import Webhook

from portrait_app.adapters.replicate import signature
from portrait_app.adapters.replicate.errors import BadSignature
from portrait_app.adapters.replicate.signature import verify

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
OTHER = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
BODY = b'{"test": 2432232314}'
VECTOR = {
    "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
    "webhook-timestamp": "1614265330",
    "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
}


def signed(secret: str = SECRET, *, age: timedelta = timedelta(), body: bytes = BODY) -> dict[str, str]:
    moment = datetime.now(UTC) - age
    signature = Webhook(secret).sign("msg_1", moment, body.decode())
    return {
        "Webhook-Id": "msg_1",
        "Webhook-Timestamp": str(int(moment.timestamp())),
        "Webhook-Signature": signature,
    }


def test_the_published_vector_is_genuine_in_its_own_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signature, "now", lambda: datetime.fromtimestamp(1614265330 + 60, UTC))
    verify([SECRET], VECTOR, BODY)
    with pytest.raises(BadSignature):
        verify([OTHER], VECTOR, BODY)


def test_the_published_vector_is_too_old_today() -> None:
    with pytest.raises(BadSignature):
        verify([SECRET], VECTOR, BODY)


@pytest.mark.parametrize("minutes", [-6, 6])
def test_old_and_future_news_is_refused(minutes: int) -> None:
    with pytest.raises(BadSignature):
        verify([SECRET], signed(age=timedelta(minutes=minutes)), BODY)
    verify([SECRET], signed(age=timedelta(minutes=minutes * 0.7)), BODY)


@pytest.mark.parametrize("minutes", [-6, 6])
def test_it_is_the_database_that_says_how_old_news_is(monkeypatch: pytest.MonkeyPatch, minutes: int) -> None:
    ahead = timedelta(minutes=minutes)
    monkeypatch.setattr(signature, "now", lambda: datetime.now(UTC) + ahead)  # this host's own clock is wrong
    verify([SECRET], signed(age=-ahead), BODY)
    with pytest.raises(BadSignature):
        verify([SECRET], signed(), BODY)


def test_secrets_can_be_exchanged_without_losing_news() -> None:
    verify([OTHER, SECRET], signed(), BODY)
    verify([SECRET, OTHER], signed(), BODY)
    both = signed() | {"Webhook-Signature": f"{signed(OTHER)['Webhook-Signature']} {signed()['Webhook-Signature']}"}
    verify([SECRET], both, BODY)


@pytest.mark.parametrize(
    "change",
    [
        {"Webhook-Signature": ""},
        {"Webhook-Signature": "garbage"},
        {"Webhook-Signature": "v1,!!!not base64"},
        {"Webhook-Signature": "v1,a,b"},
        {"Webhook-Signature": "v2,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="},
        {"Webhook-Timestamp": "soon"},
        {"Webhook-Timestamp": "nan"},
        {"Webhook-Timestamp": "1e400"},
        {"Webhook-Id": "msg_2"},
    ],
)
def test_whatever_is_wrong_is_one_answer(change: dict[str, str]) -> None:
    with pytest.raises(BadSignature):
        verify([SECRET], signed() | change, BODY)


@pytest.mark.parametrize("body", [b"", b'{"test": 2432232315}', b"\xff\xfe", BODY + b"\n"])
def test_another_body_is_refused(body: bytes) -> None:
    with pytest.raises(BadSignature):
        verify([SECRET], signed(), body)


@pytest.mark.parametrize("secrets", [[], [""], ["whsec_"], ["not base64 at all é"]])
def test_without_a_usable_secret_nothing_is_believed(secrets: list[str]) -> None:
    with pytest.raises(BadSignature):
        verify(secrets, signed(), BODY)
