"""What is kept of a person, where and for how long: said from the settings and from their own rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from portrait_app.domain.export import KEPT_FOR
from portrait_app.domain.retention import TRASH_STAYS, TRY_AGAIN_FOR
from portrait_app.services.admitting import WAITS_AT_MOST

if TYPE_CHECKING:
    from portrait_app.settings import Settings

STAY_IN_MODELS = (
    "A face model of the darkroom holds the best of them, cut around you, since portraits are made of these: they stay "
    "for as long as it does."
)
ONLY_SPARED = "Photos of a face that is being learned right now stay until it is learned."
HELD = "What a face model of the darkroom holds of them goes with that model."
WITHDRAWN = (
    "From then on no photo is taken in and no new face is learned. What there is stays as it is: your photos, face "
    "models and portraits, until you delete them or their time is over."
)


@dataclass(frozen=True)
class Counts:
    """How much there is of a person's: of what lies in the Trash apart, since it is seen nowhere else."""

    photos: int
    models: int
    models_in_trash: int
    portraits: tuple[int, int]
    portraits_in_trash: int
    orders: int
    exports: int
    sessions: int
    mails: int


@dataclass(frozen=True)
class Kept:
    """One kind of thing that is kept: how much of it, what it is, where it lies, and how long.

    `of` says of what `count` is, where the title doesn't; `bytes` is 0 where nobody knows.
    """

    title: str
    count: int
    what: str
    where: str
    stays: str
    of: str = ""
    bytes: int = 0
    in_trash: int = 0
    is_counted: bool = True


def everything(settings: Settings, counts: Counts, stay_days: int | None) -> list[Kept]:
    """Say all of it, the nearest to one's face first."""
    return [
        _photos(settings, counts, stay_days),
        _models(settings, counts),
        _portraits(settings, counts),
        _orders(settings, counts),
        _export(settings, counts),
        _signing_in(settings, counts),
        _mails(settings, counts),
        _logs(settings),
    ]


def _photos(settings: Settings, counts: Counts, stay_days: int | None) -> Kept:
    lent = (
        f"While a face is learned, the darkroom on the same computer has a copy. {STAY_IN_MODELS}"
        if settings.is_darkroom
        else "While a face is learned, Replicate has a copy; we have it deleted there as soon as that ends."
    )
    return Kept(
        "Your photos",
        counts.photos,
        "A copy of each without its hidden data (place, camera, date), smaller ones of it, and what was measured: "
        "light, sharpness, the proportions of the face. The file you sent is deleted once it has been looked at; "
        "its name stays with the photo.",
        f"{pictures_lie(settings)}. {lent}",
        f"{_stay(stay_days)} Photos that you haven't begun with stay until you remove them.",
    )


def _stay(stay_days: int | None) -> str:
    if stay_days is None:
        return "Until you delete them."
    after = f"{stay_days} days after the face was learned" if stay_days else "As soon as the face is learned"
    wait = max(stay_days, TRY_AGAIN_FOR.days)
    return f"{after}, they are deleted. If it couldn't be learned, they wait {wait} days to be tried again."


def _models(settings: Settings, counts: Counts) -> Kept:
    there = (
        "In the darkroom's folder on the computer this studio runs on"
        if settings.is_darkroom
        else "At Replicate, over the internet, in a private model of this studio's account"
    )
    holds = " and the best of your photos, cut around you," if settings.is_darkroom else ","
    return Kept(
        "Face models",
        counts.models,
        f"What was learned of a face{holds} and the middle of its measures, by which we see whether a portrait is like "
        "it.",
        f"{there}. Its name and state: {rows_lie(settings)}.",
        f"Until you delete it: {TRASH_STAYS.days} days in the Trash, then for good, here and at the engine, which we "
        "ask until it has confirmed that.",
        in_trash=counts.models_in_trash,
    )


