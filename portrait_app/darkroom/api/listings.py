"""Lists of models: all of them, those that fit a few words, and a model's examples."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import JSONResponse

from portrait_app.darkroom.api.models import model_body, model_of
from portrait_app.darkroom.api.requests import darkroom_of, read_all
from portrait_app.darkroom.offers import OFFERS
from portrait_app.darkroom.problems import Problem, malformed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from starlette.requests import Request

    from portrait_app.darkroom.darkroom import Darkroom
    from portrait_app.darkroom.store import Model

_SORTS = ("latest_version_created_at", "model_created_at")
_DIRECTIONS = ("desc", "asc")


async def list_models(request: Request) -> JSONResponse:
    """`GET /v1/models`: the public ones, as on Replicate, on one page; a darkroom has few."""
    by, direction = _choice(request, "sort_by", _SORTS), _choice(request, "sort_direction", _DIRECTIONS)
    darkroom = darkroom_of(request)

    def key(model: Model) -> str:
        if by == "model_created_at":
            return model.created_at
        versions = darkroom.store.models.versions(model.full_name)
        return versions[0].created_at if versions else ""

    return _page(darkroom, sorted(_public(darkroom), key=key, reverse=direction == "desc"))


async def search_models(request: Request) -> JSONResponse:
    """`QUERY /v1/models`: public ones whose name, description or readme has every word of the body."""
    darkroom = darkroom_of(request)
    try:
        # Replicate's Python client puts the text in quotes, as JSON, whatever it calls it.
        words = (await read_all(request)).decode().strip().strip('"').casefold().split()
    except UnicodeDecodeError as error:
        raise malformed("The search query is not UTF-8") from error
    found = (model for model in _public(darkroom) if all(word in _text(model) for word in words))
    return _page(darkroom, found)


async def list_examples(request: Request) -> JSONResponse:
    """`GET /v1/models/{owner}/{name}/examples`: none; a darkroom keeps no predictions for show."""
    model_of(request)
    return _page(darkroom_of(request), ())


def _public(darkroom: Darkroom) -> Iterator[Model]:
    return (model for model in darkroom.store.models.all() if model.visibility == "public")


def _page(darkroom: Darkroom, models: Iterable[Model]) -> JSONResponse:
    bodies = [model_body(darkroom, model) for model in models]
    return JSONResponse({"next": None, "previous": None, "results": bodies})


def _text(model: Model) -> str:
    offer = OFFERS.get(model.full_name)
    readme = offer.readme if offer else model.readme
    return " ".join((model.full_name, model.description or "", readme or "")).casefold()


def _choice(request: Request, name: str, choices: tuple[str, ...]) -> str:
    given = request.query_params.get(name, choices[0])
    if given not in choices:
        words = f"{name} must be one of the following: {', '.join(choices)}"
        raise Problem(422, words, title="Input validation failed")
    return given
