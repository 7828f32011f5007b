"""What the doctor says of an engine outside, and that each complaint says what to do."""

from __future__ import annotations

import asyncio
import os
import sys
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any

import pytest

from portrait_app.adapters.replicate.signature import WebhookAddress
from portrait_app.doctor import replicate as doctor
from portrait_app.domain.catalogue import TRAINERS, VIDEOS
from portrait_app.settings import Settings
from tests.adapters import replicated
from tests.adapters.scripted import HANG_UP, MISSING, Answer, ScriptedEngine
from tests.adapters.test_signature import OTHER, SECRET

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from pathlib import Path

    from portrait_app.doctor.finding import Finding

ACCOUNT, ASK = "GET /v1/account", "GET /v1/webhooks/default/secret"
TRAINER = "GET /v1/models/ostris/flux-dev-lora-trainer"
FACES = "GET /v1/models/ada/portrait-studio-faces"
KLING = "GET /v1/models/kwaivgi/kling-v2.1"
OURS = WebhookAddress(b"k" * 32, "http://studio.example.org/api/webhook")


@pytest.fixture
async def engine() -> AsyncGenerator[ScriptedEngine]:
    """An engine with which all is well."""
    async with ScriptedEngine() as engine:
        documents = replicated.TRAINERS | replicated.VIDEOS
        engine.answers |= {
            f"GET /v1/models/{entry.model}": offers(documents[key])
            for key, entry in (TRAINERS | VIDEOS).items()
            if key in documents
        }
        engine.answers |= {
            ACCOUNT: Answer(body={"type": "user", "username": "ada"}),
            ASK: Answer(body={"key": SECRET}),
            FACES: offers(replicated.PORTRAITS["flux-dev"]),
        }
        yield engine


def offers(document: Any, version: str = "v1") -> Answer:
    """A model whose newest version says this of itself."""
    return Answer(body={"latest_version": {"id": version, "openapi_schema": document}})


async def all_findings(engine: ScriptedEngine, folder: Path, **variables: str) -> list[Finding]:
    settings = Settings.model_validate(
        {"PORTRAIT_DATA_DIR": folder, "replicate_base_url": engine.base, "replicate_api_token": "r8", **variables}
    )
    return await asyncio.to_thread(doctor.look, settings)


async def findings(engine: ScriptedEngine, folder: Path, **variables: str) -> dict[str, Finding]:
    """The first finding on each subject."""
    found = await all_findings(engine, folder, **variables)
    return {finding.subject: finding for finding in reversed(found)}


def is_empty(folder: Path) -> bool:
    return not any(folder.iterdir())


async def test_all_is_well_with_a_good_token_and_models_as_we_know_them(engine: ScriptedEngine, tmp_path: Path) -> None:
    every = await all_findings(engine, tmp_path)
    assert [finding.said for finding in every if finding.next_step] == []
    assert sum("takes what we send" in finding.said for finding in every) == len(TRAINERS | VIDEOS)  # and the faces
    found = await findings(engine, tmp_path)
    assert "ada" in found["Token"].said
    assert "takes what we send; about $1.85 and 25 min a face model" in found["Trainer"].said
    assert "about $0.03 each, and 15 s a call" in found["Portraits"].said
    assert any("from $0.05 and 40 s a video" in finding.said for finding in every if finding.subject == "Video")
    assert "asks for news by itself" in found["Webhooks"].said
    assert is_empty(tmp_path)  # it changes nothing


@pytest.mark.parametrize(
    ("answer", "step"),
    [
        (Answer(401, {"detail": "You did not pass a valid authentication token"}), "REPLICATE_API_TOKEN"),
        (Answer(403, {"detail": "This account is suspended."}), "suspended or the token limited"),
        (Answer(429, {"retry_after": 7}), "in a minute"),
        (HANG_UP, "network"),
        (Answer(500, {}), "network"),
    ],
    ids=["a wrong token", "a refused account", "too often", "a broken line", "an engine in trouble"],
)
async def test_without_an_account_nothing_else_is_looked_at(
    engine: ScriptedEngine, tmp_path: Path, answer: Any, step: str
) -> None:
    engine.answers[ACCOUNT] = answer
    found = await findings(engine, tmp_path)
    assert list(found) == ["Token"]
    assert step in found["Token"].next_step
    assert ("doesn't answer" in found["Token"].said) is (step == "network")


async def test_a_trainer_that_changed_is_told_input_by_input(engine: ScriptedEngine, tmp_path: Path) -> None:
    document = replicated.document("TrainingInput", {"photos": replicated.FILE}, ["photos"])
    engine.answers[TRAINER] = offers(document, "v2")
    trainer = (await findings(engine, tmp_path))["Trainer"]
    assert "flux-dev-lora-trainer:v2" in trainer.said
    assert "it takes no input_images" in trainer.said
    assert "REPLICATE_TRAINER to fast-flux, qwen" in trainer.next_step


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (MISSING, "can't be used"),
        (Answer(503, {}), "can't be looked at"),
        (offers(None), "couldn't be checked"),
    ],
    ids=["gone", "down", "silent"],
)
async def test_a_trainer_that_cannot_be_checked_is_said_to_be_so(
    engine: ScriptedEngine, tmp_path: Path, answer: Answer, said: str
) -> None:
    engine.answers[TRAINER] = answer
    assert said in (await findings(engine, tmp_path))["Trainer"].said


