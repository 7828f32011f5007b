"""An OpenID provider that says what a test wants it to say, rightly signed or not."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from joserfc import jwt
from joserfc.jwk import KeySet, OctKey, RSAKey
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

CLIENT, SECRET = "studio", "a secret of forty letters, known to both"


@dataclass
class OpenId:
    """The provider; `described`, `claims` and `about` change what it says of itself, in its tokens and of a person."""

    issuer: str = ""
    described: dict[str, Any] = field(default_factory=dict)
    claims: dict[str, Any] = field(default_factory=dict)
    about: dict[str, Any] = field(default_factory=dict)
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "its"}))
    signs_with: Any = None
    algorithm: str = "RS256"
    has_id_token: bool = True
    nonce: str = ""
    secret_came_by: str = ""

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/.well-known/openid-configuration", self.describe),
                Route("/jwks", self.jwks),
                Route("/token", self.token, methods=["POST"]),
                Route("/me", self.me),
            ]
        )

    def remembers(self, address: str) -> None:
        """Take the nonce from the address that a browser was sent to."""
        self.nonce = parse_qs(urlsplit(address).query)["nonce"][0]

    async def describe(self, _: Request) -> Response:
        return JSONResponse(
            {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/jwks",
                "userinfo_endpoint": f"{self.issuer}/me",
                "id_token_signing_alg_values_supported": ["RS256", "HS256", "none"],
                **self.described,
            }
        )

    async def jwks(self, _: Request) -> Response:
        return JSONResponse(KeySet([self.key]).as_dict(private=False))

    async def token(self, request: Request) -> Response:
        self.secret_came_by = "header" if "authorization" in request.headers else "body"
        said = {"access_token": "a-token", "token_type": "Bearer"}
        return JSONResponse(said | {"id_token": self.id_token()} if self.has_id_token else said)

    async def me(self, _: Request) -> Response:
        return JSONResponse({"sub": "ada", "email": "Ada@Example.com", "email_verified": True, **self.about})

    def id_token(self) -> str:
        moment = int(time.time())
        claims = {"iss": self.issuer, "sub": "ada", "aud": CLIENT, "iat": moment, "exp": moment + 60}
        said = {name: value for name, value in (claims | {"nonce": self.nonce} | self.claims).items() if value != ""}
        key = self.signs_with or self.key
        return jwt.encode({"alg": self.algorithm, "kid": "its"}, said, key, algorithms=[self.algorithm])


def knows_the_secret() -> OctKey:
    """A key that whoever knows the client's secret has."""
    return OctKey.import_key(SECRET, {"kid": "its"})
