"""Errors in the shapes that Replicate gives them (RFC 9457, application/problem+json)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse

from portrait_app.darkroom.shelf import DISK_FULL

if TYPE_CHECKING:
    from collections.abc import Sequence

    from portrait_app.darkroom.schemas import Violation


class Problem(Exception):
    """A request that ends in an error; `body` is what the client reads."""

    def __init__(self, status: int, detail: str, *, title: str | None = None, **more: Any) -> None:
        super().__init__(detail)
        self.status = status
        self.body: dict[str, Any] = {"detail": detail, "status": status} | ({"title": title} if title else {}) | more

    def response(self) -> JSONResponse:
        """Say it over HTTP."""
        return JSONResponse(self.body, status_code=self.status, media_type="application/problem+json")


def unauthenticated() -> Problem:
    """No token, or a wrong one."""
    return Problem(401, "You did not pass a valid authentication token", title="Unauthenticated")


def not_found(detail: str = "The requested resource could not be found.") -> Problem:
    """Nothing has that name."""
    return Problem(404, detail, title="Not found")


def forbidden(detail: str) -> Problem:
    """It exists, and may not be touched."""
    return Problem(403, detail, title="Forbidden")


def missing_destination() -> Problem:
    """A training needs a model to be pushed to. Replicate gives this one no title."""
    return Problem(404, "The specified training destination does not exist")


def unusable_version() -> Problem:
    """A prediction or training names a version that is not there, or is not for that."""
    return Problem(
        422,
        "The specified version does not exist (or perhaps you don't have permission to use it?)",
        title="Invalid version or not permitted",
    )


def existing_model() -> Problem:
    """The name is taken. Clients were seen to read `errors[0].detail`."""
    detail = "A model with that name and owner already exists."
    return Problem(409, detail, title="Conflict", errors=[{"detail": detail}])


def too_large(detail: str) -> Problem:
    """More bytes than are taken."""
    return Problem(413, detail, title="Content Too Large")


def malformed(detail: str) -> Problem:
    """The request could not be read at all."""
    return Problem(400, detail, title="Bad request")


def unspeakable(what: str) -> Problem:
    """Text with half a character in it, which no answer and no webhook could repeat."""
    detail = f"{what} contains a lone surrogate, which is no character: send valid Unicode"
    return Problem(422, detail, title="Input validation failed")


def not_working() -> Problem:
    """The darkroom answers, but nobody works on its jobs: it is about to end, and to be started again."""
    return Problem(503, "The darkroom takes no jobs up at the moment; try again soon", title="Service unavailable")


def disk_full() -> Problem:
    """The darkroom's disk takes no more; it lives on and can be asked again."""
    return Problem(507, DISK_FULL, title="Insufficient storage")


def invalid(violations: Sequence[Violation]) -> Problem:
    """The request's JSON does not fit its schema."""
    detail = "".join(f"- {v.field}: {v.description}\n" if v.is_inside else f"- {v.description}\n" for v in violations)
    fields = [{"type": v.kind, "field": v.field, "description": v.description} for v in violations]
    return Problem(422, detail, title="Input validation failed", invalid_fields=fields)
