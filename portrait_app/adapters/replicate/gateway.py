"""The only file that speaks to the engine: Replicate, the darkroom, or any server with the same contract."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import quote, urlsplit

import httpx
from replicate import AsyncReplicate, omit

from portrait_app.adapters.replicate import wire
from portrait_app.adapters.replicate.bounded import BoundedClient
from portrait_app.adapters.replicate.calls import asking, body_of, ordering, preparing, text_in
from portrait_app.adapters.replicate.errors import DestinationGone, FaceModelGone, JobVanished, Missing
from portrait_app.adapters.replicate.listing import JobList, UploadedFile
from portrait_app.adapters.replicate.models import Models
from portrait_app.adapters.replicate.secrets import WebhookSecrets
from portrait_app.adapters.replicate.training import TrainingPlaces
from portrait_app.domain.order import OrderKind

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping

    from portrait_app.adapters.replicate.errors import EngineError
    from portrait_app.domain.catalogue import Generator as Portraits
    from portrait_app.domain.catalogue import Trainer, Video
    from portrait_app.domain.report import JobReport

PREDICTION_CANCEL_AFTER = "10m"  # bounds what an order costs whose reply was lost for good
TRAINING_CANCEL_AFTER = "2h"
TIMEOUT = httpx.Timeout(30, connect=5)
_THIS_MACHINE = {"localhost", "127.0.0.1", "::1"}

_PREDICTION_NEWS: list[Literal["start", "output", "logs", "completed"]] = ["start", "output", "completed"]
_TRAINING_NEWS: list[Literal["start", "output", "logs", "completed"]] = ["start", "logs", "completed"]


class Gateway:
    """Orders and questions to the engine, each made once: a call is never repeated behind its caller's back.

    `jobs` are the engine's lists of them, `places` where trainings take place and what they push to.

    Args:
        base_url: the API's address; `/v1` at its end is added where it is missing.
        token: signs us in; it goes to that address and nowhere else.
        destination: `owner/name` of the one private model that face models become versions of; made when missing.
            Empty: `portrait-studio-faces` of the account.
        webhook_secret: one or several, separated by commas; None: asked for once.
    """

    def __init__(self, *, base_url: str, token: str, destination: str = "", webhook_secret: str | None = None) -> None:
        base = base_url.rstrip("/")
        self._base_url = base if base.endswith("/v1") else f"{base}/v1"
        # A proxy in the environment is for the world outside; this machine's own engine is not reached through it.
        is_local = urlsplit(self._base_url).hostname in _THIS_MACHINE
        http = BoundedClient(timeout=TIMEOUT, trust_env=not is_local)
        self._client = AsyncReplicate(
            bearer_token=token, base_url=self._base_url, timeout=TIMEOUT, max_retries=0, http_client=http
        )
        self.jobs = JobList(self._base_url, self._get, lambda: http.ahead)
        self._models = Models(self._client)
        self.places = TrainingPlaces(self._client, self._models, destination)
        self._secrets = WebhookSecrets(self.account_webhook_secret, webhook_secret or "")

    async def upload(self, name: str, data: bytes) -> UploadedFile:
        """Hand a zip of photos to the engine.

        Raises: NotSent, Throttled, Refused: nothing was ordered.
        """
        async with preparing(is_upload=True):
            content = (name, data, "application/zip")
            reply = body_of(await self._client.files.with_raw_response.create(content=content, filename=name))
            return UploadedFile(text_in(reply, "id"), text_in(reply, "urls", "get"))

    async def delete_file(self, file_id: str) -> None:
        """Have the engine forget an uploaded file; one that is gone already is no error.

        Raises: EngineDown, Throttled, Refused.
        """
        try:
            with asking():
                await self._client.files.with_raw_response.delete(file_id=file_id)
        except Missing:
            return

    async def start_training(self, trainer: Trainer, *, photos_url: str, seed: int, webhook: str | None) -> JobReport:
        """Order a training. The seed is given where the trainer takes one.

        Raises: NotSent, ReplyLost, Throttled, Refused.
        """
        try:
            return await self._order_training(trainer, photos_url, seed, webhook)
        except Missing:
            # Certainly not taken: what we remembered of the trainer or the destination is no longer so.
            self.places.forget()
            return await self._order_training(trainer, photos_url, seed, webhook)

    async def start_prediction(self, *, version: str, input: dict[str, Any], webhook: str | None) -> JobReport:  # noqa: A002 -- the engine's own word
        """Order portraits from `version`, `owner/name:hash`. What they are given is first held against its schema.

        Raises: NotSent, ReplyLost, Throttled, Refused.
        """
        with _or(FaceModelGone, version):
            async with preparing():
                takes = await self._models.version(version)
        self._models.require(takes, "Input", [input])
        with _or(FaceModelGone, version), ordering(OrderKind.PREDICTION):
            reply = await self._client.predictions.with_raw_response.create(
                version=version,
                input=input,
                webhook=webhook or omit,
                webhook_events_filter=_PREDICTION_NEWS if webhook else omit,
                cancel_after=PREDICTION_CANCEL_AFTER,
            )
            return wire.report_of(OrderKind.PREDICTION, body_of(reply))

    async def look_at(self, kind: OrderKind, job_id: str) -> JobReport:
        """Ask how a job is doing.

        Raises: JobVanished, EngineDown, Throttled, Refused.
        """
        with _or(JobVanished, job_id), asking():
            return wire.report_of(kind, await self._get(self._job_url(kind, job_id)))

    async def cancel(self, kind: OrderKind, job_id: str) -> JobReport:
        """Call a job off; one that has ended already stays as it ended.

        Raises: JobVanished, EngineDown, Throttled, Refused.
        """
        with _or(JobVanished, job_id), asking():
            url = f"{self._job_url(kind, job_id)}/cancel"
            return wire.report_of(kind, body_of(await self._client.post(url, cast_to=httpx.Response)))

    async def check_trainer(self, trainer: Trainer) -> bool:
        """Hold a trainer's entry in the catalogue against its newest version; False when that says nothing of it.

        Raises: ModelDiffers, EngineDown, Throttled, Refused: it can't be offered.
        """
        return await self._models.check_trainer(trainer)

    async def check_video(self, video: Video) -> bool:
        """Hold a video model's entry in the catalogue against its newest version; as `check_trainer`."""
        return await self._models.check_video(video)

    async def check_face_model(self, generator: Portraits, version: str) -> bool:
        """Hold what face models are given against one of them, `owner/name:hash`; False when it doesn't say.

        Raises: ModelDiffers, EngineDown, Throttled, Refused: it can't be offered.
        """
        return await self._models.check_face_model(generator, version)

    async def check_portraits(self, generator: Portraits) -> bool:
        """Hold what face models are given against the newest one; False when it doesn't say. Nothing is made for it.

        Raises: Missing: there is none yet. ModelDiffers, EngineDown, Throttled, Refused.
        """
        with asking():
            destination = await self.places.name()
        return await self._models.check_portraits(generator, destination)

    async def delete_version(self, version: str) -> None:
        """Have a face model deleted, `owner/name:hash`, with its predictions and files; accepted is not yet done.

        Raises: EngineDown, Throttled, Refused.
        """
        await self._models.delete(version)

    async def is_version_gone(self, version: str) -> bool:
        """Ask whether a face model is deleted.

        Raises: EngineDown, Throttled, Refused.
        """
        return await self._models.is_gone(version)

    async def verify(self, headers: Mapping[str, str], body: bytes) -> None:
        """See that the engine sent a webhook: by the secrets configured, else by the account's, fetched as needed.

        Raises: BadSignature; EngineDown, Throttled, Refused: the secret can't be had just now.
        """
        await self._secrets.verify(headers, body)

    async def webhook_secrets(self) -> tuple[str, ...]:
        """What webhooks are signed with: as configured, else asked for once.

        Raises: EngineDown, Throttled, Refused.
        """
        return await self._secrets.known()

    async def account_webhook_secret(self) -> str:
        """Ask what the account's webhooks are signed with, whatever was configured.

        Raises: EngineDown, Throttled, Refused.
        """
        with asking():
            return text_in(await self._get(f"{self._base_url}/webhooks/default/secret"), "key")

    async def account(self) -> str:
        """Whose account this is; it shows that the engine answers and the token is good.

        Raises: EngineDown, Throttled, Refused.
        """
        with asking():
            return text_in(await self._get(f"{self._base_url}/account"), "username")

    def read(self, kind: OrderKind, body: dict[str, Any]) -> JobReport:
        """Read a job's body, from a webhook or from the API.

        Raises: Unreadable: it is no job.
        """
        return wire.report_of(kind, body)

    async def close(self) -> None:
        """Let go of the connections."""
        await self._client.close()

    async def _order_training(self, trainer: Trainer, photos_url: str, seed: int, webhook: str | None) -> JobReport:
        async with preparing():
            place = await self.places.place(trainer)
        given = trainer.given(photos_url=photos_url, seed=seed)
        self._models.require(place.version, "TrainingInput", [given])
        with _or(DestinationGone, place.destination), ordering(OrderKind.TRAINING):
            reply = await self._client.trainings.with_raw_response.create(
                model_owner=place.owner,
                model_name=place.name,
                version_id=place.version.id,
                destination=place.destination,
                input=given,
                webhook=webhook or omit,
                webhook_events_filter=_TRAINING_NEWS if webhook else omit,
                extra_headers={"Cancel-After": TRAINING_CANCEL_AFTER},
            )
            return wire.report_of(OrderKind.TRAINING, body_of(reply))

    async def _get(self, url: str) -> dict[str, Any]:
        return body_of(await self._client.get(url, cast_to=httpx.Response))

    def _job_url(self, kind: OrderKind, job_id: str) -> str:
        # From the id: the links in the reply to a training's order lead to /predictions.
        return f"{self._base_url}/{kind}s/{quote(job_id, safe='')}"


@contextlib.contextmanager
def _or(gone: type[EngineError], what: str) -> Generator[None]:
    """Say what is gone, where the engine says only that something is."""
    try:
        yield
    except Missing as error:
        raise gone(f"{what}: {error}") from error
