"""The words of each mail. None carries what somebody typed: a stranger could otherwise write to others through us."""

from __future__ import annotations

from typing import NamedTuple

from portrait_app.domain.mail import MailKind

_UNASKED = "If that wasn't you, there is nothing to do: without the link nothing changes."
_IN_DOUBT = (
    "The connection to the portrait engine broke just as this was ordered, and nobody can say whether it was taken. "
    "It was not ordered again by itself, so nothing is charged twice."
)
_UNNAMED = (
    "The portrait engine made your face model and no longer says which it is, and you are never shown somebody else's "
    "by a guess. It was not started again by itself, so nothing is charged twice."
)
_SWITCH_OFF = (
    "You get this mail because you asked to be told. Say under Preferences what we tell you: {studio}/you/preferences"
    "\n\nOr have such mails stop, with one tap and without signing in: {stop}"
)
_GOOD_FOR = "The link works once, for ten minutes."


class Letter(NamedTuple):
    """A mail's subject and its text."""

    subject: str
    body: str


def letter(kind: MailKind, *, studio: str, link: str = "", more: str = "", stop: str = "") -> Letter:
    """Word a mail.

    Args:
        kind: what it is for.
        studio: the studio's address.
        link: the address of its button, for the kinds that have one.
        more: what is to be said besides, for the kind that has room for it.
        stop: the address at which such mails are stopped, for those that are news.
    """
    subject, *lines = _WORDS[kind]
    given = {"studio": studio, "link": link, "more": more, "stop": stop}
    body = "\n\n".join(lines).format(**given, good_for=_GOOD_FOR, unasked=_UNASKED)
    return Letter(subject, f"{body}\n\nPortrait Studio\n{studio}\n")


