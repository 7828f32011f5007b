"""Ordering portraits: by the person, and the first set that orders itself."""

from __future__ import annotations

import secrets
from itertools import accumulate
from typing import TYPE_CHECKING

from portrait_app.domain.catalogue import ASPECTS, GENERATORS, TRAINERS
from portrait_app.domain.chores import Chore
from portrait_app.domain.generation import MOST_AT_ONCE, Asset, Generation, Loss
from portrait_app.domain.order import Order, OrderKind
from portrait_app.domain.styles import STYLES
from portrait_app.errors import PortraitError
from portrait_app.services import again
from portrait_app.services.leaving import require_staying

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from portrait_app.domain.training import Training
    from portrait_app.services.work import Work

FIRST_SET = 8
FIRST_ASPECT = "4:5"
MOST_HELD = 60
"""Portraits of one person that may wait for a place, in the database meanwhile, before they order more."""
TRIED_AGAIN = (Loss.IN_DOUBT, Loss.NEVER_TAKEN)


class NotReady(PortraitError):
    """Portraits were asked of a face model that is still being learned, never was, or was deleted."""

    headline = "There's no face model to make them from"
    hint = "This one is still being learned, or was deleted. Choose another one; your portraits are safe."


class UnknownChoice(PortraitError):
    """A style, a shape or a count that isn't offered."""

    headline = "We don't have that"
    hint = "Please choose one of the styles and shapes shown, and 1 to 8 portraits."


class NoPlace(PortraitError):
    """More portraits were asked for while many that are made can't be saved."""

    headline = "Pictures can't be saved just now"
    is_retryable = True

    def __init__(self, count: int) -> None:
        super().__init__(f"{count} are held")
        self.hint = (
            f"{count} of your portraits are made and wait for a place; they come by themselves. Nothing more was "
            "ordered now. Please try again once they are in your gallery."
        )


class NotInDoubt(PortraitError):
    """Portraits were to be ordered anew that are made, on their way, or came to nothing otherwise."""

    headline = "There's nothing to try again"
    hint = "Your order has been found out about meanwhile. Nothing was ordered now, and what you have is safe."


async def order(work: Work, training: Training, *, style: str, count: int, aspect: str) -> list[Generation]:
    """Record an order of portraits with a placeholder for each, and hand it to the jobs.

    An engine that makes fewer at once than were asked for gets several orders.

    Raises:
        NotReady, UnknownChoice, AboutToLeave, NoPlace: nothing was ordered.
    """
    await require_staying(work)
    await _require_place(work)
    # Locked, since it may be deleted at this very moment: then nothing more is made from it.
    if not (await work.trainings.get(training.id, lock=True)).is_offered:
        raise NotReady(f"{training.id} is {training.status}")
    if style not in STYLES or aspect not in ASPECTS or not 1 <= count <= MOST_AT_ONCE:
        raise UnknownChoice(f"{style!r} {aspect!r} {count}")
    at_once = GENERATORS[TRAINERS[training.trainer].generator].most_at_once
    counts = [min(at_once, count - done) for done in range(0, count, at_once)]
    return await _record_all(work, training, [(style, each) for each in counts], aspect=aspect)


async def try_again(work: Work, generation_id: UUID) -> Generation:
    """Order anew what is in doubt, or was, by the person's own decision: a new order, in the first one's place.

    While it is not sent yet, the first one's job may still turn up and is taken in (`services/again`); from then on it
    is called off if it does.

    Raises:
        NotFound, NotInDoubt, NotReady, AboutToLeave, NoPlace: nothing was ordered.
    """
    await require_staying(work)
    await _require_place(work)
    former = await work.orders.last_of((await work.generations.get(generation_id)).id)
    if former is None:
        raise NotInDoubt(str(generation_id))
    former = await work.orders.get(former.id, lock=True)  # before what it is for, as whoever brings news of it does
    generation = await work.generations.get(generation_id, lock=True)
    lost = [asset for asset in await work.assets.of(generation_id) if asset.loss in TRIED_AGAIN]
    if not lost or not former.status.is_final:
        raise NotInDoubt(str(generation_id))
    training = await work.trainings.get(generation.training_id, lock=True)
    if not training.is_offered:
        raise NotReady(f"{training.id} is {training.status}")
    again.wait_for(lost, generation)
    await again.order_again(work, former, tries=0, is_own_wish=True)
    await work.tell("generation", generation.id)
    return generation


async def order_first_set(work: Work, training: Training) -> None:
    """Order the first portraits of a new face model, as many styles as there are, in one transaction with its end."""
    styles = list(STYLES)[:FIRST_SET]
    each, more = divmod(FIRST_SET, len(styles))
    wanted = [(style, each + (number < more)) for number, style in enumerate(styles)]
    await _record_all(work, training, wanted, aspect=FIRST_ASPECT, is_first_set=True)


async def _require_place(work: Work) -> None:
    """Let more be ordered while those that are made find a place, or not too many wait for one."""
    if (count := len(await work.held_pictures.ids())) >= MOST_HELD:
        raise NoPlace(count)


async def _record_all(
    work: Work, training: Training, wanted: Sequence[tuple[str, int]], *, aspect: str, is_first_set: bool = False
) -> list[Generation]:
    """Write down orders, each a style and how many, so that they are seen filling in from the first place on.

    Every room shows the newest first: what is to be seen first is written last, and sent first. Their seeds follow each
    other, so that the built-in engine takes another photo for each.
    """
    ahead = [0, *accumulate(count for _, count in wanted)]
    # Ours always: it makes the picture repeatable, and finds the order again if the engine's reply is lost.
    first = secrets.randbelow(2**31 - ahead[-1])
    written = [
        await _record(work, training, (style, count, first + before), aspect=aspect, is_first_set=is_first_set)
        for (style, count), before in reversed(list(zip(wanted, ahead, strict=False)))
    ]
    for generation, order in reversed(written):
        work.later(Chore.SEND_ORDER, order.id)
        await work.tell("generation", generation.id)
    return [generation for generation, _ in reversed(written)]


async def _record(
    work: Work, training: Training, wanted: tuple[str, int, int], *, aspect: str, is_first_set: bool
) -> tuple[Generation, Order]:
    """Write down an order, a placeholder for each of its portraits, and the call to make.

    Args: wanted: the style, how many, and the seed.
    """
    style, count, seed = wanted
    generation = work.generations.add(
        Generation(
            owner_id=work.owner_id,
            training_id=training.id,
            style=style,
            aspect=aspect,
            count=count,
            seed=seed,
            is_first_set=is_first_set,
        )
    )
    await work.session.flush()  # its portraits and its order point to it
    for position in reversed(range(count)):  # the engine makes them in order; the newest place is the first one seen
        work.assets.add(_placeholder(generation, position))
    order = work.orders.add(
        Order(
            owner_id=work.owner_id,
            kind=OrderKind.PREDICTION,
            training_id=training.id,
            generation_id=generation.id,
            fingerprint=str(generation.seed),
        )
    )
    return generation, order


def _placeholder(generation: Generation, position: int) -> Asset:
    shape = ASPECTS[generation.aspect]
    return Asset(
        owner_id=generation.owner_id,
        generation_id=generation.id,
        training_id=generation.training_id,
        position=position,
        style=generation.style,
        width=shape.width,
        height=shape.height,
    )
