"""What can go wrong between us and the engine, told apart by what may have happened there."""

from __future__ import annotations

import math

from portrait_app.adapters.replicate import naming
from portrait_app.domain.order import OrderKind
from portrait_app.errors import PortraitError


class EngineError(PortraitError):
    """Something went wrong between us and the engine."""

    headline = "The portrait engine isn't answering"
    hint = "Nothing is lost. We'll keep trying; you can close this page meanwhile."


class NotSent(EngineError):
    """Certainly no job was ordered; sending the order again is safe."""

    is_retryable = True


class StoppedOnTheWay(NotSent):
    """413 on a page, which isn't the engine's: something between takes no upload of this size, now or later."""

    headline = "Something on the way to the portrait engine takes no upload of this size"


class ReplyLost(EngineError):
    """An order was sent and no usable reply came: the engine may have taken it. Look for it before sending again."""

    headline = "We're making sure your order arrived"
    hint = "The connection broke at a bad moment. We're checking, so that nothing is ordered twice."


class EngineDown(EngineError):
    """A question went unanswered. Asking changes nothing at the engine, so it can be asked again."""

    is_retryable = True


class Throttled(EngineError):
    """Too many requests in too short a time; nothing was ordered. `retry_after_s` is when to come again."""

    headline = "The portrait engine is busy"
    is_retryable = True

    def __init__(self, detail: str, retry_after_s: float) -> None:
        super().__init__(detail)
        self.retry_after_s = retry_after_s
        self.hint = f"Your order is safe and goes out by itself {_when(retry_after_s)}; you can close this page."


class NotOurTurn(Throttled):
    """Our own pace, or an earlier "not so fast" of the engine's: this call was not made."""


class Refused(EngineError):
    """The engine understood, and said no; nothing was ordered, and asking again would not help."""

    headline = "The portrait engine said no"
    hint = "Nothing was ordered or charged, and your photos are safe."


class OutOfCredit(Refused):
    """402: the account at the engine has no credit."""

    headline = "The studio's account has run out of credit"
    hint = "Nothing was ordered, and your photos are safe. Whoever runs this studio can top it up; then try again."


class WrongToken(Refused):
    """401: the token is missing, wrong or revoked."""

    headline = "The studio can't sign in to its portrait engine"
    hint = "Nothing was ordered, and your photos are safe. Whoever runs this studio should check REPLICATE_API_TOKEN."


class PublicDestination(Refused):
    """The model that face models would be pushed to can be seen by anyone."""

    headline = "Your face model would not be private"

    def __init__(self, destination: str) -> None:
        super().__init__(f"{destination} is public")
        self.hint = f"So nothing was ordered. Whoever runs this studio should make {destination} private."


class BadInput(Refused):
    """422: the engine can't work with what it was given. `field` is the first one it names, or empty."""

    headline = "The portrait engine can't work with this"

    def __init__(self, detail: str, field: str = "", kind: OrderKind = OrderKind.PREDICTION) -> None:
        super().__init__(detail)
        self.field = field
        self.hint = (
            f"It said that it can't work with {naming.this(field)}. Nothing was ordered or charged, and what you have "
            f"is safe. {naming.next_step(kind, field)}"
        )


class ModelDiffers(Refused):
    """A model's version doesn't take what its entry in the catalogue would send. `complaints` says what, one by one."""

    headline = "The portrait engine has changed"
    hint = (
        "So nothing was ordered, and what you have is safe. Whoever runs this studio finds out with “make doctor” what "
        "no longer fits, and can choose another trainer with REPLICATE_TRAINER."
    )

    def __init__(self, version: str, complaints: list[str]) -> None:
        super().__init__(f"{version}: {'; '.join(complaints)}")
        self.version = version
        self.complaints = complaints


class TooLarge(Refused):
    """413: what was uploaded is more than the engine takes, 100 MB at Replicate."""

    headline = "These photos are too much at once"
    hint = "The portrait engine takes 100 MB of photos. Nothing was ordered; take a few out, then start again."


class Missing(Refused):
    """404: the engine doesn't have what the request names."""


class TrainerGone(Missing):
    """404: what learns new face models is no longer there, or has no version."""

    headline = "What learns new faces is no longer at the portrait engine"
    hint = (
        "Nothing was ordered or charged, and your photos are safe. Whoever runs this studio can choose another trainer "
        "with REPLICATE_TRAINER."
    )


class DestinationGone(Missing):
    """404: the model that new face models would be pushed to is not there, and making it did not help."""

    headline = "There is no place for your face model at the portrait engine"
    hint = (
        "Nothing was ordered or charged, and your photos are safe. Whoever runs this studio should look at "
        "REPLICATE_DESTINATION: a private model of the token's own account."
    )


class FaceModelGone(Missing):
    """404: the version that portraits were ordered from is no longer at the engine."""

    headline = "This face model is no longer at the portrait engine"
    hint = "Nothing was ordered. Its portraits are safe; learn the face anew to make more of them."


class JobVanished(EngineError):
    """404 in the engine's own words: it knows no such job, or no longer, or it is another account's."""

    headline = "The portrait engine no longer knows this job"
    hint = "Nothing else is lost; please start it again."


class Unreadable(EngineError):
    """What claims to be news of a job has no job's id in it."""


class BadSignature(EngineError):
    """A webhook isn't from the engine, was altered on its way, or is too old. Answered with 401."""


def _when(seconds: float) -> str:
    if seconds < 2:  # noqa: PLR2004 -- no number worth saying
        return "in a moment"
    if seconds < 60:  # noqa: PLR2004 -- a minute
        return f"in about {math.ceil(seconds)} seconds"
    return f"in about {math.ceil(seconds / 60)} minutes"