def _portraits(settings: Settings, counts: Counts) -> Kept:
    number, size = counts.portraits
    engine = "The darkroom's" if settings.is_darkroom else "Replicate's"
    return Kept(
        "Portraits",
        number,
        "Each in full and in three smaller sizes, with its style and how like you it is. One that can't be saved just "
        "now waits beside its row until it can.",
        f"{pictures_lie(settings)}. {engine} own copy is deleted there an hour after it was made.",
        f"Until you delete it: {TRASH_STAYS.days} days in the Trash, then for good.",
        bytes=size,
        in_trash=counts.portraits_in_trash,
    )


def _orders(settings: Settings, counts: Counts) -> Kept:
    there = "" if settings.is_darkroom else " Replicate was sent them too, and removes them an hour later."
    return Kept(
        "What you ordered",
        counts.orders,
        "Of each: the style and its prompt, the shape, how many, the seed, when, and how it ended; for an hour also "
        "the number of each message in which the engine told of it.",
        f"{_begun(rows_lie(settings))}.{there}",
        "As long as its face model, or portraits of it, are there.",
    )


def _export(settings: Settings, counts: Counts) -> Kept:
    return Kept(
        "A copy to take away",
        counts.exports,
        "One ZIP with your pictures and all that is known of you, when you ask for it under Your data.",
        f"{pictures_lie(settings)}.",
        f"{KEPT_FOR.days} days, or until you delete it or ask for another.",
    )


def _signing_in(settings: Settings, counts: Counts) -> Kept:
    return Kept(
        "Your account",
        counts.sessions,
        "Your name and address, your preferences, your password, session tokens and recovery codes as hashes, public "
        "halves of passkeys, accounts elsewhere that sign you in, invitations you made, which kinds of browser are "
        "signed in and when they were last used, and when you gave or took back your word to which text. How often "
        "sign-in was tried is counted for a day or so, under a scrambled name; that a page of yours is open, for as "
        "long as it is; and that you run this studio, if you do.",
        f"{_begun(rows_lie(settings))}.",
        "As long as your account; one that nobody ever enters is deleted after "
        f"{WAITS_AT_MOST.days} days, and until then whoever runs this studio may see its name and address. A session "
        "ends after 30 days, or 14 unused, and is forgotten at your next sign-in.",
        of=" browser signed in" if counts.sessions == 1 else " browsers signed in",
    )


def _mails(settings: Settings, counts: Counts) -> Kept:
    if settings.smtp_host:
        where = f"{_begun(rows_lie(settings))}. The mail itself went by the mail server that this studio uses."
        stays = "A day, and until the next mail to you."
    else:
        where = f"{_begun(rows_lie(settings))}. The mail itself lies in a folder on this studio's computer."
        stays = "The note a day, and until the next mail to you; the mail itself 7 days."
    return Kept(
        "Mails to you",
        counts.mails,
        "That one was sent, what for, to which address, and its link as a hash.",
        where,
        stays,
    )


def _logs(settings: Settings) -> Kept:
    told = (
        ""
        if settings.smtp_host
        else " Each mail's address is told where the studio was started, with what it is for and, of most, its link."
    )
    elsewhere = "" if settings.database_url is None else " Whoever runs the database elsewhere may make some, too."
    return Kept(
        "Logs and backups",
        0,
        "Logs say what happened, by numbers that stand for you, with no photo, no name and no prompt; with an address "
        f"where an error names one.{told} The studio makes no backups by itself.",
        f"Logs: on the computer this studio runs on. Backups: ask whoever runs it.{elsewhere}",
        "Logs until they have grown to 20 MB twice. What you delete is in no later backup.",
        is_counted=False,
    )


def pictures_lie(settings: Settings) -> str:
    """Say where pictures lie, as the beginning of a sentence."""
    if settings.store is not None:
        return "In an S3 store that whoever runs this studio has chosen, behind a wall of your own"
    return "In a folder on the computer this studio runs on, which the studio alone opens"


def rows_lie(settings: Settings) -> str:
    """Say where rows lie, as a part of a sentence."""
    if settings.database_url is None:
        return "in the studio's own database on the same computer"
    return "in a database that whoever runs this studio has chosen"


def _begun(words: str) -> str:
    return words[:1].upper() + words[1:]
