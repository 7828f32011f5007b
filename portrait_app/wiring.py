"""The only file that names every adapter: furnishes the house from the settings."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from portrait_app.adapters.buckets.disk import DiskBuckets
from portrait_app.adapters.mail.outbox import Outbox
from portrait_app.adapters.mail.smtp import SmtpServer
from portrait_app.adapters.queue import JobQueue, jobs_app
from portrait_app.adapters.replicate.gateway import Gateway
from portrait_app.adapters.replicate.signature import WebhookAddress
from portrait_app.database import clock
from portrait_app.database.address import Address
from portrait_app.database.session import Database
from portrait_app.domain.catalogue import TRAINERS
from portrait_app.faces.reader import FaceReader
from portrait_app.services import health
from portrait_app.services.farewells import Farewells
from portrait_app.services.keeping import Keeper
from portrait_app.services.mails import Postman
from portrait_app.services.offers import Offers
from portrait_app.services.orders import Sender
from portrait_app.services.parting import Parting
from portrait_app.services.selfies import Examiner
from portrait_app.services.work import Desk

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from procrastinate import App

    from portrait_app.adapters.oidc import Provider
    from portrait_app.ports.bucket import Buckets
    from portrait_app.ports.mailer import Mailer
    from portrait_app.settings import Settings

REPLICATE = "https://api.replicate.com/v1"


@dataclass(frozen=True)
class Workshop:
    """Everything a process of the house works with. Tests furnish one anew."""

    settings: Settings
    address: Address
    desk: Desk
    gateway: Gateway
    jobs: App

    @cached_property
    def reader(self) -> FaceReader:
        """The models that read faces; loaded when first needed, so the web process never does."""
        return FaceReader(self.settings.data_dir / "models")

    @cached_property
    def providers(self) -> dict[str, Provider]:
        """Who else may say who somebody is, by key."""
        from portrait_app.adapters.providers import providers_of  # noqa: PLC0415 -- a tenth of a start, for web alone

        return providers_of(self.settings)

    @property
    def examiner(self) -> Examiner:
        """Looks at selfies."""
        return Examiner(self.desk, self.reader)

    @property
    def keeper(self) -> Keeper:
        """Keeps portraits."""
        return Keeper(self.desk, self.reader, self.settings.engine_origin)

    @property
    def sender(self) -> Sender:
        """Sends orders."""
        return Sender(self.desk, self.gateway, self.webhook)

    @cached_property
    def webhook(self) -> WebhookAddress:
        """Where the engine brings its news."""
        return webhook_of(self.settings)

    @cached_property
    def offers(self) -> Offers:
        """Whether trainings and portraits can be offered."""
        return Offers(self.gateway, TRAINERS[self.settings.trainer], self.desk)

    @property
    def mailer(self) -> Mailer:
        """Carries mails."""
        return mailer_of(self.settings)

    @property
    def postman(self) -> Postman:
        """Sends mails."""
        return Postman(self.desk, self.mailer, self.settings.public_url, self.settings.mail_from)

    @property
    def parting(self) -> Parting:
        """Deletes everything of whoever leaves."""
        return Parting(self.desk, self.gateway, self.mailer, self.settings.data_dir)

    @property
    def farewells(self) -> Farewells:
        """Does what is left to do afterwards."""
        return Farewells(self.desk, self.gateway, self.postman)

    async def health(self) -> dict[str, bool]:
        """Ask whether each part of the house answers."""
        return await health.parts(self.desk, self.gateway, self.jobs)


def furnish(settings: Settings) -> Workshop:
    """Name every adapter; nothing is opened yet."""
    address = Address.of(settings)
    jobs = jobs_app(address)
    asks_two_steps = settings.two_steps == "required"
    desk = Desk(Database(address), buckets_of(settings), JobQueue(jobs), asks_two_steps=asks_two_steps)
    return Workshop(settings, address, desk, gateway_of(settings), jobs)


def buckets_of(settings: Settings) -> Buckets:
    """Name where pictures are kept: the store of the settings, or the data folder."""
    signing_keys = {"1": settings.key_for("media links")}
    if settings.store is not None:
        from portrait_app.adapters.buckets.s3 import S3Buckets  # noqa: PLC0415 -- botocore: 1 s and 30 MB, where needed

        return S3Buckets(settings.store, signing_keys)
    return DiskBuckets(settings.data_dir / "bucket", signing_keys)


def gateway_of(settings: Settings) -> Gateway:
    """Name the engine that the settings do."""
    # The variable is Replicate's account's; a darkroom signs with a secret of its own, and is asked for it.
    secret = None if settings.is_darkroom else settings.replicate_webhook_secret
    gateway = Gateway(
        base_url=settings.replicate_base_url or REPLICATE,
        token=settings.engine_token,
        destination=settings.replicate_destination,
        webhook_secret=secret.get_secret_value() if secret else None,
    )
    gateway.jobs.never_lags = settings.darkroom_is_ours
    return gateway


def webhook_of(settings: Settings) -> WebhookAddress:
    """Name the address that the engine brings its news to."""
    return WebhookAddress(settings.key_for("webhook addresses"), settings.webhook_url)


def mailer_of(settings: Settings) -> Mailer:
    """Name who carries mails: the server of the settings, or the data folder's outbox."""
    if not settings.smtp_host:
        return Outbox(settings.data_dir / "outbox")
    return SmtpServer(
        host=settings.smtp_host,
        port=settings.smtp_port,
        user=settings.smtp_user,
        password=settings.smtp_password.get_secret_value() if settings.smtp_password else "",
        is_plain=settings.smtp_plain,
    )


@asynccontextmanager
async def open_workshop(settings: Settings) -> AsyncGenerator[Workshop]:
    """Furnish the house and open what must be open; close it at the end."""
    workshop = furnish(settings)
    async with workshop.jobs.open_async():
        try:
            async with clock.kept(workshop.desk.database):
                yield workshop
        finally:
            await workshop.gateway.close()
            await workshop.desk.database.close()
