"""Invitations, for the operator of a house that is entered by them: made, shown once, and taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import reflex as rx

from portrait_app.web import ui
from portrait_app.web.you.admitting import TAKE_BACK_SHEET, AdmittingState
from portrait_app.web.you.state import INVITE_SHEET, YouState

if TYPE_CHECKING:
    from portrait_app.web.ui.kinds import Words
    from portrait_app.web.you.cards import InviteCard

INVITE_FIELD = "invite-link"


def invitations() -> rx.Component:
    """Those that nobody has used yet, and a way to make one; nothing where nobody comes in by them."""
    return rx.cond(
        YouState.takes_invites,
        rx.fragment(
            # Before the list, which grows to fifty: the way to one more stays where it was.
            ui.button("Invite somebody", on_click=YouState.invite),
            rx.cond(YouState.invites.length() > 0, ui.lines(rx.foreach(YouState.invites, _open))),
        ),
    )


def sheets() -> tuple[rx.Component, ...]:
    """The link of an invitation, which is shown once; and what is asked before one is taken back."""
    link = ui.sheet(
        INVITE_SHEET,
        "An invitation",
        rx.el.p("Whoever uses this link first gets an account. It works once, for a week, and is shown only now."),
        rx.el.input(
            id=INVITE_FIELD,
            value=YouState.invite_link,
            read_only=True,
            class_name="input",
            aria_label="Link of the invitation",
        ),
        actions=(ui.button("Copy the link", kind="primary", data_copies=INVITE_FIELD),),
    )
    asking = ui.confirm(
        TAKE_BACK_SHEET,
        "Take this invitation back?",
        rx.fragment(
            "The link of ",
            *_moment(AdmittingState.invited_at),
            " opens nothing any more, for whoever has it. You can always make another one.",
        ),
        action="Take back",
        on_confirm=AdmittingState.take_back,
    )
    return link, asking


def _open(invite: rx.vars.ObjectVar[InviteCard]) -> rx.Component:
    which = f"invited-{invite.id}"
    return ui.line(
        rx.el.div(
            rx.el.span("Invited ", *_moment(invite.since), id=which),
            rx.el.span("Open until ", *_moment(invite.until), class_name="soft small"),
            class_name="you-words",
        ),
        ui.button(
            "Take back",
            kind="plain",
            on_click=AdmittingState.ask_to_take_back(invite.id),
            aria_describedby=which,
        ),
    )


def _moment(at: Words) -> tuple[rx.Component | str, ...]:
    return ui.locally.day(at), ", ", ui.locally.time(at)
