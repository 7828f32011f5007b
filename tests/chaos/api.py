"""The provider's HTTP face: the calls of Replicate's contract that a studio makes."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from starlette.background import BackgroundTask
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route

from portrait_app.domain.order import OrderKind
from tests.chaos import schemas
from tests.chaos.bodies import body_of, moment
from tests.chaos.fate import Course, Reply
from tests.chaos.job import Job
from tests.chaos.provider import OWNER, Provider, new_job_id

if TYPE_CHECKING:
    from starlette.requests import Request

PAGE = 100
CANCEL_LOST = "the reply to a cancel was lost"
_TIMES = {"s": 1 / 120, "m": 60 / 120, "h": 3600 / 120}  # Cancel-After, in the provider's own short hours


class Api:
    """Routes over a provider; `webhook_secret` signs what it tells."""

    def __init__(self, provider: Provider, webhook_secret: str) -> None:
        self._provider = provider
        self._secret = webhook_secret

    def routes(self) -> list[Mount]:
        def get(path: str, do: Any) -> Route:
            return Route(path, do, methods=["GET"])

        def post(path: str, do: Any) -> Route:
            return Route(path, do, methods=["POST"])

        model = "/models/{owner}/{name}"
        return [
            Mount(
                "/v1",
                routes=[
                    get("/account", self._account),
                    get("/hardware", self._hardware),
                    get("/webhooks/default/secret", self._webhook_secret),
                    post("/models", self._make_model),
                    get(model, self._model),
                    get(model + "/versions", self._versions),
                    get(model + "/versions/{version}", self._version),
                    Route(model + "/versions/{version}", self._delete_version, methods=["DELETE"]),
                    post(model + "/versions/{version}/trainings", self._train),
                    post("/predictions", self._predict),
                    post("/files", self._upload),
                    get("/files", self._files),
                    Route("/files/{id}", self._delete_file, methods=["DELETE"]),
                    get("/{kind:str}", self._list),
                    get("/{kind:str}/{id}", self._job),
                    post("/{kind:str}/{id}/cancel", self._cancel),
                ],
            )
        ]

    async def _account(self, _: Request) -> Response:
        return JSONResponse({"type": "user", "username": OWNER, "name": "Chaos"})

    async def _hardware(self, _: Request) -> Response:
        return JSONResponse([{"name": "CPU", "sku": "cpu"}, {"name": "Nvidia T4 GPU", "sku": "gpu-t4"}])

    async def _webhook_secret(self, _: Request) -> Response:
        return JSONResponse({"key": self._secret})

    async def _make_model(self, request: Request) -> Response:
        body = await request.json()
        name = f"{body['owner']}/{body['name']}"
        if name in self._provider.models:
            return problem(409, "A model with that name and owner already exists.")
        self._provider.models.add(name)
        return JSONResponse(self._shown(name), status_code=201)

    async def _model(self, request: Request) -> Response:
        name = "{owner}/{name}".format(**request.path_params)
        if name not in self._provider.models and name not in schemas.TRAINERS:
            return problem(404, "The requested resource could not be found.")
        return JSONResponse(self._shown(name))

    def _shown(self, name: str) -> dict[str, Any]:
        owner, _, short = name.partition("/")
        visibility = "private" if owner == OWNER else "public"
        latest = schemas.version(name) if name in schemas.TRAINERS else None
        return {"owner": owner, "name": short, "visibility": visibility, "latest_version": latest}

    async def _version(self, request: Request) -> Response:
        name = "{owner}/{name}".format(**request.path_params)
        version = request.path_params["version"]
        if name in schemas.TRAINERS:
            return JSONResponse(schemas.version(name))
        if version not in self._provider.versions:
            return problem(404, "Version not found")
        return JSONResponse(schemas.face_model(version))

    async def _versions(self, _: Request) -> Response:
        newest = sorted(self._provider.versions, key=self._provider.pushed.__getitem__, reverse=True)
        results = [{"id": one, "created_at": moment(self._provider.pushed[one])} for one in newest]
        return JSONResponse({"next": None, "previous": None, "results": results})

    async def _delete_version(self, request: Request) -> Response:
        gone = BackgroundTask(self._provider.delete_version, request.path_params["version"])
        return Response(status_code=202, background=gone)

    async def _upload(self, request: Request) -> Response:
        async with request.form() as form:
            name = str(getattr(form["content"], "filename", ""))
        file = secrets.token_urlsafe(24)
        self._provider.files[file] = name
        return JSONResponse({"id": file, "name": name, "urls": {"get": self._file_url(file)}}, status_code=201)

    async def _files(self, _: Request) -> Response:
        files = reversed(self._provider.files.items())
        results = [{"id": file, "name": name, "urls": {"get": self._file_url(file)}} for file, name in files]
        return JSONResponse({"next": None, "previous": None, "results": results})

    def _file_url(self, file: str) -> str:
        return f"{self._provider.base}/v1/files/{file}"

    async def _delete_file(self, request: Request) -> Response:
        if self._provider.files.pop(request.path_params["id"], None) is None:
            return problem(404, "File not found")
        self._provider.deleted_files.add(request.path_params["id"])
        return Response(status_code=204)

    async def _train(self, request: Request) -> Response:
        body = await request.json()
        if body.get("destination") not in self._provider.models:
            return problem(404, "The specified training destination does not exist")
        model, version = "{owner}/{name}".format(**request.path_params), request.path_params["version"]
        return await self._take(request, OrderKind.TRAINING, body, model, version)

    async def _predict(self, request: Request) -> Response:
        body = await request.json()
        model, _, version = str(body["version"]).partition(":")
        if version not in self._provider.versions:
            return problem(422, "The specified version does not exist", title="Invalid version or not permitted")
        return await self._take(request, OrderKind.PREDICTION, body, model, version)

    async def _take(
        self, request: Request, kind: OrderKind, body: dict[str, Any], model: str, version: str
    ) -> Response:
        webhook = body.get("webhook")
        order = self._provider.order_of(body["input"])
        if webhook is not None:
            assert parse_qs(urlsplit(webhook).query)["order"] == [order]
        plan = self._provider.fate_of(order, version, body["input"])
        job = Job(
            id=new_job_id(),
            kind=kind,
            plan=plan,
            order=order,
            model=model,
            version=version,
            input=body["input"],
            webhook=webhook,
            events=tuple(body.get("webhook_events_filter") or ("start", "output", "logs", "completed")),
            destination=body.get("destination", ""),
            cancel_after_s=_seconds(request.headers.get("cancel-after", "1h")),
        )
        self._provider.accept(job)
        return await self._answer(request, job)

    async def _answer(self, request: Request, job: Job) -> Response:
        """The reply, or what becomes of it; the order is taken all the same."""
        if self._provider.accepted[job.order] == 1:
            match job.plan.reply:
                case Reply.RESET:
                    request.scope["reset"]()
                case Reply.ERROR:
                    return problem(502, "Bad gateway")
                case Reply.HANGS:
                    await request.receive()  # nothing comes after the body but the caller's going
                case Reply.COMES:
                    pass
        return JSONResponse(body_of(job, self._provider.base), status_code=201)

    async def _job(self, request: Request) -> Response:
        job = self._provider.jobs.get(request.path_params["id"])
        if job is None or job.is_vanished:
            return problem(404, "The requested resource could not be found.")
        job.note_asked()
        return JSONResponse(body_of(job, self._provider.base))

    async def _cancel(self, request: Request) -> Response:
        job = self._provider.jobs.get(request.path_params["id"])
        if job is None or job.is_vanished:
            return problem(404, "The requested resource could not be found.")
        if job.plan.course is Course.VANISHES:
            job.is_known.set()
            return problem(404, "The requested resource could not be found.")
        await self._provider.end(job, "canceled")
        job.cancels += 1
        if job.plan.course is Course.CALLED_OFF and job.cancels == 1:
            self._provider.faults[CANCEL_LOST] += 1
            request.scope["reset"]()
        return JSONResponse(body_of(job, self._provider.base))

    async def _list(self, request: Request) -> Response:
        """A page, newest first. The cursor is how many jobs come before it in time."""
        kind, since = request.path_params["kind"], request.query_params.get("created_after", "")
        jobs = self._provider.listed(kind)
        known = len(jobs)
        cursor = int(request.query_params.get("cursor", known))
        older = [job for job in jobs[:cursor] if (moment(job.created) or "") >= _as_z(since)]
        page = older[-PAGE:][::-1]
        begins = jobs.index(page[-1]) if page else 0
        is_more = len(older) > len(page)
        link = f"{self._provider.base}/v1/{kind}?cursor={begins}" + (
            f"&created_after={_quoted(since)}" if since else ""
        )
        results = [body_of(job, self._provider.base, is_listed=True) for job in page]
        is_first = "cursor" not in request.query_params
        self._provider.note_shown(since, page, is_first=is_first, is_last=not is_more)
        return JSONResponse({"next": link if is_more else None, "previous": None, "results": results})


def problem(status: int, detail: str, *, title: str = "", **more: Any) -> JSONResponse:
    """An error in Replicate's shape."""
    body = {"detail": detail, "status": status, **({"title": title} if title else {}), **more}
    return JSONResponse(body, status_code=status, media_type="application/problem+json")


def _quoted(since: str) -> str:
    return since.replace("+", "%2B")


def _as_z(since: str) -> str:
    return since.replace("+00:00", "Z")


def _seconds(said: str) -> float:
    """`10m`, `1h30m` in the provider's time."""
    total, digits = 0.0, ""
    for letter in said:
        if letter.isdigit():
            digits += letter
        else:
            total += int(digits) * _TIMES[letter]
            digits = ""
    return total
