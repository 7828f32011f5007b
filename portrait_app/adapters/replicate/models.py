"""Models at the engine: what their versions take in, and that a version of ours is deleted."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import httpx
import structlog

from portrait_app.adapters.replicate import schema
from portrait_app.adapters.replicate.calls import asking, body_of, text_in
from portrait_app.adapters.replicate.errors import Missing, ModelDiffers, TrainerGone
from portrait_app.adapters.replicate.wire import object_in

if TYPE_CHECKING:
    from collections.abc import Iterable

    from replicate import AsyncReplicate

    from portrait_app.domain.catalogue import Generator, Trainer, Video

log = structlog.get_logger()

FRESH_FOR_S = 600.0  # after that, a trainer may have got a new version
MOST_REMEMBERED = 500


@dataclass(frozen=True)
class Version:
    """One version of a model. `document` is its OpenAPI document; empty when the engine doesn't tell."""

    model: str
    id: str
    document: dict[str, Any]

    def takes(self, noun: schema.Noun, given: Iterable[dict[str, Any]]) -> bool:
        """Hold inputs against what the version says it takes; False when it doesn't say.

        Raises: ModelDiffers: it would not take them.
        """
        if not schema.says_of(self.document, noun):
            return False
        found = dict.fromkeys(one for sample in given for one in schema.complaints(self.document, noun, sample))
        if found:
            raise ModelDiffers(f"{self.model}:{self.id}", list(found))
        return True


class Models:
    """Reads versions, and remembers them: a version never changes, a model's newest one may."""

    def __init__(self, client: AsyncReplicate) -> None:
        self._client = client
        self._newest: dict[str, tuple[float, Version]] = {}
        self._versions: dict[str, Version] = {}
        self._told: set[str] = set()

    async def model(self, name: str) -> dict[str, Any]:
        """A model's body. Call it inside one of the contexts of `calls`."""
        owner, _, short = name.partition("/")
        return body_of(await self._client.models.with_raw_response.get(model_owner=owner, model_name=short))

    async def newest(self, name: str) -> Version:
        """A model's newest version, as it was ten minutes ago at most. Call it inside one of the contexts of `calls`.

        Raises: Missing: it has none.
        """
        read_at, version = self._newest.get(name, (0.0, None))
        if version is not None and time.monotonic() - read_at < FRESH_FOR_S:
            return version
        body = await self.model(name)
        if not body.get("latest_version"):
            raise Missing(f"{name} has no version")
        found = _version(name, object_in(body["latest_version"]))
        self._newest[name] = time.monotonic(), found
        return found

    async def version(self, full_name: str) -> Version:
        """The version `owner/name:hash`. Call it inside one of the contexts of `calls`.

        Raises: Missing: there is none, or no longer.
        """
        if full_name not in self._versions:
            reply = await self._client.get(_path(full_name), cast_to=httpx.Response)
            while len(self._versions) >= MOST_REMEMBERED:
                self._versions.pop(next(iter(self._versions)))
            self._versions[full_name] = _version(full_name.partition(":")[0], body_of(reply))
        return self._versions[full_name]

    def require(self, version: Version, noun: schema.Noun, given: Iterable[dict[str, Any]]) -> None:
        """See that the version takes these inputs; what is wrong, or can't be known, is logged once a version.

        Raises: ModelDiffers: it doesn't; nothing must be sent to it.
        """
        try:
            is_known = version.takes(noun, given)
        except ModelDiffers as error:
            self._tell_once(version, "model.differs", str(error))
            raise
        if not is_known:
            self._tell_once(version, "model.unchecked", f"its version says nothing of its {noun}")

    async def check_trainer(self, trainer: Trainer) -> bool:
        """Hold all that a training may be given against the trainer's newest version; False when it doesn't say.

        Raises: TrainerGone, ModelDiffers, EngineDown, Throttled, Refused.
        """
        try:
            return await self._check(trainer.model, "TrainingInput", trainer)
        except Missing as error:
            raise TrainerGone(trainer.model) from error

    async def check_video(self, video: Video) -> bool:
        """Hold all that a video may be asked for with against its model's newest version; False when it doesn't say.

        Raises: ModelDiffers, EngineDown, Throttled, Refused.
        """
        return await self._check(video.model, "Input", video)

    async def check_portraits(self, generator: Generator, name: str) -> bool:
        """Hold all that face models may be given against the newest version of a model; False when it doesn't say.

        Raises: Missing: it has none. ModelDiffers, EngineDown, Throttled, Refused.
        """
        return await self._check(name, "Input", generator)

    async def check_face_model(self, generator: Generator, full_name: str) -> bool:
        """Hold all that a face model may be given against its version; False when that doesn't say.

        Raises: ModelDiffers, EngineDown, Throttled, Refused.
        """
        with asking():
            version = await self.version(full_name)
        self.require(version, "Input", generator.samples())
        return schema.says_of(version.document, "Input")

    async def delete(self, full_name: str) -> None:
        """Have the engine delete a version, its predictions and its files; it may take some minutes to do so.

        One that is gone already is no error.
        Raises: EngineDown, Throttled, Refused: it won't, for now or for good.
        """
        self._versions.pop(full_name, None)
        try:
            with asking():
                await self._client.delete(_path(full_name), cast_to=httpx.Response)
        except Missing:
            return

    async def is_gone(self, full_name: str) -> bool:
        """Ask whether a version has been deleted.

        Raises: EngineDown, Throttled, Refused.
        """
        try:
            with asking():
                body_of(await self._client.get(_path(full_name), cast_to=httpx.Response))
        except Missing:
            return True
        return False

    def forget(self) -> None:
        """Read newest versions anew the next time: they may have been deleted at the engine."""
        self._newest.clear()

    async def _check(self, name: str, noun: schema.Noun, entry: Trainer | Generator | Video) -> bool:
        with asking():
            version = await self.newest(name)
        self.require(version, noun, entry.samples())
        if changed := schema.changes(version.document, noun, entry.numbers):
            self._tell_once(version, "model.changed", "; ".join(changed))
        return schema.says_of(version.document, noun)

    def _tell_once(self, version: Version, event: str, why: str) -> None:
        if version.id not in self._told:
            self._told.add(version.id)
            log.warning(event, model=version.model, version=version.id, why=why)


def _version(model: str, body: dict[str, Any]) -> Version:
    return Version(model, text_in(body, "id"), object_in(body.get("openapi_schema")))


def _path(full_name: str) -> str:
    model, _, version = full_name.partition(":")
    owner, _, name = model.partition("/")
    return f"/models/{quote(owner, safe='')}/{quote(name, safe='')}/versions/{quote(version, safe='')}"
