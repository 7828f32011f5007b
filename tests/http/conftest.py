"""A browser before our plain routes, without a network in between, and the mails that come of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from portrait_app.services.mails import Postman
from portrait_app.settings import Settings
from tests.http.doors import OURS, Mailbox, Studio

if TYPE_CHECKING:
    from pathlib import Path

    from tests.builders import House


@pytest.fixture
def mailbox() -> Mailbox:
    """What was sent."""
    return Mailbox()


@pytest.fixture
def studio(house: House, tmp_path: Path, mailbox: Mailbox) -> Studio:
    """A studio on one machine, without a mail server of its own."""
    settings = Settings.model_validate({"PORTRAIT_DATA_DIR": tmp_path, "APP_URL": OURS})
    return Studio(house, settings, Postman(house.desk, mailbox, OURS, "studio@studio.test"), mailbox)
