"""Two steps at the door: the page of the second, the page of the first passkey, and the one where both are chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from starlette.responses import RedirectResponse
from starlette.routing import Route

from portrait_app.adapters.passkeys import House, NoPasskeysHere
from portrait_app.domain.recovery import AT_ONCE, FEW
from portrait_app.errors import SignedOut
from portrait_app.http import browsers, forms
from portrait_app.http.cookies import halfway_in, signed_in, token_of
from portrait_app.services import limits, sessions, steps, ways
from portrait_app.services.complaints import WrongInput
from portrait_app.services.errands import TooLate
from portrait_app.services.fresh import NotFresh
from portrait_app.services.passkeys import Visitor
from portrait_app.services.steps import AlreadyShown, NotByPasskey, NotReady

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from starlette.requests import Request
    from starlette.responses import Response

    from portrait_app.services.sessions import Someone
    from portrait_app.wiring import Workshop

SIGN_IN = "/auth/sign-in"


class StepDoors:
    """The pages, all of them plain forms; a passkey itself is brought by script (`http/passkeys`)."""

    def __init__(self, workshop_of: Callable[[], Workshop]) -> None:
        self._workshop_of = workshop_of

    def routes(self) -> list[Route]:
        """Return the routes, to be mounted beside the app."""
        return [
            Route(forms.SECOND, self.second, methods=["GET", "POST"]),
            Route(forms.FIRST_PASSKEY, self.first_passkey, methods=["GET"]),
            Route(forms.TWO_STEPS, self.two_steps, methods=["GET", "POST"]),
        ]

    async def second(self, request: Request) -> Response:
        """Ask for a passkey after the first step, or take a recovery code in its place."""
        workshop, word = self._workshop_of(), browsers.step_of(request, self._workshop_of().settings)

        async def take(form: Mapping[str, str]) -> Response:
            await limits.take_from(workshop.desk, limits.CODE_OF_NETWORK, forms.network(request))
            visitor = Visitor(browsers.token_of(request, workshop.settings), request.headers.get("user-agent", ""))
            signed = await steps.by_code(workshop.desk, visitor, word, form.get("code", ""))
            await sessions.end_former(workshop.desk, token_of(request, workshop.settings))
            # To where the lost passkey is seen to, and where it says how many codes are left.
            answer = RedirectResponse(forms.TWO_STEPS, 303, headers=forms.NEVER_KEPT)
            browsers.mark_step(answer, request, workshop.settings, "")
            return await forms.let_in(request, answer, workshop, signed)

        try:
            if request.method == "POST":
                return await forms.answered(request, workshop, "second.html", take)
        except TooLate:
            return forms.signs_in("TooLate")
        return forms.page(request, "second.html", {}, {}) if word else forms.signs_in("TooLate")

    async def first_passkey(self, request: Request) -> Response:
        """Ask whoever is halfway in for their first passkey: nothing else is open to them."""
        workshop = self._workshop_of()
        try:
            someone = await halfway_in(request, workshop)
        except SignedOut:
            return RedirectResponse(SIGN_IN, 303, headers=forms.NEVER_KEPT)
        async with workshop.desk.for_person(someone.owner_id) as work:
            account, mine = await work.accounts.mine(), await ways.of(work)
        if not someone.is_half:
            return RedirectResponse(forms.HOME, 303, headers=forms.NEVER_KEPT)
        if mine.passkeys:  # added meanwhile, somewhere else: it is asked for like any other
            return forms.signs_in("NotByPasskey")
        shown: dict[str, Any] = {"email": account.email, "why_not": _why_no_passkeys(workshop)}
        return forms.page(request, "first_passkey.html", {}, {}, **shown)

    async def two_steps(self, request: Request) -> Response:
        """Show whether two steps are asked for; turn that on or off, or make new recovery codes."""
        workshop = self._workshop_of()
        try:
            someone = await signed_in(request, workshop)
            shown = await self._shown(someone)
            if request.method != "POST":
                said = AlreadyShown if request.query_params.get("codes") == "shown" else None
                return forms.page(request, "two_steps.html", {}, {}, said=said, **shown)

            async def change(form: Mapping[str, str]) -> Response:
                return await self._change(request, someone, form)

            return await forms.answered(request, workshop, "two_steps.html", change, **shown)
        except SignedOut:
            return RedirectResponse(f"{SIGN_IN}?{urlencode({'next': forms.TWO_STEPS})}", 303, headers=forms.NEVER_KEPT)
        except (NotFresh, NotByPasskey) as error:
            return forms.signs_in(type(error).__name__, then=forms.TWO_STEPS)

    async def _change(self, request: Request, someone: Someone, form: Mapping[str, str]) -> Response:
        desk, what = self._workshop_of().desk, form.get("do", "")
        if what not in ("on", "off", "codes"):
            raise WrongInput({"form": "Choose one of the buttons below."})
        await limits.take(desk, limits.PASSWORD_OF_PERSON, str(someone.owner_id))
        try:
            if what == "off":
                await steps.turn_off(desk, someone)
                return RedirectResponse(forms.TWO_STEPS, 303, headers=forms.NEVER_KEPT)
            codes = await (steps.turn_on if what == "on" else steps.renew_codes)(
                desk, someone, form.get("instead_of", "")
            )
        except NotReady as error:
            raise WrongInput({"form": f"{error.headline}. {error.hint}"}) from None
        except AlreadyShown:  # led on, so that loading that page again asks for nothing
            return RedirectResponse(f"{forms.TWO_STEPS}?codes=shown", 303, headers=forms.NEVER_KEPT)
        return forms.page(request, "codes.html", {}, {}, codes=codes, is_new=what == "codes")

    async def _shown(self, someone: Someone) -> dict[str, Any]:
        workshop = self._workshop_of()
        async with workshop.desk.for_person(someone.owner_id) as work:
            account, mine = await work.accounts.mine(), await ways.of(work)
            codes = await work.recovery_codes.set_id()
        return {
            "code_set": codes,
            "is_on": mine.asks_two_steps,
            "is_of_all": workshop.desk.asks_two_steps,
            "has_passkey": bool(mine.passkeys),
            "is_confirmed": account.verified_at is not None,
            "why_not": _why_no_passkeys(workshop),
            "left": mine.codes_left,
            "at_once": AT_ONCE,
            "are_few": mine.codes_left <= FEW,
        }


def _why_no_passkeys(workshop: Workshop) -> str:
    """Say why browsers give none to this address; nothing where they do."""
    try:
        House.at(workshop.settings.public_url)
    except NoPasskeysHere as error:
        return f"{error.headline}. {error.hint}"
    return ""
