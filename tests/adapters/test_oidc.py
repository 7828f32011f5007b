"""What is believed of an OpenID provider, and what isn't: each of these differs from a right answer in one thing."""

from __future__ import annotations

import contextlib
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from joserfc.jwk import RSAKey

from portrait_app.adapters.oidc import Declined, NotProven, Provider, ProviderDown, ProviderError, Trip
from portrait_app.domain.identity import Claim
from tests.adapters.openid import CLIENT, SECRET, OpenId, knows_the_secret
from tests.http.doors import listening, serving

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

CALLBACK = "http://localhost:3000/auth/with/oidc/callback"
LONG_AGO = int(time.time()) - 3600


@dataclass
class Way:
    """A browser's way to the provider and back."""

    openid: OpenId
    provider: Provider

    async def gone(self, **said: str) -> Claim:
        trip = Trip.new()
        self.openid.remembers(await self.provider.address(trip, CALLBACK, again=False))
        return await self.provider.arrived(trip, CALLBACK, {"code": "a-code", "state": trip.state, **said})


@pytest.fixture
async def way() -> AsyncGenerator[Way]:
    openid = OpenId()
    with listening() as port:
        openid.issuer = f"http://127.0.0.1:{port.getsockname()[1]}"
        async with serving(openid.app(), port):
            yield Way(openid, Provider("oidc", "Example", openid.issuer, CLIENT, SECRET))


async def test_a_right_answer_says_who_somebody_is(way: Way) -> None:
    assert await way.gone() == Claim("oidc", way.openid.issuer, "ada", "ada@example.com", True, "")
    assert await way.gone(iss=way.openid.issuer) == await way.gone()
    way.openid.about = {"name": "Ada", "email_verified": "true"}
    assert (await way.gone()).name == "Ada"
    way.openid.about = {"email_verified": 1}
    assert not (await way.gone()).is_verified


@pytest.mark.parametrize("where", ["described", "claims", "about"])
async def test_an_answer_larger_than_any_providers_is_not_read_to_its_end(way: Way, where: str) -> None:
    setattr(way.openid, where, {"more": "x" * 1_100_000})
    with pytest.raises(ProviderDown):
        await way.gone()


@pytest.mark.parametrize(
    ("amr", "is_two"),
    [(["pwd", "mfa"], True), (["pwd", "otp"], False), ([["mfa"], "mfaa"], False), ([], False), (None, False)],
)
async def test_asvs_6_8_4_only_a_signed_token_that_names_many_factors_counts_as_two_steps(
    way: Way, amr: Any, is_two: bool
) -> None:
    way.openid.claims = {"amr": amr}
    way.openid.about = {"amr": ["mfa"]}  # what is asked for afterwards is not signed
    assert (await way.gone()).took_two_steps == is_two


@pytest.mark.parametrize(
    ("seconds_ago", "is_proven"),
    [(2, True), (240, True), (-30, True), (301, False), (86_400, False), (None, False)],
    ids=["now", "on-the-way", "its-clock-is-fast", "before", "yesterday", "says-nothing"],
)
async def test_asvs_7_5_1_only_a_signed_token_that_says_when_it_asked_the_person_proves_them(
    way: Way, seconds_ago: int | None, is_proven: bool
) -> None:
    way.openid.claims = {} if seconds_ago is None else {"auth_time": int(time.time()) - seconds_ago}
    way.openid.about = {"auth_time": int(time.time())}  # what is asked for afterwards is not signed
    assert (await way.gone()).is_proven == is_proven


@pytest.mark.parametrize(
    "moment",
    ["now", True, [], {}, 10**400, -(10**400), float("inf"), float("nan")],
    ids=["a-word", "a-truth", "a-list", "a-dict", "huge", "long-before", "endless", "no-number"],
)
async def test_a_moment_that_is_none_proves_nobody(way: Way, moment: Any) -> None:
    way.openid.claims = {"auth_time": moment}
    with contextlib.suppress(NotProven):  # authlib may refuse the token for it
        assert not (await way.gone()).is_proven


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "another"},
        {"nonce": ""},
        {"iss": "https://evil.example"},
        {"iss": ""},
        {"aud": "another-client"},
        {"aud": "another-client", "azp": CLIENT},
        {"aud": ""},
        {"exp": LONG_AGO},
        {"exp": ""},
        {"sub": ""},
        {"sub": "x" * 256},
        {"sub": "a\x00da"},
        {"sub": 7},
    ],
    ids=[
        "another-nonce",
        "no-nonce",
        "another-issuer",
        "no-issuer",
        "another-client",
        "another-client-for-us",
        "no-client",
        "over",
        "no-end",
        "no-person",
        "a-long-person",
        "an-unseen-letter",
        "a-number",
    ],
)
async def test_asvs_10_5_1_and_10_5_4_a_token_that_is_not_for_this_question_and_us_is_not_believed(
    way: Way, claims: dict[str, Any]
) -> None:
    way.openid.claims = claims
    with pytest.raises(NotProven):
        await way.gone()


