"""A stand-in for GitHub, which obeys its documented contract, and a browser between it and the studio."""

from __future__ import annotations

import base64
import hashlib
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
from starlette.applications import Starlette
from starlette.responses import JSONResponse, RedirectResponse
from starlette.routing import Route

from portrait_app.services import sessions
from portrait_app.services.cookie import COOKIE

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from portrait_app.services.sessions import Someone
    from portrait_app.settings import Settings
    from tests.builders import House

OURS = "http://localhost:3000"
SETTINGS = {"PORT": 3000, "GITHUB_CLIENT_ID": "studio", "GITHUB_CLIENT_SECRET": "secret"}
ADDRESSES = [
    {"email": "old@example.com", "primary": False, "verified": True},
    {"email": "Octo@Example.com", "primary": True, "verified": True},
]


@dataclass
class FakeGitHub:
    """GitHub's three addresses. It answers a wrong code with 200 and an error, as GitHub does."""

    person: dict[str, Any] = field(default_factory=lambda: {"id": 42, "login": "octo", "name": None, "email": None})
    addresses: list[dict[str, Any]] = field(default_factory=lambda: [dict(each) for each in ADDRESSES])
    challenges: dict[str, str] = field(default_factory=dict)
    issuer: str = ""
    tokens: set[str] = field(default_factory=set)

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/login/oauth/authorize", self.authorize),
                Route("/login/oauth/access_token", self.token, methods=["POST"]),
                Route("/api/v3/user", self.user),
                Route("/api/v3/user/emails", self.emails),
            ]
        )

    async def authorize(self, request: Request) -> Response:
        query, code = request.query_params, secrets.token_urlsafe(8)
        assert query["code_challenge_method"] == "S256"
        self.challenges[code] = query["code_challenge"]
        told = urlencode({"code": code, "state": query["state"], "iss": f"{self.issuer}/login/oauth"})
        return RedirectResponse(f"{query['redirect_uri']}?{told}")

    async def token(self, request: Request) -> Response:
        async with request.form() as form:
            challenge = self.challenges.pop(str(form["code"]), None)
            digest = hashlib.sha256(str(form["code_verifier"]).encode()).digest()
            is_known = form["client_secret"] == "secret"
        if not is_known or challenge != base64.urlsafe_b64encode(digest).rstrip(b"=").decode():
            return JSONResponse({"error": "bad_verification_code", "error_description": "The code is incorrect."})
        self.tokens.add(token := secrets.token_urlsafe(8))
        return JSONResponse({"access_token": token, "token_type": "bearer", "scope": "read:user,user:email"})

    async def user(self, request: Request) -> Response:
        return self._if_known(request, self.person)

    async def emails(self, request: Request) -> Response:
        return self._if_known(request, self.addresses)

    def _if_known(self, request: Request, said: Any) -> Response:
        is_known = request.headers.get("authorization", "").removeprefix("Bearer ") in self.tokens
        return JSONResponse(said) if is_known else JSONResponse({"message": "Bad credentials"}, 401)


@dataclass
class Town:
    """A browser between the studio and GitHub."""

    house: House
    github: FakeGitHub
    client: httpx.AsyncClient
    settings: Settings

    async def callback(self, **more: str) -> str:
        """Go there, and come back as far as the callback's address."""
        left = await self.client.get("/auth/with/github", params={"next": "/gallery", **more})
        assert left.status_code == 303, left.text
        async with httpx.AsyncClient() as elsewhere:
            return (await elsewhere.get(left.headers["location"])).headers["location"]

    async def returns(self, **changes: str) -> httpx.Response:
        parts = urlsplit(await self.callback())
        query = {name: values[0] for name, values in parse_qs(parts.query).items()} | changes
        return await self.client.get(parts.path, params={name: value for name, value in query.items() if value})

    async def someone(self) -> Someone | None:
        return await sessions.who(self.house.desk, self.client.cookies.get(COOKIE) or "")
