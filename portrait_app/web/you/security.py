"""How one signs in, where one is signed in, and, for the operator, how the house is doing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import reflex as rx
from reflex_components_core.el.elements.base import BaseHTML

from portrait_app.services.sessions import EVERYWHERE
from portrait_app.web import ui
from portrait_app.web.you import door, inviting
from portrait_app.web.you.state import YouState

if TYPE_CHECKING:
    from portrait_app.web.you.cards import Count, Figure, SessionCard


def signing_in() -> rx.Component:
    """Password and address, and what is missing to be sure of the address."""
    return rx.fragment(
        rx.cond(
            YouState.is_confirmed,
            rx.fragment(),
            ui.notice(
                "Your address isn't confirmed yet",
                rx.cond(
                    YouState.sends_mail,
                    "A link to a new password would go there. Make sure that it reaches you.",
                    "This studio sends no mail: the link is written down where it runs, for whoever runs it.",
                ),
                ui.button(
                    rx.cond(YouState.sends_mail, "Send the link", "Make the link"), on_click=YouState.send_confirmation
                ),
            ),
        ),
        rx.el.div(
            rx.cond(
                YouState.has_password,
                ui.door("Change password", "/auth/password", is_full=True),
                ui.door("Set a password", "/auth/forgot", is_full=True),
            ),
            ui.door("Change address", "/auth/address", is_full=True),
            class_name="actions",
        ),
    )


def sessions() -> rx.Component:
    """Every browser that is signed in, each with its way out."""
    return rx.fragment(
        ui.lines(rx.foreach(YouState.sessions, _session)),
        rx.cond(
            YouState.sessions.length() > 1,
            rx.el.div(
                ui.button("Sign out everywhere else", on_click=YouState.end_other_sessions),
                sign_out("Sign out everywhere", rx.el.input(type="hidden", name="where", value=EVERYWHERE)),
                class_name="actions",
            ),
        ),
    )


class PlainForm(BaseHTML):
    """A form that is posted without script; Reflex's own form keeps the browser from posting it."""

    tag = "form"


def sign_out(words: str = "Sign out", *which: rx.Component) -> rx.Component:
    """A plain form, which the browser posts by itself: the cookie can only be taken back by a page load."""
    return PlainForm.create(
        *which,
        ui.button(words, submits=True, is_full=True),
        custom_attrs={"action": "/auth/sign-out", "method": "post"},
    )


def operators() -> rx.Component:
    """What only the operator sees: whether everything answers, how much the house is used, and a way to let people in.

    Figures, what is in doubt at the engine, and name and address of who waits to be let in; nothing of anybody else.
    """
    return rx.cond(
        YouState.is_operator,
        rx.el.section(
            rx.el.h2("This studio", class_name="card-title"),
            door.who_waits(),
            rx.foreach(YouState.not_offered, _not_offered),
            rx.foreach(YouState.doubts, _in_doubt),
            ui.lines(rx.foreach(YouState.health, _figure), rx.foreach(YouState.usage, _count)),
            inviting.invitations(),
            class_name="you-section",
            on_mount=YouState.check_health,
        ),
    )


def _session(session: rx.vars.ObjectVar[SessionCard]) -> rx.Component:
    return ui.line(
        rx.el.div(
            rx.el.span(session.device),
            rx.el.span(ui.locally.words(session.used), class_name="soft small"),
            class_name="you-words",
        ),
        rx.cond(
            session.is_this_one,
            rx.el.span("This one", class_name="soft"),
            ui.button(
                "Sign out",
                kind="plain",
                on_click=YouState.end_session(session.id),
                aria_label=f"Sign out {session.device}",
            ),
        ),
    )


def _figure(figure: rx.vars.ObjectVar[Figure]) -> rx.Component:
    return ui.line(rx.el.span(figure.name), rx.el.span(figure.value, class_name="soft"))


def _not_offered(why: rx.vars.StringVar) -> rx.Component:
    """What nobody is offered, since the engine would refuse it, or what could not be checked."""
    said = rx.el.p(why, " Run “make doctor” on this machine: it says what there is to do.")
    return ui.notice("The portrait engine needs a look", "", said, kind="care")


def _in_doubt(doubt: rx.vars.ObjectVar[Figure]) -> rx.Component:
    """An order of which nobody can say whether it was taken, with what to look for at the engine."""
    said = rx.el.p(
        doubt.value,
        " Its person was told, and it was not ordered again. This settles it by your word: ",
        rx.el.code("python -m portrait_app doubts"),
    )
    return ui.notice(doubt.name, "", said, kind="care")


def _count(count: rx.vars.ObjectVar[Count]) -> rx.Component:
    return ui.line(rx.el.span(count.name), rx.el.span(ui.locally.number(count.value), class_name="soft"))
