"""Signing up, in and out by plain forms, which work before any script has loaded and without any."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from starlette.background import BackgroundTask
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from portrait_app.domain.text import one_line
from portrait_app.http import browsers, forms
from portrait_app.http.cookies import FromElsewhere, require_own_page, token_of
from portrait_app.http.oidc import offered, trouble_in
from portrait_app.services import accounts, limits, passwords, sessions, signing_in
from portrait_app.services.accounts import NotInvited, SignUp
from portrait_app.services.admitting import WAITS_AT_MOST
from portrait_app.services.complaints import WrongInput
from portrait_app.services.cookie import cookie_name
from portrait_app.services.limits import TooManyTries
from portrait_app.services.signing_in import NotLetIn

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from starlette.requests import Request

    from portrait_app.services.sessions import Someone
    from portrait_app.wiring import Workshop

CHECK_YOUR_MAIL = "We have sent you a mail. Its link confirms your address and lets you in, once and for ten minutes."
# None of them says whether the address has an account: each is as true when it has.
WAIT = (
    "This studio sends no mail, so whoever runs it opens the door. They see under You who would like to come in, and "
    "let them in with one tap: tell them that it is you. Then sign in with your password. If nobody has let you in "
    f"after {WAITS_AT_MOST.days} days, what you typed is deleted, and you can ask again. If you have had an account "
    "with this address before, it is as it was."
)
INVITED = (
    "Your invitation is used, and opens the door. Now sign in with the password you chose. If you have had an account "
    "with this address before, it is as it was, and so is its password. If yours opens nothing, ask for another "
    "link: this one may have been used, or taken back, a moment before you."
)
ALREADY_IN = (
    "Somebody is signed in in this browser, and an invitation is for an account of its own. To use it here, sign out "
    "under You and open the link once more, or open it in another browser. It has not been used."
)


class Doors:
    """The sign-in and sign-up pages, and the way out."""

    def __init__(self, workshop_of: Callable[[], Workshop]) -> None:
        self._workshop_of = workshop_of

    def routes(self) -> list[Route]:
        """Return the routes, to be mounted beside the app."""
        return [
            Route("/auth/sign-up", self.sign_up, methods=["GET", "POST"]),
            Route("/auth/sign-in", self.sign_in, methods=["GET", "POST"]),
            Route("/auth/sign-out", self.sign_out, methods=["POST"]),
            Route("/auth/strength", self.strength, methods=["POST"]),
        ]

    async def sign_up(self, request: Request) -> Response:
        """Show the form, or make an account."""
        workshop = self._workshop_of()

        async def make(form: Mapping[str, str]) -> Response:
            await limits.take_from(workshop.desk, limits.SIGN_UP_OF_NETWORK, forms.network(request))
            mode, invite = SignUp(workshop.settings.sign_up), form.get("invite", "")
            asked = {field: form.get(field, "") for field in ("name", "email", "password")}
            account = await accounts.ask_for_account(workshop.desk, **asked, mode=mode, invite=invite)
            if not workshop.settings.confirms_addresses:
                device = request.headers.get("user-agent", "")
                if signed := await accounts.come_first(workshop.desk, account, device, mode, invite):
                    return await forms.go_on(request, workshop, signed, forms.local(form.get("next", "")))
            await limits.take(workshop.desk, limits.SIGN_UP_OF_ACCOUNT, account.email)
            answer = self._asked(request, form)
            # Once the answer is given, so that it takes as long whether or not the address has an account.
            answer.background = BackgroundTask(accounts.make_account, workshop.desk, account, mode, invite)
            return answer

        invite = request.query_params.get("invite", "")
        try:
            if request.method == "POST":
                return await forms.answered(
                    request, workshop, "sign_up.html", make, ways=offered(workshop.settings, request)
                )
            await accounts.require_open(workshop.desk, SignUp(workshop.settings.sign_up), invite)
        except NotInvited as error:
            return forms.said(request, error.headline, error.hint, ("Sign in", "/auth/sign-in"), 403)
        if invite and await sessions.behind(workshop.desk, token_of(request, workshop.settings)):
            return forms.said(request, "You are signed in already", ALREADY_IN, ("Go on", "/you"))
        return await self._show(request, "sign_up.html", invite=invite)

    def _asked(self, request: Request, form: Mapping[str, str]) -> Response:
        """Say the same whether or not the address has an account; a mail says more, to whom it belongs."""
        settings, following = self._workshop_of().settings, forms.local(form.get("next", ""))
        if settings.confirms_addresses:
            return forms.said(request, "Check your mail", CHECK_YOUR_MAIL)
        onward = ("Sign in", f"/auth/sign-in?{urlencode({'next': following})}")
        if SignUp(settings.sign_up) is SignUp.INVITE:
            return forms.said(request, "Now sign in", INVITED, onward)
        return forms.said(request, "Ask to be let in", WAIT, onward)

    async def sign_in(self, request: Request) -> Response:
        """Show the form, or sign in."""
        workshop = self._workshop_of()

        async def enter(form: Mapping[str, str]) -> Response:
            email = one_line(form.get("email", "")).lower()
            browser = browsers.token_of(request, workshop.settings)
            await signing_in.count_try(workshop.desk, email, forms.network(request), browser)
            try:
                signed = await signing_in.sign_in(
                    workshop.desk,
                    email=email,
                    password=form.get("password", ""),
                    device=request.headers.get("user-agent", ""),
                    must_be_confirmed=workshop.settings.confirms_addresses,
                )
            except NotLetIn as error:
                return self._not_let_in(request, form, error)
            return await forms.go_on(request, workshop, signed, forms.local(form.get("next", "")))

        if request.method == "POST":
            return await forms.answered(
                request, workshop, "sign_in.html", enter, ways=offered(workshop.settings, request)
            )
        return await self._show(request, "sign_in.html")

    def _not_let_in(self, request: Request, form: Mapping[str, str], error: NotLetIn) -> Response:
        """Say the same whatever was wrong; a link to who has to confirm the address goes once that has been said."""
        workshop = self._workshop_of()
        ways = offered(workshop.settings, request)
        answer = forms.page(request, "sign_in.html", form, error.fields, 422, ways=ways)
        if error.unconfirmed:
            answer.background = BackgroundTask(signing_in.confirm_again, workshop.desk, error.unconfirmed)
        return answer

    async def sign_out(self, request: Request) -> Response:
        """End the session, or every one of the person's, and go to the public page."""
        workshop = self._workshop_of()
        try:
            require_own_page(request, workshop.settings)
            is_everywhere = (await forms.typed(request)).get("where") == sessions.EVERYWHERE
        except FromElsewhere as error:
            return Response(error.hint, 403)
        except WrongInput as error:
            return Response(error.fields["form"], 413)
        end = sessions.end_everywhere if is_everywhere else sessions.end_former
        await end(workshop.desk, token_of(request, workshop.settings))
        answer = RedirectResponse("/", 303)  # the look stays: it is the browser's as much as the person's
        is_https = workshop.settings.is_https
        answer.delete_cookie(cookie_name(is_https=is_https), path="/", secure=is_https, httponly=True, samesite="lax")
        return answer

    async def strength(self, request: Request) -> Response:
        """Judge a password while it is typed, by the very rules that will judge it when it is sent."""
        workshop = self._workshop_of()
        try:
            require_own_page(request, workshop.settings)
            await limits.take_from(workshop.desk, limits.STRENGTH_OF_NETWORK, forms.network(request))
            form = await forms.typed(request)
        except (FromElsewhere, WrongInput, TooManyTries) as error:
            return JSONResponse({"says": error.hint}, 400, headers=forms.NEVER_KEPT)
        judged = await passwords.strength(form.get("password", ""), form.get("name", ""), form.get("email", ""))
        said = {"score": judged.score, "says": judged.complaint or judged.says, "is_taken": not judged.complaint}
        return JSONResponse(said, headers=forms.NEVER_KEPT)

    async def _show(self, request: Request, template: str, **values: str) -> Response:
        """Show the empty form; who is signed in already goes straight on, unless they are to prove it `again`."""
        workshop, wanted = self._workshop_of(), request.query_params.get("next", "")
        someone = await sessions.behind(workshop.desk, token_of(request, workshop.settings))
        if someone and "again" not in request.query_params:
            return RedirectResponse(forms.FIRST_PASSKEY if someone.is_half else forms.local(wanted), 303)
        trouble = trouble_in(workshop.settings, request.query_params)
        errors = {"form": trouble} if trouble else {}
        shown = {"next": wanted, "email": await self._address_of(someone), **values}
        answer = forms.page(request, template, shown, errors, ways=offered(workshop.settings, request))
        browsers.meet(answer, request, workshop.settings)
        return answer

    async def _address_of(self, someone: Someone | None) -> str:
        """Return who is to prove it again, or nothing."""
        if someone is None:
            return ""
        async with self._workshop_of().desk.for_person(someone.owner_id) as work:
            return (await work.accounts.mine()).email
