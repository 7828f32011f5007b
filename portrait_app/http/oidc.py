"""The way to a provider elsewhere and back: one address to leave by and one to come back to, for each of them."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import structlog
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from portrait_app.adapters.oidc import Declined, NotProven, ProviderDown, ProviderError, Trip
from portrait_app.errors import NotFound, PortraitError, SignedOut
from portrait_app.http import browsers
from portrait_app.http.cookies import FromElsewhere, require_own_page, signed_in
from portrait_app.http.local import local_path
from portrait_app.services import accounts, errands, identities, ways
from portrait_app.services.cookie import token_in
from portrait_app.services.errands import TooLate
from portrait_app.services.identities import AddressKnown, LinkedElsewhere, Unverified
from portrait_app.services.ways import NotFresh

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from starlette.requests import Request

    from portrait_app.adapters.oidc import Provider
    from portrait_app.http.auth import Doors
    from portrait_app.settings import Settings
    from portrait_app.wiring import Workshop

log = structlog.get_logger()

YOU = "/you"
# What the sign-in page can be asked to say, by name: an address carries no words of its own.
_OF_A_PROVIDER: dict[str, type[ProviderError]] = {
    kind.__name__: kind for kind in (ProviderDown, Declined, NotProven, Unverified, AddressKnown, LinkedElsewhere)
}
_OTHERS: dict[str, type[PortraitError]] = {kind.__name__: kind for kind in (TooLate, FromElsewhere, NotFresh)}
TROUBLES = (ProviderError, *_OTHERS.values())


def offered(settings: Settings, wanted: str, *, again: bool = False) -> list[tuple[str, str]]:
    """Return where each configured provider's button leads and what it is called, for the sign-in page."""
    query = urlencode({"next": wanted} | ({"again": "yes"} if again else {}))
    return [(f"/auth/with/{provider.key}?{query}", provider.name) for provider in settings.providers]


def trouble_in(settings: Settings, query: Mapping[str, str]) -> str:
    """Return what the sign-in page says of a way that didn't lead in; nothing when nothing is the matter."""
    kind = query.get("trouble", "")
    name = next((each.name for each in settings.providers if each.key == query.get("with")), "The other site")
    error = _OF_A_PROVIDER[kind](name) if kind in _OF_A_PROVIDER else _OTHERS[kind]() if kind in _OTHERS else None
    return f"{error.headline}. {error.hint}" if error else ""


class ProviderDoors:
    """The routes."""

    def __init__(self, workshop_of: Callable[[], Workshop], doors: Doors) -> None:
        self._workshop_of = workshop_of
        self._doors = doors

    def routes(self) -> list[Route]:
        """Return the routes, to be mounted beside the app."""
        return [
            Route("/auth/with/{provider}", self.leave, methods=["GET"]),
            Route("/auth/with/{provider}/callback", self.come_back, methods=["GET"]),
        ]

    async def leave(self, request: Request) -> Response:
        """Send the browser to a provider: to sign in, or (`?link=yes`) to add it to the account signed in here.

        A link and no form: a page's policy may keep forms from being answered with another site.
        """
        query, settings = request.query_params, self._workshop_of().settings
        trip, browser = Trip.new(), browsers.token_of(request, settings) or browsers.new_token()
        kept: dict[str, Any] = asdict(trip) | {"next": local_path(query.get("next", "")), "owner": None}
        try:
            provider = self._provider(request)
            require_own_page(request, settings)
            if "link" in query:
                kept |= {"owner": await self._owner_to_link(request), "next": YOU}
            address = await provider.address(trip, self._callback(provider), again="again" in query)
        except (*TROUBLES, SignedOut, NotFound) as error:
            return self._refused(request, error)
        await errands.leave(self._workshop_of().desk, "provider", browser, f"{provider.key}.{trip.state}", kept)
        answer = RedirectResponse(address, 303, headers={"Cache-Control": "no-store"})
        browsers.mark(answer, request, settings, browser)
        return answer

    async def come_back(self, request: Request) -> Response:
        """Take the browser in again, with what the provider says in the address."""
        try:
            provider, said = self._provider(request), request.query_params
            browser = browsers.token_of(request, self._workshop_of().settings)
            kept = await errands.take(
                self._workshop_of().desk, "provider", browser, f"{provider.key}.{said.get('state', '')}"
            )
            trip = Trip(kept["state"], kept["nonce"], kept["verifier"])
            claim = await provider.arrived(trip, self._callback(provider), said)
            if kept["owner"]:
                return await self._link(request, provider, claim, kept["owner"])
            device = request.headers.get("user-agent", "")
            signed = await identities.sign_in(self._workshop_of().desk, claim, provider.name, device)
        except (*TROUBLES, SignedOut, NotFound) as error:
            return self._refused(request, error)
        # Signed in anew, signed out of what was before: a session's token is never carried over.
        await accounts.sign_out(self._workshop_of().desk, token_in(request.headers.get("cookie", "")))
        answer = RedirectResponse(kept["next"], 303, headers={"Cache-Control": "no-store"})
        await self._doors.let_in(answer, signed, is_secure=browsers.is_secure(request, self._workshop_of().settings))
        return answer

    async def _link(self, request: Request, provider: Provider, claim: Any, owner: str) -> Response:
        desk = self._workshop_of().desk
        someone = await signed_in(request, desk)
        if str(someone.owner_id) != owner:
            raise TooLate("another person has signed in meanwhile")
        async with desk.for_person(someone.owner_id) as work:
            await identities.link(work, claim, provider.name)
        return RedirectResponse(YOU, 303, headers={"Cache-Control": "no-store"})

    async def _owner_to_link(self, request: Request) -> str:
        desk = self._workshop_of().desk
        someone = await signed_in(request, desk)
        await ways.require_fresh(desk, someone)
        return str(someone.owner_id)

    def _provider(self, request: Request) -> Provider:
        found = self._workshop_of().providers.get(request.path_params["provider"])
        if found is None:
            raise NotFound("a provider that is not configured")
        return found

    def _callback(self, provider: Provider) -> str:
        """Return the one address that this provider sends browsers back to (RFC 9700, 4.4: mix-up)."""
        return f"{self._workshop_of().settings.public_url}/auth/with/{provider.key}/callback"

    def _refused(self, request: Request, error: PortraitError) -> Response:
        """Say on the sign-in page what happened; who is signed in sees it there too, with a way back."""
        why = type(error).__name__
        log.info("provider.refused", why=why, detail=str(error)[:200])
        if isinstance(error, NotFound):
            return Response("There is no such way in.", 404, media_type="text/plain")
        query = {"trouble": why, "with": request.path_params["provider"]}
        if token_in(request.headers.get("cookie", "")):
            query["again"] = "yes"
        if "link" in request.query_params or isinstance(error, LinkedElsewhere | NotFresh):
            query["next"] = YOU
        return RedirectResponse(f"/auth/sign-in?{urlencode(query)}", 303, headers={"Cache-Control": "no-store"})
