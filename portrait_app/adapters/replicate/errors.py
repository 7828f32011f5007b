"""What can go wrong between us and the engine, told apart by what may have happened there."""

from __future__ import annotations

from portrait_app.errors import PortraitError


class EngineError(PortraitError):
    """Something went wrong between us and the engine."""

    headline = "The portrait engine isn't answering"
    hint = "Nothing is lost. We'll keep trying; you can close this page meanwhile."


class NotSent(EngineError):
    """Certainly no job was ordered; sending the order again is safe."""

    is_retryable = True


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
    hint = "Your order is safe and will be sent in a moment."
    is_retryable = True

    def __init__(self, detail: str, retry_after_s: float) -> None:
        super().__init__(detail)
        self.retry_after_s = retry_after_s


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
    hint = "Nothing was ordered or charged. Try another style or shape; your photos and face models are safe."

    def __init__(self, detail: str, field: str = "") -> None:
        super().__init__(detail)
        self.field = field


class Missing(Refused):
    """404: the engine doesn't have what the request names."""


class JobVanished(EngineError):
    """404: the engine knows no such job, or no longer."""

    headline = "The portrait engine no longer knows this job"
    hint = "Nothing else is lost; please start it again."


class Unreadable(EngineError):
    """What claims to be news of a job has no job's id in it."""


class BadSignature(EngineError):
    """A webhook isn't from the engine, was altered on its way, or is too old. Answered with 401."""
