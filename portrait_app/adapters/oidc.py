"""Speaks OpenID Connect and OAuth 2 with providers elsewhere: sends a browser there, and reads who came back.

By authlib, which leaves to us: that the callback names its issuer (RFC 9207), that the provider's own description of
itself is of the issuer we mean, that the ID token is for us and signed by a key pair. Tokens are used and forgotten.
"""

from __future__ import annotations

import hmac
import secrets
import warnings
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any, cast

import httpx
from authlib.common.errors import AuthlibBaseError
from authlib.deprecate import AuthlibDeprecationWarning
from joserfc.errors import JoseError

from portrait_app.adapters.replicate.bounded import BoundedClient
from portrait_app.domain.clock import now
from portrait_app.domain.identity import Claim
from portrait_app.domain.text import one_line
from portrait_app.errors import PortraitError

with warnings.catch_warnings():
    warnings.simplefilter("ignore", AuthlibDeprecationWarning)  # it would rather have httpx2; Reflex needs httpx
    from authlib.integrations.httpx_client import AsyncOAuth2Client
    from authlib.integrations.starlette_client import StarletteIntegration, StarletteOAuth2App

if TYPE_CHECKING:
    from collections.abc import Mapping

PATIENCE_S = 10.0
MOST_BYTES = 1024 * 1024  # of an answer; the largest, a provider's keys, are some thousands
JUST_NOW_S = 300  # as long as we wait for a browser to come back
LONGEST_SUBJECT = 255  # OpenID Connect Core, 2
MANY_FACTORS = "mfa"  # among the methods of an ID token (RFC 8176); single ones may be of one factor
BASIC, POSTED = "client_secret_basic", "client_secret_post"  # how we sign in to a provider ourselves
# Signed with a private key. With `none` anybody signs, with an HMAC whoever knows the client's secret.
SIGNED_BY = {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"}
"""Algorithms of ID tokens that are believed (ASVS 5.0 9.1.2)."""


class ProviderError(PortraitError):
    """Something is between us and a provider; each says of which."""

    words = "{name} couldn't tell us who you are. Nothing was changed; please try again."

    def __init__(self, name: str, detail: str = "") -> None:
        super().__init__(f"{name}: {detail}")
        self.hint = self.words.format(name=name)


class ProviderDown(ProviderError):
    """It doesn't answer, or not as its kind does."""

    headline = "We can't reach them just now"
    words = "{name} doesn't answer just now. Try again in a moment, or sign in another way."
    is_retryable = True


class Declined(ProviderError):
    """The person said no there, or was refused there."""

    headline = "You weren't signed in"
    words = "{name} didn't let you through, or you changed your mind there. Nothing was changed."


class NotProven(ProviderError):
    """What came back doesn't hold: another's code, another issuer, a token that isn't for us."""

    headline = "We couldn't make sure that it is you"


_trusted = cache(httpx.create_ssl_context)
_UNREACHED = (httpx.HTTPError, httpx.InvalidURL)
# Whatever authlib and we stumble over in what a provider sends.
_UNREADABLE = (AuthlibBaseError, JoseError, ValueError, LookupError, TypeError, AttributeError, RuntimeError)
# What a provider says in a callback that brings no code (RFC 6749, 4.1.2.1).
_REFUSALS = {"access_denied": Declined, "server_error": ProviderDown, "temporarily_unavailable": ProviderDown}


@dataclass(frozen=True)
class Trip:
    """One browser's way to a provider and back: what is kept here meanwhile. Only `state` and `nonce` travel."""

    state: str
    nonce: str
    verifier: str

    @classmethod
    def new(cls) -> Trip:
        """Make one: 256 bits each."""
        return cls(secrets.token_urlsafe(32), secrets.token_urlsafe(32), secrets.token_urlsafe(48))


class _Bounded(AsyncOAuth2Client, BoundedClient):  # pyright: ignore[reportIncompatibleMethodOverride] -- by authlib, which has no types
    """authlib's client, which would read whatever comes, for as long as something does."""

    lasts_s = PATIENCE_S
    most_bytes = MOST_BYTES


class _App(StarletteOAuth2App):
    client_cls = _Bounded


class Provider:
    """Any OpenID Connect provider, found by its issuer's address."""

    scope = "openid email profile"
    client_auth = BASIC

    def __init__(self, key: str, name: str, issuer: str, client_id: str, client_secret: str) -> None:
        self.key, self.name, self.issuer = key, name, issuer.rstrip("/")
        self._client_id = client_id
        self._app: Any = _App(
            StarletteIntegration(key),
            name=key,
            client_id=client_id,
            client_secret=client_secret,
            client_kwargs={
                "scope": self.scope,
                "code_challenge_method": "S256",
                "token_endpoint_auth_method": self.client_auth,
                "timeout": PATIENCE_S,
                # authlib makes a client for each question, and reading the world's certificates takes 45 ms.
                "verify": _trusted(),
            },
            **self._where(),
        )

    async def address(self, trip: Trip, callback: str, *, again: bool) -> str:
        """Return where to send the browser; `again` asks that the person prove themselves there anew.

        Raises:
            ProviderDown: it doesn't say where, or is not who we think.
        """
        # Whoever is asked for the age of a sign-in says when that was (OpenID Connect Core, 2: auth_time).
        more = {"prompt": "login", "max_age": str(JUST_NOW_S)} if again else {}
        try:
            await self._described()
            sent = await self._app.create_authorization_url(
                callback, state=trip.state, nonce=trip.nonce, code_verifier=trip.verifier, **more
            )
        except (*_UNREACHED, *_UNREADABLE) as error:
            raise ProviderDown(self.name, type(error).__name__) from error
        return str(sent["url"])

    async def arrived(self, trip: Trip, callback: str, said: Mapping[str, str]) -> Claim:
        """Return who came back with these words in the callback's address.

        Raises:
            Declined: the person was not let through there.
            NotProven: the words or the tokens don't hold.
            ProviderDown: it stopped answering on the way.
        """
        try:
            self._require_issuer(await self._described(), said)
            if said.get("error"):
                raise _REFUSALS.get(said["error"], NotProven)(self.name, said["error"][:80])
            token = await self._app.fetch_access_token(
                redirect_uri=callback, code=said["code"], code_verifier=trip.verifier
            )
            return await self._read(token, trip)
        except _UNREACHED as error:
            raise ProviderDown(self.name, type(error).__name__) from error
        except _UNREADABLE as error:
            raise NotProven(self.name, f"{type(error).__name__}: {error}"[:200]) from error

    def _where(self) -> dict[str, Any]:
        return {"server_metadata_url": f"{self.issuer}/.well-known/openid-configuration"}

    async def _described(self) -> dict[str, Any]:
        """Return what the provider says of itself, when that is of the issuer we mean (OpenID Discovery 4.3)."""
        described = cast("dict[str, Any]", await self._app.load_server_metadata())
        if str(described.get("issuer", "")).rstrip("/") != self.issuer:
            described.clear()
            raise ProviderDown(self.name, "describes another issuer")
        known = SIGNED_BY & set(described.get("id_token_signing_alg_values_supported") or ["RS256"])
        described["id_token_signing_alg_values_supported"] = sorted(known)
        if self.client_auth not in described.get("token_endpoint_auth_methods_supported", [self.client_auth]):
            described["token_endpoint_auth_method"] = POSTED
        return described

    def _require_issuer(self, described: Mapping[str, Any], said: Mapping[str, str]) -> None:
        """Let pass what this issuer sent: a mix-up would bring us another's answer (RFC 9207, ASVS 5.0 10.2.2)."""
        must = bool(described.get("authorization_response_iss_parameter_supported"))
        if (must or "iss" in said) and not hmac.compare_digest(
            said.get("iss", "").encode(), str(described["issuer"]).encode()
        ):
            raise NotProven(self.name, "the answer is of another issuer")

    async def _read(self, token: dict[str, Any], trip: Trip) -> Claim:
        described = await self._described()
        expected = {
            "iss": {"essential": True, "value": described["issuer"]},
            "aud": {"essential": True, "value": self._client_id},
            "sub": {"essential": True},
        }
        claims: dict[str, Any] | None = await self._app.parse_id_token(token, trip.nonce, claims_options=expected)
        if not claims:
            raise NotProven(self.name, "no ID token")
        # Signed, unlike what is asked for next.
        took_two_steps, is_proven = MANY_FACTORS in _methods(claims), _is_just_now(claims.get("auth_time"))
        if "email" not in claims and described.get("userinfo_endpoint"):
            more: dict[str, Any] = await self._app.userinfo(token=token)
            if more.get("sub") != claims["sub"]:  # OpenID Connect Core 5.3.2
                raise NotProven(self.name, "userinfo of somebody else")
            claims = {**more, **claims}
        is_verified = claims.get("email_verified") is True or claims.get("email_verified") == "true"
        name = claims.get("name") or claims.get("preferred_username")
        claim = self._claim(claims["sub"], claims.get("email"), name, is_verified=is_verified)
        return replace(claim, took_two_steps=took_two_steps, is_proven=is_proven)

    def _claim(self, subject: object, email: object, name: object, *, is_verified: bool) -> Claim:
        if not (isinstance(subject, str) and 0 < len(subject) <= LONGEST_SUBJECT and subject.isprintable()):
            raise NotProven(self.name, "a person without a name of their own")
        address = one_line(email).lower()
        return Claim(self.key, self.issuer, subject, address, is_verified and bool(address), one_line(name))


def _is_just_now(moment: object) -> bool:
    """Whether a provider says that it asked the person for something since we sent them there; clocks may differ."""
    if not isinstance(moment, int | float) or isinstance(moment, bool):
        return False
    at = now().timestamp()
    return at - JUST_NOW_S <= moment <= at + JUST_NOW_S  # compared as it is: no float holds every number of a token


def _methods(claims: Mapping[str, Any]) -> list[Any]:
    """Return how a provider says that it made sure of the person; nothing when it says nothing."""
    said = claims.get("amr")
    return cast("list[Any]", said) if isinstance(said, list) else []
