"""The way to a provider elsewhere and back: one address to leave by and one to come back to, for each of them."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import structlog
from starlette.responses import RedirectResponse
from starlette.routing import Route

from portrait_app.adapters.oidc import Declined, NotProven, ProviderDown, ProviderError, Trip
from portrait_app.adapters.providers import callback_of
from portrait_app.domain.text import one_line
from portrait_app.errors import NotFound, PortraitError, SignedOut
from portrait_app.http import browsers, forms
from portrait_app.http.cookies import FromElsewhere, require_own_page, signed_in, token_of
from portrait_app.services import errands, fresh, identities, limits
from portrait_app.services.accounts import NotInvited, SignUp, TakesNobody
from portrait_app.services.errands import TooLate
from portrait_app.services.fresh import NotFresh, OnlyVouchedFor
from portrait_app.services.identities import AddressKnown, LinkedElsewhere, Newcomer, Unverified
from portrait_app.services.limits import TooManyTries
from portrait_app.services.steps import NotByPasskey

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from starlette.requests import Request
    from starlette.responses import Response

    from portrait_app.adapters.oidc import Provider
    from portrait_app.domain.identity import Claim
    from portrait_app.settings import Settings
    from portrait_app.wiring import Workshop

log = structlog.get_logger()

YOU, SIGN_IN = "/you", "/auth/sign-in"
NO_SUCH_WAY = "The studio doesn't use that one, or no longer. Nothing was changed; sign in another way."
# What the sign-in page can be asked to say, by name: an address carries no words of its own.
_OF_A_PROVIDER: dict[str, type[ProviderError]] = {
    kind.__name__: kind for kind in (ProviderDown, Declined, NotProven, Unverified, AddressKnown, LinkedElsewhere)
}
_OTHERS: dict[str, type[PortraitError]] = {
    kind.__name__: kind
    for kind in (TooLate, FromElsewhere, NotFresh, OnlyVouchedFor, NotByPasskey, NotInvited, TakesNobody)
}
TROUBLES = (ProviderError, *_OTHERS.values())


def offered(settings: Settings, request: Request) -> list[tuple[str, str]]:
    """Return where each configured provider's button leads and what it is called, for the page that is asked for."""
    carried = {name: request.query_params[name] for name in ("next", "again", "invite") if name in request.query_params}
    query = f"?{urlencode(carried)}" if carried else ""
    return [(f"/auth/with/{provider.key}{query}", provider.name) for provider in settings.providers]


def trouble_in(settings: Settings, query: Mapping[str, str]) -> str:
    """Return what the sign-in page says of a way that didn't lead in; nothing when nothing is the matter."""
    kind = query.get("trouble", "")
    name = next((each.name for each in settings.providers if each.key == query.get("with")), "The other site")
    error = _OF_A_PROVIDER[kind](name) if kind in _OF_A_PROVIDER else _OTHERS[kind]() if kind in _OTHERS else None
    return f"{error.headline}. {error.hint}" if error else ""


class ProviderDoors:
    """The routes."""

    def __init__(self, workshop_of: Callable[[], Workshop]) -> None:
        self._workshop_of = workshop_of

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
        workshop, query = self._workshop_of(), request.query_params
        trip, browser = Trip.new(), browsers.token_of(request, workshop.settings) or browsers.new_token()
        try:
            provider = self._provider(request)
            require_own_page(request, workshop.settings)
            await limits.take_from(workshop.desk, limits.PROVIDER_OF_NETWORK, forms.network(request))
            owner = await self._owner_to_link(request) if "link" in query else None
            address = await provider.address(trip, self._callback(provider), again="again" in query)
        except (*TROUBLES, TooManyTries, SignedOut, NotFound) as error:
            return self._refused(request, error)
        after = YOU if owner else forms.local(query.get("next", ""))
        kept = asdict(trip) | {"next": after, "owner": owner, "invite": one_line(query.get("invite", ""))[:200]}
        await errands.leave(workshop.desk, "provider", browser, f"{provider.key}.{trip.state}", kept)
        answer = RedirectResponse(address, 303, headers=forms.NEVER_KEPT)
        browsers.mark(answer, request, workshop.settings, browser)
        return answer

    async def come_back(self, request: Request) -> Response:
        """Take the browser in again, with what the provider says in the address."""
        workshop, said = self._workshop_of(), request.query_params
        browser = browsers.token_of(request, workshop.settings)
        try:
            provider = self._provider(request)
            kept = await errands.take(workshop.desk, "provider", browser, f"{provider.key}.{said.get('state', '')}")
            trip = Trip(kept["state"], kept["nonce"], kept["verifier"])
            claim = await provider.arrived(trip, self._callback(provider), said)
            if kept["owner"]:
                return await self._link(request, provider, claim, kept["owner"])
            return await self._enter(request, provider, claim, kept)
        except (*TROUBLES, SignedOut, NotFound) as error:
            return self._refused(request, error)

    async def _enter(self, request: Request, provider: Provider, claim: Claim, kept: dict[str, Any]) -> Response:
        workshop, device = self._workshop_of(), request.headers.get("user-agent", "")
        mode = SignUp(workshop.settings.sign_up)
        comer = Newcomer(claim, provider.name, device, mode, kept["invite"])
        signed = await identities.sign_in(workshop.desk, comer)
        return await forms.go_on(request, workshop, signed, kept["next"])

    async def _link(self, request: Request, provider: Provider, claim: Claim, owner: str) -> Response:
        workshop = self._workshop_of()
        someone = await signed_in(request, workshop)
        if str(someone.owner_id) != owner:
            raise TooLate("another person has signed in meanwhile")
        async with workshop.desk.for_person(someone.owner_id) as work:
            await identities.link(work, someone, claim, provider.name)
        return RedirectResponse(YOU, 303, headers=forms.NEVER_KEPT)

    async def _owner_to_link(self, request: Request) -> str:
        workshop = self._workshop_of()
        someone = await signed_in(request, workshop)
        await fresh.require_before(workshop.desk, someone)
        return str(someone.owner_id)

    def _provider(self, request: Request) -> Provider:
        found = self._workshop_of().providers.get(request.path_params["provider"])
        if found is None:
            raise NotFound("a provider that is not configured")
        return found

    def _callback(self, provider: Provider) -> str:
        return callback_of(self._workshop_of().settings.public_url, provider.key)

    def _refused(self, request: Request, error: PortraitError) -> Response:
        """Say on the sign-in page what happened; who is signed in sees it there too, and goes on to You."""
        why = type(error).__name__
        log.info("provider.refused", why=why, detail=str(error)[:200])
        if isinstance(error, NotFound):
            return forms.said(request, "There is no such way in", NO_SUCH_WAY, ("Sign in", SIGN_IN), 404)
        if isinstance(error, TooManyTries):
            return forms.said(request, error.headline, error.hint, ("Sign in", SIGN_IN), 429)
        query = {"trouble": why, "with": request.path_params["provider"]}
        if token_of(request, self._workshop_of().settings):
            query["again"] = "yes"
        if "link" in request.query_params or isinstance(error, (LinkedElsewhere, NotFresh)):
            query["next"] = YOU
        return RedirectResponse(f"{SIGN_IN}?{urlencode(query)}", 303, headers=forms.NEVER_KEPT)
