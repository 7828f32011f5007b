"""The darkroom's rows as Replicate's JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from portrait_app.darkroom.clock import read_stamp
from portrait_app.darkroom.offers import MOTION

if TYPE_CHECKING:
    from collections.abc import Mapping

    from portrait_app.darkroom.store import File, Job, Model, Version

WEIGHTS = "trained_model.face"


class Wire:
    """Writes bodies whose links start with `base`, as "http://127.0.0.1:8787"."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.api = f"{base}/v1"

    def job(self, job: Job, *, is_new: bool = False) -> dict[str, Any]:
        """A prediction or training as the API and its webhooks show it.

        Args: is_new: it is the answer to the request that made it: a training's links then point to /predictions,
            a trap of Replicate's own that clients must survive.
        """
        noun = "predictions" if job.kind == "prediction" or is_new else "trainings"
        here = f"{self.api}/{noun}/{job.id}"
        body: dict[str, Any] = {
            "id": job.id,
            "model": job.model,
            "version": job.version,
            "input": job.input,
            "logs": job.logs,
            "output": self._output(job),
            "data_removed": job.is_removed,
            "error": job.error,
            "status": job.status,
            "source": "api",
            "created_at": job.created_at,
            "started_at": job.started_at,
            "completed_at": job.completed_at,
            "deadline": job.deadline,
            "urls": {"get": here, "cancel": f"{here}/cancel", "web": f"{self.base}/p/{job.id}"},
            "metrics": _metrics(job),
        }
        if job.kind == "training":
            del body["data_removed"]  # nothing of a training is: its version stays
        if self.streams(job):
            body["urls"]["stream"] = f"{self.base}/streams/{job.folder}"
        return {key: value for key, value in body.items() if value is not None or key in {"output", "error"}}

    def streams(self, job: Job) -> bool:
        """Whether its outputs come one after another: as on Replicate, asked for (`stream`) or not."""
        return job.kind == "prediction" and job.model != MOTION

    def links(self, job: Job) -> list[str]:
        """The addresses of its outputs so far."""
        return [f"{self.base}/outputs/{job.folder}/{name}" for name in job.outputs]

    def model(self, model: Model, latest: dict[str, Any] | None) -> dict[str, Any]:
        """A model, with its latest version inside."""
        return {
            "url": f"{self.base}/{model.full_name}",
            "owner": model.owner,
            "name": model.name,
            "description": model.description,
            "visibility": model.visibility,
            "is_official": False,
            "created_at": model.created_at,
            "github_url": model.links.get("github_url"),
            "paper_url": model.links.get("paper_url"),
            "license_url": model.links.get("license_url"),
            "run_count": model.run_count,
            "cover_image_url": model.links.get("cover_image_url"),
            "default_example": None,
            "latest_version": latest,
        }

    def version(self, version: Version, schema: Mapping[str, Any]) -> dict[str, Any]:
        """A version, with the inputs it takes."""
        return {"id": version.id, "created_at": version.created_at, "cog_version": "0.16.12", "openapi_schema": schema}

    def file(self, file: File) -> dict[str, Any]:
        """An uploaded file."""
        return {
            "id": file.id,
            "name": file.name,
            "content_type": file.content_type,
            "size": file.size,
            "etag": file.md5,
            "checksums": {"sha256": file.sha256, "md5": file.md5},
            "metadata": file.metadata,
            "created_at": file.created_at,
            "expires_at": file.expires_at,
            "urls": {"get": f"{self.api}/files/{file.id}"},
        }

    def _output(self, job: Job) -> Any:
        if job.kind == "training":
            weights = f"{self.base}/outputs/{job.folder}/{WEIGHTS}"
            return {"version": f"{job.destination}:{job.trained}", "weights": weights} if job.trained else None
        links = self.links(job)
        if job.model == MOTION:
            return links[0] if links else None
        return links or None


def _metrics(job: Job) -> dict[str, float] | None:
    if not job.completed_at:
        return None
    end = read_stamp(job.completed_at)
    metrics = {"total_time": (end - read_stamp(job.created_at)).total_seconds()}
    if job.started_at:
        metrics["predict_time"] = (end - read_stamp(job.started_at)).total_seconds()
    return metrics