_WORDS: dict[MailKind, tuple[str, ...]] = {
    MailKind.CONFIRM: (
        "Confirm your address",
        "Please confirm that this address is yours:",
        "{link}",
        "{good_for} You can ask for another one under You.",
        "{unasked}",
    ),
    MailKind.RESET: (
        "Choose a new password",
        "Somebody, you we hope, asked for a new password for the account with this address:",
        "{link}",
        "{good_for} Your present password stays until you have chosen another.",
        "{unasked}",
    ),
    MailKind.LET_IN: (
        "A way back into your account",
        "Whoever runs the studio was asked, by you we hope, to let you in again. Choose a new password:",
        "{link}",
        "{good_for} Once you have chosen, every other way in is removed; you can add them anew under You.",
        "Every browser was signed out just now. Your pictures are where they were.",
        "If that wasn't you, leave the link alone, and tell whoever runs the studio. Nothing else has changed.",
    ),
    MailKind.TAKEN: (
        "You have an account already",
        "Somebody, you we hope, wanted to make an account with this address. There is one already.",
        "Sign in at {studio}/auth/sign-in",
        "You forgot the password? Choose another at {studio}/auth/forgot",
        "If that wasn't you, there is nothing to do: nobody learned of your account.",
    ),
    MailKind.NEW_PASSWORD: (
        "Your password was changed",
        "The password of your account was changed just now, and every other browser was signed out.",
        "If that wasn't you, choose another at once: {studio}/auth/forgot",
    ),
    MailKind.NEW_WAYS: (
        "Another way into your account",
        "A passkey, or an account elsewhere that signs you in, was added to your account or taken away just now.",
        "One that is taken away signs every browser out but the one in which that was done.",
        "All of them are at {studio}/you",
        "If that wasn't you, remove what you don't know there, and choose another password: {studio}/auth/forgot",
    ),
    MailKind.TWO_STEPS_ON: (
        "Two steps open your account now",
        "From now on your password is not enough to sign in: your passkey is asked for as well.",
        "New recovery codes were shown to whoever did this. They stand in for a lost passkey.",
        "If that wasn't you, somebody else is signed in as you: turn it off at {studio}/auth/two-steps",
        "Then remove what you don't know at {studio}/you, and choose another password: {studio}/auth/forgot",
    ),
    MailKind.TWO_STEPS_OFF: (
        "One step opens your account again",
        "Your passkey is no longer asked for after your password, and your recovery codes open nothing any more.",
        "You can turn it on again at {studio}/auth/two-steps",
        "If that wasn't you, turn it on again at once, and choose another password: {studio}/auth/forgot",
    ),
    MailKind.NEW_CODES: (
        "You have new recovery codes",
        "New recovery codes were made for your account just now. The old ones open nothing any more.",
        "If that wasn't you, make new ones at {studio}/auth/two-steps",
        "Then choose another password: {studio}/auth/forgot",
    ),
    MailKind.CODE_USED: (
        "A recovery code was used",
        "Somebody, you we hope, signed in with one of your recovery codes just now, in place of your passkey.",
        "How many are left, and how to make new ones: {studio}/auth/two-steps",
        "Lost your passkey? Add another one, and remove the lost one: {studio}/you",
        "If that wasn't you, make new codes at once, and choose another password: {studio}/auth/forgot",
    ),
    MailKind.EXPORT_READY: (
        "Everything you have here is ready to take away",
        "The ZIP you asked for is ready: your pictures, and all that the studio knows of you as text.",
        "Sign in and download it at {studio}/you/data",
        "It is kept for seven days, then deleted. You can delete it there yourself as soon as you have it.",
        "If you didn't ask for it, somebody else is signed in as you: choose another password, {studio}/auth/forgot",
    ),
    MailKind.LEAVING: (
        "Your account will be deleted in seven days",
        "You asked to leave the studio. In seven days all that it keeps of you is deleted, here and at the engine.",
        "Nobody can bring it back then. Until then you can take everything away in one ZIP.",
        "You changed your mind? Sign in and tap Stay: {studio}/you/data",
        "If that wasn't you, tap Stay at once and choose another password: {studio}/auth/forgot",
    ),
    MailKind.LEFT: (
        "Your account is deleted",
        "All that the studio kept of you is deleted: your account, your pictures, your selfies and your face models.",
        "{more}",
        "Your address was kept for this mail alone, and is forgotten with it.",
        "You are welcome to come back at any time.",
    ),
    MailKind.MODEL_READY: (
        "Your face model is ready",
        "Your face is learned, and your first portraits are being made. They are at {studio}/home",
        _SWITCH_OFF,
    ),
    MailKind.MODEL_FAILED: (
        "Your face model could not be learned",
        "What you have is safe. What went wrong, and what you can do, is at {studio}/train",
        _SWITCH_OFF,
    ),
    MailKind.MODEL_IN_DOUBT: (
        "It isn't known whether your face is being learned",
        _IN_DOUBT,
        "Your photos are safe, and should it turn up, you get it. What you can do meanwhile is at {studio}/train",
        _SWITCH_OFF,
    ),
    MailKind.MODEL_UNNAMED: (
        "Your face was learned, but it isn't known which face model is yours",
        _UNNAMED,
        "Whoever runs the studio is told, and can look for it. What you can do meanwhile is at {studio}/train",
        _SWITCH_OFF,
    ),
    MailKind.FIRST_SET: (
        "Your first portraits are here",
        "The first portraits of your new face model are in your gallery: {studio}/gallery",
        _SWITCH_OFF,
    ),
    MailKind.PORTRAITS_FAILED: (
        "Your portraits could not be made",
        "Everything else is safe. What went wrong, and how to order again, is at {studio}/create",
        _SWITCH_OFF,
    ),
    MailKind.PORTRAITS_IN_DOUBT: (
        "It isn't known whether your portraits are being made",
        _IN_DOUBT,
        "What you have is safe, and should they turn up, you get them. What you can do meanwhile is at {studio}/create",
        _SWITCH_OFF,
    ),
    MailKind.NEW_ADDRESS: (
        "Your account has another address",
        "The address of your account was changed just now; from now on, mails go to the new one and not to this.",
        "If that wasn't you, write to whoever runs the studio: somebody knows your password.",
    ),
}
