"""Holds every entry of the catalogue that could be offered against what its model says of itself."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from portrait_app.adapters.replicate.errors import EngineError, Missing, ModelDiffers, Refused
from portrait_app.doctor.finding import Finding
from portrait_app.domain.catalogue import BUILT_IN, GENERATORS, TRAINERS, VIDEOS

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from portrait_app.adapters.replicate.gateway import Gateway
    from portrait_app.domain.catalogue import Trainer, Video
    from portrait_app.settings import Settings

_ENTRIES = "portrait_app/domain/catalogue"
OTHERS = [trainer for trainer in TRAINERS.values() if trainer.key != BUILT_IN]
FILMS = [video for video in VIDEOS.values() if video.key != BUILT_IN]


async def look(gateway: Gateway, settings: Settings) -> list[Finding]:
    """Ask about all of them at once; the trainer that is used comes first, then what its face models take."""
    trainer = TRAINERS[settings.trainer]
    return await asyncio.gather(
        _used(gateway, trainer),
        _portraits(gateway, trainer),
        *(
            _spare("Trainer", one.model, gateway.check_trainer(one), _training_costs(one))
            for one in OTHERS
            if one is not trainer
        ),
        *(_spare("Video", one.model, gateway.check_video(one), _film_costs(one)) for one in FILMS),
    )


async def _used(gateway: Gateway, trainer: Trainer) -> Finding:
    others = ", ".join(other.key for other in OTHERS if other is not trainer)
    try:
        is_known = await gateway.check_trainer(trainer)
    except ModelDiffers as error:
        step = f"set REPLICATE_TRAINER to {others}, or mend its entry in {_ENTRIES}/trainers.py"
        return Finding("Trainer", f"{error.version} is not as we know it: {'; '.join(error.complaints)}", step)
    except Refused as error:
        return Finding("Trainer", f"{trainer.model} can't be used: {error}", f"set REPLICATE_TRAINER to {others}")
    except EngineError as error:
        return Finding("Trainer", f"{trainer.model} can't be looked at: {error}", "look again in a minute")
    step = "" if is_known else "learn one face model and see that it ends well, before you let others in"
    return Finding("Trainer", f"{trainer.model} {_fits(is_known)}; {_training_costs(trainer)}", step)


async def _portraits(gateway: Gateway, trainer: Trainer) -> Finding:
    """Look at the newest face model: what it takes is what its trainer's kind takes."""
    generator, subject = GENERATORS[trainer.generator], "Portraits"
    try:
        is_known = await gateway.check_portraits(generator)
    except Missing:
        return Finding(subject, "not looked at: there is no face model at the engine yet")
    except ModelDiffers as error:
        if (other := await _other_kind(gateway, generator.key)) is not None:
            return Finding(subject, f"{error.version} takes what we send; it is of another trainer, {other}")
        step = f"mend {generator.key} in {_ENTRIES}/portraits.py; until then no portraits are ordered from it"
        return Finding(subject, f"{error.version} is not as we know it: {'; '.join(error.complaints)}", step)
    except EngineError as error:
        return Finding(subject, f"can't be looked at: {error}", "look again in a minute")
    costs = f"about ${generator.price_usd:.2f} each, and {generator.typical_s:.0f} s a call"
    return Finding(subject, f"the newest face model {_fits(is_known)}; {costs}")


async def _other_kind(gateway: Gateway, key: str) -> str | None:
    """Tell which other kind of face model the newest one is, if it is one that we know."""
    for other in GENERATORS.values():
        if other.key in (key, BUILT_IN):
            continue
        try:
            if await gateway.check_portraits(other):
                return other.key
        except EngineError:
            continue
    return None


async def _spare(subject: str, model: str, check: Awaitable[bool], costs: str) -> Finding:
    """Look at one that nothing depends on today."""
    try:
        return Finding(subject, f"{model} {_fits(await check)}; {costs}")
    except ModelDiffers as error:
        said = f"{error.version} is not as we know it, so it is not offered: {'; '.join(error.complaints)}"
        return Finding(subject, said)
    except Missing:
        return Finding(subject, f"{model} is not at the engine any more, so it is not offered")
    except EngineError as error:
        return Finding(subject, f"{model} can't be looked at: {error}")


def _fits(is_known: bool) -> str:
    return "takes what we send" if is_known else "doesn't say what it takes, so it couldn't be checked before its use"


def _training_costs(trainer: Trainer) -> str:
    return f"about ${trainer.price_usd:.2f} and {trainer.typical_s / 60:.0f} min a face model"


def _film_costs(video: Video) -> str:
    least = min(video.price_usd(seconds=seconds, size=size) for seconds in video.lengths for size in video.sizes)
    return f"from ${least:.2f} and {video.typical_s:.0f} s a video"
