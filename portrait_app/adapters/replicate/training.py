"""Where a training takes place: the trainer's newest version, and the private model that face models go to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from replicate import ConflictError, NotFoundError

from portrait_app.adapters.replicate import listing
from portrait_app.adapters.replicate.calls import asking, body_of, is_a_page, list_of, text_in
from portrait_app.adapters.replicate.errors import DestinationGone, Missing, PublicDestination, TrainerGone
from portrait_app.adapters.replicate.wire import created_at

if TYPE_CHECKING:
    from datetime import datetime

    from replicate import AsyncReplicate

    from portrait_app.adapters.replicate.models import Models, Version
    from portrait_app.domain.catalogue import Trainer

NAME = "portrait-studio-faces"
DESCRIPTION = "Face models of a portrait studio; each version is one person's."
# What Replicate's guide to fine-tuning names; it is replaced by what the trained model needs.
HARDWARE = "gpu-t4"


@dataclass(frozen=True)
class TrainingPlace:
    """What names a training in the API: the trainer's `owner/name:version`, and the destination `owner/name`."""

    owner: str
    name: str
    version: Version
    destination: str


class TrainingPlaces:
    """Finds them, and remembers what it found.

    Args: destination: `owner/name`; empty: `portrait-studio-faces` of the account.
    """

    def __init__(self, client: AsyncReplicate, models: Models, destination: str) -> None:
        self._client = client
        self._models = models
        self._wanted = destination
        self._destination: str | None = None
        self._whose: str | None = None

    async def place(self, trainer: Trainer) -> TrainingPlace:
        """Where to train with this trainer; the destination is made when it is missing.

        Call it inside `calls.preparing`.

        Raises: TrainerGone, DestinationGone, PublicDestination.
        """
        try:
            version = await self._models.newest(trainer.model)
        except Missing as error:
            raise TrainerGone(trainer.model) from error
        except NotFoundError as error:
            raise (error if is_a_page(error) else TrainerGone(trainer.model)) from error
        if self._destination is None:
            self._destination = await self._private_destination()
        owner, _, name = trainer.model.partition("/")
        return TrainingPlace(owner, name, version, self._destination)

    def forget(self) -> None:
        """Find all of it anew the next time: it may have been deleted at the engine."""
        self._destination = None
        self._models.forget()

    async def whose(self) -> str:
        """Whose account this is, asked once: a token is one account's for as long as it is good.

        Raises: EngineDown, Throttled, Refused.
        """
        if self._whose is None:
            with asking():
                self._whose = await self._account()
        return self._whose

    async def pushed(self) -> tuple[list[tuple[str, datetime | None]], bool]:
        """List the newest face models, `owner/name:hash`, with their time; and whether these are all.

        Raises: EngineDown, Throttled, Refused.
        """
        with asking():
            name = await self.name()
            owner, _, short = name.partition("/")
            asked = self._client.models.versions.with_raw_response.list(model_owner=owner, model_name=short)
            page = body_of(await asked)
            made = [(f"{name}:{text_in(one, 'id')}", created_at(one)) for one in listing.results_of(page)]
            return made, not page.get("next")

    async def name(self) -> str:
        """What the destination is called, `owner/name`, whether it is there or not.

        Call it inside one of the contexts of `calls`.
        """
        return self._wanted or f"{await self._account()}/{NAME}"

    async def _private_destination(self) -> str:
        wanted = await self.name()
        owner, _, name = wanted.partition("/")
        try:
            body = body_of(
                await self._client.models.with_raw_response.create(
                    owner=owner,
                    name=name,
                    visibility="private",
                    hardware=await self._hardware(),
                    description=DESCRIPTION,
                )
            )
        except ConflictError:  # it is there already
            body = await self._models.model(wanted)
        except NotFoundError as error:
            raise (error if is_a_page(error) else DestinationGone(wanted)) from error
        if body.get("visibility") == "public":
            raise PublicDestination(wanted)
        return wanted

    async def _account(self) -> str:
        return text_in(body_of(await self._client.account.with_raw_response.get()), "username")

    async def _hardware(self) -> str:
        """A model must name hardware that the engine has."""
        offered = [one.get("sku") for one in list_of(await self._client.hardware.with_raw_response.list())]
        return HARDWARE if HARDWARE in offered or not offered else str(offered[0])
