"""Password and address: forgotten, changed, and what the links in mails open. Plain forms, like signing in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.background import BackgroundTask
from starlette.responses import RedirectResponse
from starlette.routing import Route

from portrait_app.domain.mail import MailKind
from portrait_app.domain.text import one_line
from portrait_app.errors import SignedOut
from portrait_app.http import browsers, forms
from portrait_app.http.cookies import signed_in, token_of
from portrait_app.services import addresses, complaints, fresh, limits, sessions, signing_in
from portrait_app.services.addresses import AddressTaken, LinkUsedUp
from portrait_app.services.complaints import WrongInput
from portrait_app.services.fresh import NotFresh
from portrait_app.services.leaving import AboutToLeave
from portrait_app.services.mails import LINK_PATH

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from starlette.requests import Request
    from starlette.responses import Response

    from portrait_app.database.mails import Link
    from portrait_app.services.sessions import Someone
    from portrait_app.wiring import Workshop

YOU = "/you"
_BY_HAND = "This studio sends no mail: the link is written down where it runs, and whoever runs it can give it to you."
# Each by whether there is a mail server.
ASKED = {True: "Check your mail", False: "Ask for the link"}
FORGOTTEN = {
    True: "If there is an account with this address, a mail is on its way to it. Its link lets you choose a new "
    "password, once and for ten minutes.",
    False: "If there is an account with this address, a link for a new password is made now, which works once and for "
    f"ten minutes. {_BY_HAND}",
}
CONFIRM_NEW = {
    True: "We have sent a link to the new address. Until you open it, your account keeps the one it has.",
    False: f"{_BY_HAND} Until you open it, your account keeps the address it has.",
}


class Letterbox:
    """What becomes of forgotten passwords, new ones, new addresses, and the links in mails."""

    def __init__(self, workshop_of: Callable[[], Workshop]) -> None:
        self._workshop_of = workshop_of

    def routes(self) -> list[Route]:
        """Return the routes, to be mounted beside the app."""
        both = ["GET", "POST"]
        return [
            Route("/auth/forgot", self.forgot, methods=both),
            Route(LINK_PATH + "{token}", self.link, methods=both),
            Route("/auth/password", self.password, methods=both),
            Route("/auth/address", self.address, methods=both),
        ]

    async def forgot(self, request: Request) -> Response:
        """Ask for the address, and say the same whatever it is."""
        workshop = self._workshop_of()
        is_by_mail = workshop.settings.confirms_addresses

        async def send(form: Mapping[str, str]) -> Response:
            email = one_line(form.get("email", "")).lower()
            if complaint := complaints.about_email(email):
                raise WrongInput({"email": complaint})
            await limits.take_from(workshop.desk, limits.FORGOTTEN_OF_NETWORK, forms.network(request))
            await limits.take(workshop.desk, limits.FORGOTTEN_OF_ACCOUNT, email)
            # Once the answer is given, so that it takes as long whether or not there is such an account.
            answer = forms.said(request, ASKED[is_by_mail], FORGOTTEN[is_by_mail], ("Sign in", "/auth/sign-in"))
            answer.background = BackgroundTask(
                addresses.ask_for_reset, workshop.desk, email, confirms_addresses=is_by_mail
            )
            return answer

        if request.method == "POST":
            return await forms.answered(request, workshop, "forgot.html", send, by_mail=is_by_mail)
        return forms.page(request, "forgot.html", {}, {}, by_mail=is_by_mail)

    async def link(self, request: Request) -> Response:
        """Show what a link is for, which any mail scanner may; only the button below uses it up."""
        workshop, token = self._workshop_of(), request.path_params["token"]
        try:
            await limits.take_from(workshop.desk, limits.LINK_OF_NETWORK, forms.network(request))
            link = await addresses.look_at(workshop.desk, token)
            act = self._reset if link.kind.sets_password else self._confirm
            return await act(request, workshop, link, token)
        except AboutToLeave as error:
            return forms.said(request, error.headline, error.hint, ("Back to You", YOU), 409)
        except SignedOut:  # the account went meanwhile, and its links with it
            return forms.said(request, LinkUsedUp.headline, LinkUsedUp.hint, ("Go on", forms.HOME), 410)
        except (LinkUsedUp, AddressTaken) as error:
            ways = {LinkUsedUp: ("Go on", forms.HOME), AddressTaken: ("Sign in", "/auth/sign-in")}
            return forms.said(request, error.headline, error.hint, ways[type(error)], 410)
        except limits.TooManyTries as error:
            return forms.said(request, error.headline, error.hint, status=429)

    async def password(self, request: Request) -> Response:
        """Change the password; this browser gets a new session, every other one is signed out."""
        workshop = self._workshop_of()

        async def change(form: Mapping[str, str], someone: Someone) -> Response:
            device, typed = request.headers.get("user-agent", ""), (form.get("password", ""), form.get("new", ""))
            signed = await addresses.change_password(workshop.desk, someone, device, current=typed[0], new=typed[1])
            return await forms.let_in(request, RedirectResponse(YOU, 303), workshop, signed)

        return await self._of_somebody(request, "password.html", change)

    async def address(self, request: Request) -> Response:
        """Ask for another address; a link to it makes it the account's."""
        workshop = self._workshop_of()

        async def ask(form: Mapping[str, str], someone: Someone) -> Response:
            await limits.take(workshop.desk, limits.MAIL_OF_PERSON, str(someone.owner_id))
            await addresses.ask_for_change(workshop.desk, someone, form.get("email", ""))
            is_by_mail = workshop.settings.confirms_addresses
            return forms.said(request, ASKED[is_by_mail], CONFIRM_NEW[is_by_mail], ("Back to You", YOU))

        return await self._of_somebody(request, "address.html", ask)

    async def _of_somebody(
        self, request: Request, template: str, act: Callable[[Mapping[str, str], Someone], Any]
    ) -> Response:
        """Show or take a form that only who signed in just now may post, a few times a minute."""
        workshop = self._workshop_of()
        try:
            someone = await signed_in(request, workshop)
            async with workshop.desk.for_person(someone.owner_id) as work:
                await fresh.require(work, someone)
                email = (await work.accounts.mine()).email
            own: dict[str, Any] = {"username": email, "by_mail": workshop.settings.confirms_addresses}
            if request.method != "POST":
                return forms.page(request, template, {}, {}, **own)

            async def counted(form: Mapping[str, str]) -> Response:
                await limits.take(workshop.desk, limits.PASSWORD_OF_PERSON, str(someone.owner_id))
                return await act(form, someone)

            return await forms.answered(request, workshop, template, counted, **own)
        except SignedOut:
            return RedirectResponse(f"/auth/sign-in?next={request.url.path}", 303)
        except NotFresh as error:
            return forms.signs_in(type(error).__name__, then=request.url.path)
        except AboutToLeave as error:
            return forms.said(request, error.headline, error.hint, ("Back to You", YOU), 409)

    async def _reset(self, request: Request, workshop: Workshop, link: Link, token: str) -> Response:
        async def choose(form: Mapping[str, str]) -> Response:
            is_by_mail = workshop.settings.confirms_addresses
            await addresses.reset(workshop.desk, token, form.get("password", ""), confirms_addresses=is_by_mail)
            browser = browsers.new_token()  # the one it carried may have been put or read there by somebody
            await signing_in.has_chosen(workshop.desk, browser, link.address)
            answer = forms.said(
                request,
                "Your new password is set",
                "Every browser was signed out. Sign in with the new password.",
                ("Sign in", "/auth/sign-in"),
            )
            browsers.mark(answer, request, workshop.settings, browser)
            return answer

        shown: dict[str, Any] = {"username": link.address, "is_let_in": link.kind is MailKind.LET_IN}
        if request.method == "POST":
            return await forms.answered(request, workshop, "reset.html", choose, **shown)
        return forms.page(request, "reset.html", {}, {}, **shown)

    async def _confirm(self, request: Request, workshop: Workshop, link: Link, token: str) -> Response:
        someone = await sessions.who(workshop.desk, token_of(request, workshop.settings))
        is_here = someone is not None and someone.owner_id == link.owner_id

        async def confirm(form: Mapping[str, str]) -> Response:
            if is_here:
                try:
                    await addresses.confirm(workshop.desk, token, someone, "")
                except SignedOut:  # just now: the page is shown anew, and asks for the password
                    return RedirectResponse(request.url.path, 303)
                return forms.said(request, "Your address is confirmed", f"It is {link.address}.", ("Go on", YOU))
            await limits.take(workshop.desk, limits.PASSWORD_OF_PERSON, str(link.owner_id))
            device, typed = request.headers.get("user-agent", ""), form.get("password", "")
            entered = await addresses.confirm(workshop.desk, token, None, typed, device)
            assert entered is not None  # nobody's browser, so a password opened it
            return await forms.go_on(request, workshop, entered, forms.HOME)

        shown: dict[str, Any] = {"username": link.address, "is_here": is_here}
        if request.method == "POST":
            return await forms.answered(request, workshop, "confirm.html", confirm, **shown)
        return forms.page(request, "confirm.html", {}, {}, **shown)
