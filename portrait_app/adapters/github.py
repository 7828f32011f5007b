"""Signs in by GitHub, which speaks OAuth 2 and no OpenID."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from portrait_app.adapters.oidc import POSTED, NotProven, Provider
from portrait_app.settings_of_providers import GITHUB_ISSUER

if TYPE_CHECKING:
    import httpx

    from portrait_app.adapters.oidc import Trip
    from portrait_app.domain.identity import Claim


class GitHub(Provider):
    """GitHub, which speaks OAuth 2 alone: the person is a number, and their address is asked for."""

    scope = "read:user user:email"
    client_auth = POSTED
    _API = "https://api.github.com"

    def _where(self) -> dict[str, Any]:
        return {
            "authorize_url": f"{self.issuer}/login/oauth/authorize",
            "access_token_url": f"{self.issuer}/login/oauth/access_token",
        }

    async def _described(self) -> dict[str, Any]:
        # Its callbacks name this issuer, which is not where its accounts live.
        return {"issuer": f"{self.issuer}/login/oauth"}

    async def _read(self, token: dict[str, Any], trip: Trip) -> Claim:
        del trip  # no ID token, so no nonce: the state and the code's verifier bind the answer to the browser
        person = cast("dict[str, Any]", await self._ask("user", token))
        addresses = cast("list[dict[str, Any]]", await self._ask("user/emails", token))
        proven = [each["email"] for each in addresses if each["primary"] is True and each["verified"] is True]
        number = person["id"]
        if not isinstance(number, int) or isinstance(number, bool):
            raise NotProven(self.name, "a person without a number")
        address, name = proven[0] if proven else "", person.get("name") or person["login"]
        return self._claim(str(number), address, name, is_verified=bool(proven))

    async def _ask(self, path: str, token: dict[str, Any]) -> object:
        answer: httpx.Response = await self._app.get(f"{self._api}/{path}", token=token)
        return answer.raise_for_status().json()

    @property
    def _api(self) -> str:
        return self._API if self.issuer == GITHUB_ISSUER else f"{self.issuer}/api/v3"  # a GitHub of one's own
