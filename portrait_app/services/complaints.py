"""What is wrong with something typed into a form, said beside its field."""

from __future__ import annotations

import re

from portrait_app.errors import PortraitError

LONGEST_NAME, LONGEST_EMAIL = 80, 254
# No grammar of RFC 5321, only what every mail server takes; whether it is somebody's, a mail to it finds out.
_WORD = r"[^\s@<>(),;:\"\[\]\\.]+"
_ADDRESS = re.compile(rf"(?=[^@]{{1,64}}@){_WORD}(\.{_WORD})*@{_WORD}(\.{_WORD})+")


class WrongInput(PortraitError):
    """Something typed into a form can't be taken; `fields` says what, beside each field."""

    headline = "Please look at the form again"

    def __init__(self, fields: dict[str, str]) -> None:
        super().__init__(f"wrong fields: {', '.join(fields)}")
        self.fields = fields
        self.hint = " ".join(fields.values())


def about_name(name: str) -> str:
    """Say what is wrong with a person's name; nothing when it is right."""
    if not name:
        return "What shall we call you?"
    return f"Please keep it under {LONGEST_NAME} characters." if len(name) > LONGEST_NAME else ""


def about_email(email: str) -> str:
    """Say what is wrong with an address; nothing when it looks like one."""
    if len(email) > LONGEST_EMAIL or not _ADDRESS.fullmatch(email):
        return "This doesn't look like an e-mail address."
    if not email.partition("@")[0].isascii():  # it would take SMTPUTF8 (RFC 6531) on all of its way
        return "Our mails can't reach this address: please use one with letters from a to z alone before the @."
    return ""