async def test_asvs_10_5_2_the_person_is_the_subject_whatever_their_address(way: Way) -> None:
    first = await way.gone()
    way.openid.about = {"email": "countess@example.com"}
    second = await way.gone()
    assert (second.issuer, second.subject) == (first.issuer, first.subject)
    assert second.email != first.email


@pytest.mark.parametrize("issuer", ["https://evil.example", "", None, 7])
async def test_asvs_10_5_3_a_provider_that_describes_another_issuer_is_not_gone_to(way: Way, issuer: Any) -> None:
    way.openid.described = {"issuer": issuer}
    with pytest.raises(ProviderDown):
        await way.gone()
    way.openid.described = {}
    assert (await way.gone()).subject == "ada"  # once it is itself again


async def test_asvs_9_1_2_a_token_that_anybody_or_the_client_could_have_signed_is_not_believed(way: Way) -> None:
    way.openid.signs_with, way.openid.algorithm = knows_the_secret(), "HS256"
    with pytest.raises(NotProven):
        await way.gone()
    way.openid.signs_with, way.openid.algorithm = RSAKey.generate_key(2048, {"kid": "its"}), "RS256"
    with pytest.raises(NotProven):
        await way.gone()


async def test_a_user_info_of_somebody_else_is_not_believed(way: Way) -> None:
    way.openid.about = {"sub": "eve"}
    with pytest.raises(NotProven):
        await way.gone()


async def test_without_an_id_token_nobody_has_come(way: Way) -> None:
    way.openid.has_id_token = False
    with pytest.raises(NotProven):
        await way.gone()


@pytest.mark.parametrize(
    ("said", "error"),
    [
        ({"error": "access_denied"}, Declined),
        ({"error": "server_error"}, ProviderDown),
        ({"error": "invalid_scope"}, NotProven),
        ({"iss": "https://evil.example"}, NotProven),
        ({"iss": "https://evil.example", "error": "access_denied"}, NotProven),
    ],
    ids=["declined", "down", "misunderstood", "another-issuer", "another-issuers-refusal"],
)
async def test_an_answer_without_a_code_says_why(way: Way, said: dict[str, str], error: type[ProviderError]) -> None:
    with pytest.raises(error) as refused:
        await way.gone(**said)
    assert "Example" in refused.value.hint


async def test_asvs_10_2_2_a_provider_that_promises_its_name_must_say_it(way: Way) -> None:
    way.openid.described = {"authorization_response_iss_parameter_supported": True}
    with pytest.raises(NotProven):
        await way.gone()
    assert await way.gone(iss=way.openid.issuer)


@pytest.mark.parametrize(("takes", "came_by"), [("client_secret_basic", "header"), ("client_secret_post", "body")])
async def test_the_secret_is_brought_as_the_provider_takes_it(way: Way, takes: str, came_by: str) -> None:
    way.openid.described = {"token_endpoint_auth_methods_supported": [takes]}
    await way.gone()
    assert way.openid.secret_came_by == came_by


async def test_asvs_10_2_1_a_browser_is_sent_with_a_state_a_nonce_and_the_challenge_of_a_verifier(way: Way) -> None:
    trip = Trip.new()
    address = await way.provider.address(trip, CALLBACK, again=True)
    for part in (
        f"state={trip.state}",
        f"nonce={trip.nonce}",
        "code_challenge_method=S256",
        "prompt=login",
        "max_age=300",
    ):
        assert part in address
    assert trip.verifier not in address
    assert SECRET not in address


@pytest.mark.parametrize("described", [{"authorization_endpoint": None}, {"jwks_uri": "::"}, {"token_endpoint": 7}])
async def test_a_provider_that_describes_itself_in_nonsense_is_an_error_in_words(
    way: Way, described: dict[str, Any]
) -> None:
    way.openid.described = described
    with pytest.raises(ProviderError):
        await way.gone()
