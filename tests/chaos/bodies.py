"""Jobs as the provider's API shows them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.chaos.provider import Job


def moment(seconds: float | None) -> str | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z")


def body_of(job: Job, base: str, *, is_listed: bool = False) -> dict[str, Any]:
    """A job as the API shows it.

    A list shows a job whose data are removed as one that only leaves them out: by its input it can still be told whose
    it is. Otherwise whether other orders end in doubt would hang on the moment at which they look for theirs.
    """
    body = _all_of(job, base)
    if is_listed:
        del body["logs"]
        body["input"] = {} if job.plan.is_nameless else job.input
    if is_listed and job.is_removed:
        del body["output"], body["data_removed"]
    return body


def _all_of(job: Job, base: str) -> dict[str, Any]:
    return {
        "id": job.id,
        "model": job.model,
        "version": job.version,
        "input": job.input,
        "logs": job.logs,
        "output": job.output,
        "data_removed": job.is_removed,
        "error": job.error,
        "status": job.status,
        "source": "api",
        "created_at": moment(job.created),
        "started_at": moment(job.started),
        "completed_at": moment(job.ended),
        "urls": {"get": f"{base}/v1/predictions/{job.id}", "cancel": f"{base}/v1/predictions/{job.id}/cancel"},
        "metrics": {},
    }
