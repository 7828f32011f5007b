"""What the engine would take is offered, and what it certainly wouldn't is refused in words."""

from __future__ import annotations

import asyncio

import pytest

from portrait_app.adapters.replicate.errors import EngineDown, EngineError, ModelDiffers, Throttled, WrongToken
from portrait_app.domain.catalogue import TRAINERS
from portrait_app.services.offers import NotOffered, Offers


class Checked:
    """An engine that answers as it is told when a trainer is held against its schema."""

    def __init__(self) -> None:
        self.says: EngineError | None = None
        self.is_known = True
        self.asked = asyncio.Event()

    async def check_trainer(self, trainer: object) -> bool:
        assert trainer is TRAINERS["qwen"]
        self.asked.set()
        if self.says is not None:
            raise self.says
        return self.is_known


@pytest.fixture
def engine() -> Checked:
    return Checked()


@pytest.fixture
def offers(engine: Checked) -> Offers:
    return Offers(engine, TRAINERS["qwen"], None)  # type: ignore[arg-type] -- a fake, and no portraits


async def test_before_the_engine_was_asked_training_is_offered(offers: Offers) -> None:
    offers.require_training()


@pytest.mark.parametrize(
    ("refusal", "words"),
    [
        (ModelDiffers("qwen/trainer:1", ["it takes no dataset"]), "make doctor"),
        (WrongToken("401"), "REPLICATE_API_TOKEN"),
    ],
    ids=["a model that changed", "a wrong token"],
)
async def test_what_the_engine_would_refuse_is_not_offered_until_it_is_mended(
    offers: Offers, engine: Checked, refusal: EngineError, words: str
) -> None:
    engine.says = refusal
    assert await offers.look()
    with pytest.raises(NotOffered) as said:
        offers.require_training()
    assert refusal.headline in said.value.hint
    assert words in said.value.hint

    engine.says = None
    assert await offers.look()
    offers.require_training()


async def test_a_trainer_that_could_not_be_checked_is_offered_and_whoever_runs_the_studio_is_told(
    offers: Offers, engine: Checked
) -> None:
    engine.is_known = False
    assert await offers.look()
    offers.require_training()
    assert offers.why_no_training() == ""
    (said,) = offers.troubles()
    assert "qwen/qwen-image-lora-trainer doesn't say what it takes" in said
    engine.is_known = True
    await offers.look()
    assert offers.troubles() == []


@pytest.mark.parametrize("silence", [EngineDown("no answer"), Throttled("429", 5)], ids=["down", "throttled"])
async def test_an_engine_that_does_not_answer_changes_nothing_of_what_is_known(
    offers: Offers, engine: Checked, silence: EngineError
) -> None:
    engine.says = silence
    assert not await offers.look()
    offers.require_training()

    engine.says = WrongToken("401")
    await offers.look()
    engine.says = silence
    assert not await offers.look()
    with pytest.raises(NotOffered):
        offers.require_training()


async def test_it_is_looked_at_as_soon_as_the_process_lives_and_no_longer_than_that(
    offers: Offers, engine: Checked
) -> None:
    engine.says = WrongToken("401")
    async with offers.kept_fresh(), asyncio.timeout(5):
        await engine.asked.wait()
        while True:
            try:
                offers.require_training()
            except NotOffered:
                break
            await asyncio.sleep(0)  # what was asked is noted a few turns of the loop later, and announced to nobody
    assert len(asyncio.all_tasks()) == 1
