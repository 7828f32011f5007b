"""Models and versions: made, shown, listed and deleted."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse, PlainTextResponse, Response

from portrait_app.darkroom.api.requests import darkroom_of, read_body
from portrait_app.darkroom.catalogue import portrait_schema
from portrait_app.darkroom.clock import now, stamp
from portrait_app.darkroom.offers import OFFERS
from portrait_app.darkroom.problems import existing_model, forbidden, not_found
from portrait_app.darkroom.schemas import MODEL, MODEL_CHANGE
from portrait_app.darkroom.store import Model, Version

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request

    from portrait_app.darkroom.darkroom import Darkroom


async def create_model(request: Request) -> JSONResponse:
    """`POST /v1/models`."""
    darkroom = darkroom_of(request)
    body = await read_body(request, MODEL)
    if body["owner"] != darkroom.options.account:
        raise forbidden(f"You can only create models that you own; you are {darkroom.options.account}.")
    named = (body["owner"], body["name"], body["visibility"], body["hardware"], body.get("description"))
    model = Model(*named, created_at=stamp(now()), links=_given(_links(body)))
    if not darkroom.store.models.add(model):
        raise existing_model()
    return JSONResponse(darkroom.wire.model(model, None), status_code=201)


async def update_model(request: Request) -> JSONResponse:
    """`PATCH /v1/models/{owner}/{name}`: what is said of a model of one's own."""
    darkroom, model = darkroom_of(request), model_of(request)
    body = await read_body(request, MODEL_CHANGE)
    if model.owner != darkroom.options.account or model.full_name in OFFERS:
        raise forbidden(f"You can only change models that you made; you are {darkroom.options.account}.")
    said = {name: body[name] for name in ("description", "readme") if name in body}
    model = replace(model, links=_given(model.links | _links(body)), **said)
    darkroom.store.models.change(model)
    return JSONResponse(model_body(darkroom, model))


async def get_model(request: Request) -> JSONResponse:
    """`GET /v1/models/{owner}/{name}`."""
    darkroom = darkroom_of(request)
    return JSONResponse(model_body(darkroom, model_of(request)))


async def delete_model(request: Request) -> Response:
    """`DELETE /v1/models/{owner}/{name}`: private ones without versions only."""
    darkroom, model = darkroom_of(request), model_of(request)
    if model.visibility != "private":
        raise forbidden("You can only delete private models.")
    if darkroom.store.models.versions(model.full_name):
        raise forbidden("You can only delete models that have no versions. Delete its versions first.")
    darkroom.store.models.delete(model.full_name)
    return Response(status_code=204)


async def get_readme(request: Request) -> Response:
    """`GET /v1/models/{owner}/{name}/readme`."""
    model = model_of(request)
    offer = OFFERS.get(model.full_name)
    readme = offer.readme if offer else model.readme
    if not readme:
        raise not_found()
    return PlainTextResponse(readme)


async def list_versions(request: Request) -> JSONResponse:
    """`GET /v1/models/{owner}/{name}/versions`, newest first, on one page."""
    darkroom, model = darkroom_of(request), model_of(request)
    bodies = [_version_body(darkroom, version) for version in darkroom.store.models.versions(model.full_name)]
    return JSONResponse({"next": None, "previous": None, "results": bodies})


async def get_version(request: Request) -> JSONResponse:
    """`GET /v1/models/{owner}/{name}/versions/{id}`."""
    return JSONResponse(_version_body(darkroom_of(request), version_of(request)))


async def delete_version(request: Request) -> Response:
    """`DELETE /v1/models/{owner}/{name}/versions/{id}`: with its face model, its predictions and their pictures."""
    darkroom, model, version = darkroom_of(request), model_of(request), version_of(request)
    if model.visibility != "private":
        raise forbidden("You can only delete versions from private models.")
    for job in darkroom.store.jobs.of_version(version.id):
        darkroom.queue.cancel(job)
        darkroom.shelf.discard_outputs(job.folder)
        darkroom.store.jobs.delete(job.id)
    for training in darkroom.store.jobs.that_made(version.id):
        darkroom.shelf.discard_outputs(training.folder)
    # The face itself before the row: whoever asks is told that the version is gone only once its face is.
    darkroom.shelf.discard_face_model(version.id)
    darkroom.store.models.delete_version(version.id)
    return Response(status_code=202)


def model_of(request: Request) -> Model:
    """The model that the address names.

    Raises: Problem: there is none.
    """
    full_name = f"{request.path_params['owner']}/{request.path_params['name']}"
    model = darkroom_of(request).store.models.get(full_name)
    if model is None:
        raise not_found()
    return model


def version_of(request: Request) -> Version:
    """The version that the address names.

    Raises: Problem: there is none, or it belongs to another model.
    """
    version = darkroom_of(request).store.models.version(request.path_params["version"])
    if version is None or version.model != model_of(request).full_name:
        raise not_found()
    return version


def schema_of(darkroom: Darkroom, version: Version) -> Mapping[str, Any]:
    """The OpenAPI document of a version."""
    offer = OFFERS.get(version.model)
    return offer.document() if offer else portrait_schema(darkroom.compute.styles)


def _links(body: Mapping[str, Any]) -> dict[str, str]:
    return {name: link for name, link in body.items() if name.endswith("_url")}


def _given(links: Mapping[str, str]) -> dict[str, str]:
    """The links that lead somewhere: an empty one means that there is none."""
    return {name: link for name, link in links.items() if link}


def model_body(darkroom: Darkroom, model: Model) -> dict[str, Any]:
    """A model as the API shows it, with its latest version."""
    versions = darkroom.store.models.versions(model.full_name)
    return darkroom.wire.model(model, _version_body(darkroom, versions[0]) if versions else None)


def _version_body(darkroom: Darkroom, version: Version) -> dict[str, Any]:
    return darkroom.wire.version(version, schema_of(darkroom, version))
