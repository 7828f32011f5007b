"""Choosing what one prefers: dates and numbers, what Create begins with, what to be told of, which portrait to wear."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from portrait_app.domain.catalogue import ASPECTS
from portrait_app.domain.happening import Channel, Occasion
from portrait_app.domain.lifecycle import AssetStatus
from portrait_app.domain.preferences import Preferences
from portrait_app.domain.styles import STYLES
from portrait_app.errors import PortraitError
from portrait_app.services.generations import FIRST_ASPECT

if TYPE_CHECKING:
    from uuid import UUID

    from portrait_app.domain.account import Account
    from portrait_app.domain.generation import Asset
    from portrait_app.services.work import Work

MOST_TO_WEAR = 24
USUAL_STYLE, USUAL_COUNT = "studio", 4


@dataclass(frozen=True)
class Beginning:
    """What Create begins with; `model_id` is None where nothing says which face model."""

    model_id: UUID | None
    style: str
    aspect: str
    count: int


class UnknownPreference(PortraitError):
    """A language, a style, a shape, a count or something to be told of that isn't offered."""

    headline = "We don't have that"
    hint = "Please choose one of those shown. Everything stays as it was."


class NotHereYet(PortraitError):
    """A portrait that is still being made, or came to nothing, can't be worn."""

    headline = "This one isn't here yet"
    hint = "You can use it as your picture as soon as it is. Your picture stays as it was."


async def choose_locale(work: Work, locale: str) -> Preferences:
    """Write dates and numbers in this language from now on, on every device.

    Raises:
        UnknownPreference: the old one stays.
    """
    return await _save(work, replace(await _held(work), locale=locale))


async def begin_with(
    work: Work, *, style: str | None = None, aspect: str | None = None, count: int | None = None
) -> Preferences:
    """Have Create begin with these; what is None stays as it was.

    Raises:
        UnknownPreference: everything stays as it was.
    """
    chosen = {"style": style, "aspect": aspect, "count": count}
    known = await _held(work)
    return await _save(work, replace(known, **{name: value for name, value in chosen.items() if value is not None}))


async def begin_with_model(work: Work, training_id: UUID | None) -> None:
    """Have Create begin with this face model, or with the one that was last used.

    Raises:
        NotFound: it is none of the person's.
        UnknownPreference: no portraits can be made from it.
    """
    account = await _held_account(work)
    if training_id is not None and not (await work.trainings.get(training_id)).is_offered:
        raise UnknownPreference(f"{training_id} is not offered")
    account.usual_model_id = training_id
    await work.tell("account", account.id)


async def beginning(work: Work) -> Beginning:
    """Return what Create begins with: what was chosen to be its default, else what was last ordered, else the usual."""
    account = await work.accounts.mine()
    chosen, last = Preferences.of(account.preferences), await work.generations.last_chosen()
    usual = await work.trainings.find(account.usual_model_id) if account.usual_model_id else None
    models = [usual.id] if usual is not None and usual.is_offered else [last.training_id] if last else []
    last_style = last.style if last and last.style in STYLES else ""
    last_aspect = last.aspect if last and last.aspect in ASPECTS else ""
    return Beginning(
        model_id=next(iter(models), None),
        style=chosen.style or last_style or USUAL_STYLE,
        aspect=chosen.aspect or last_aspect or FIRST_ASPECT,
        count=chosen.count or (last.count if last else USUAL_COUNT),
    )


async def be_told(work: Work, occasion: str, channel: str, *, is_wanted: bool) -> Preferences:
    """Be told of something in one way, or not.

    Raises:
        UnknownPreference: everything stays as it was.
    """
    try:
        each = (Occasion(occasion), Channel(channel))
    except ValueError:
        raise UnknownPreference(f"{occasion!r} by {channel!r}"[:80]) from None
    known = await _held(work)
    return await _save(work, replace(known, told=known.told | {each} if is_wanted else known.told - {each}))


async def be_told_nothing_by_mail(work: Work) -> None:
    """Be told of nothing by mail from now on; everything else stays as it is."""
    known = await _held(work)
    await _save(work, replace(known, told=known.told - {(occasion, Channel.MAIL) for occasion in Occasion}))


async def wear(work: Work, asset_id: UUID) -> UUID | None:
    """Show this portrait wherever the person is shown to themselves; return the one that was worn before.

    Raises:
        NotFound: it is none of the person's.
        NotHereYet: there is nothing to be seen of it yet.
    """
    account = await _held_account(work)
    asset = await work.assets.get(asset_id)
    if asset.status is not AssetStatus.KEPT:
        raise NotHereYet(f"{asset_id} is {asset.status}")
    before, account.picture_id = account.picture_id, asset.id
    await work.tell("account", account.id)
    return before


async def take_off(work: Work) -> None:
    """Go back to the initial."""
    account = await _held_account(work)
    account.picture_id = None
    await work.tell("account", account.id)


async def worn(work: Work, account: Account) -> Asset | None:
    """Return the portrait that the person wears, while there is something to be seen of it."""
    asset = await work.assets.find(account.picture_id) if account.picture_id else None
    return asset if asset is not None and asset.status is AssetStatus.KEPT and asset.key else None


async def to_wear(work: Work) -> list[Asset]:
    """Return the newest portraits, to choose one from."""
    newest = await work.assets.page(limit=2 * MOST_TO_WEAR)
    return [asset for asset in newest if asset.status is AssetStatus.KEPT and asset.key][:MOST_TO_WEAR]


async def _held_account(work: Work) -> Account:
    """Return the account as it is now; whoever else changes it waits, so that no choice undoes another."""
    await work.accounts.hold()
    return await work.accounts.mine()


async def _held(work: Work) -> Preferences:
    return Preferences.of((await _held_account(work)).preferences)


async def _save(work: Work, chosen: Preferences) -> Preferences:
    if not chosen.is_known:
        raise UnknownPreference(f"{chosen!r}"[:200])
    account = await work.accounts.mine()
    account.preferences = chosen.to_save()
    await work.tell("account", account.id)
    return chosen