async def test_a_model_that_is_not_used_today_and_changed_is_told_and_nothing_must_be_done(
    engine: ScriptedEngine, tmp_path: Path
) -> None:
    engine.answers[KLING] = offers(replicated.document("Input", {"prompt": replicated.TEXT}, ["prompt"]), "k2")
    engine.answers["GET /v1/models/qwen/qwen-image-lora-trainer"] = HANG_UP
    engine.answers["GET /v1/models/wan-video/wan-2.2-i2v-fast"] = MISSING
    every = await all_findings(engine, tmp_path)
    (film,) = [finding for finding in every if "kling" in finding.said]
    assert "k2 is not as we know it, so it is not offered: it takes no start_image" in film.said
    assert [finding.said for finding in every if finding.next_step] == []
    assert any("qwen-image-lora-trainer can't be looked at" in finding.said for finding in every)
    assert any("wan-2.2-i2v-fast is not at the engine any more, so" in finding.said for finding in every)


async def test_what_no_longer_fits_is_said_in_words_and_in_no_line_of_the_log(
    engine: ScriptedEngine, tmp_path: Path
) -> None:
    engine.answers[KLING] = offers(replicated.document("Input", {"prompt": replicated.TEXT}, ["prompt"]), "k2")
    told = {"REPLICATE_API_TOKEN": "r8", "REPLICATE_BASE_URL": engine.base, "PORTRAIT_DATA_DIR": str(tmp_path)}
    doctor = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "portrait_app", "doctor"),
        env={**os.environ, **told},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said = (await doctor.communicate())[0].decode()
    assert "k2 is not as we know it, so it is not offered" in said
    assert "model.differs" not in said


async def test_the_newest_face_model_is_held_against_what_its_portraits_are_given(
    engine: ScriptedEngine, tmp_path: Path
) -> None:
    engine.answers[FACES] = offers(replicated.document("Input", {"words": replicated.TEXT}, ["words"]), "f2")
    portraits = (await findings(engine, tmp_path))["Portraits"]
    assert "faces:f2 is not as we know it" in portraits.said
    assert "it takes no prompt" in portraits.said
    assert "mend flux-dev" in portraits.next_step
    for answer, said in (
        (offers(replicated.PORTRAITS["qwen"]), "it is of another trainer, qwen"),
        (Answer(body={"latest_version": None}), "no face model at the engine yet"),
        (MISSING, "no face model at the engine yet"),
    ):
        engine.answers[FACES] = answer
        portraits = (await findings(engine, tmp_path))["Portraits"]
        assert said in portraits.said
        assert not portraits.next_step
    assert not engine.asked_for("POST /v1/models")  # it makes none


async def test_a_configured_secret_is_compared_with_the_accounts(engine: ScriptedEngine, tmp_path: Path) -> None:
    wrong = (await findings(engine, tmp_path, replicate_webhook_secret=OTHER))["Secret"]
    assert "REPLICATE_WEBHOOK_SECRET" in wrong.next_step
    assert not (await findings(engine, tmp_path, replicate_webhook_secret=f"{OTHER},{SECRET}"))["Secret"].next_step
    engine.answers[ASK] = Answer(403, {"detail": "no"})
    assert not (await findings(engine, tmp_path, replicate_webhook_secret=OTHER))["Secret"].next_step
    assert "set REPLICATE_WEBHOOK_SECRET" in (await findings(engine, tmp_path))["Secret"].next_step


async def test_a_clock_that_differs_from_the_engines_is_told(engine: ScriptedEngine, tmp_path: Path) -> None:
    """The engine's news would look too old, or to come."""
    for minutes, said in ((0, None), (1, None), (7, "7 min behind the engine's"), (-7, "7 min ahead of the engine's")):
        date = format_datetime(datetime.now(UTC) + timedelta(minutes=minutes), usegmt=True)
        engine.answers[ACCOUNT] = Answer(body={"username": "ada"}, headers={"Date": date})
        told = (await findings(engine, tmp_path)).get("Clock")
        assert (told and told.said, told is None or "NTP" in told.next_step) == (said, True)


async def test_a_studio_that_never_ran_is_not_knocked_at(engine: ScriptedEngine, tmp_path: Path) -> None:
    webhooks = (await findings(engine, tmp_path, APP_URL="https://studio.example.org"))["Webhooks"]
    assert "start the studio once" in webhooks.next_step
    assert is_empty(tmp_path)
