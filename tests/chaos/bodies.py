"""Jobs as the provider's API shows them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.chaos.job import Job


def moment(seconds: float | None) -> str | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z")


def body_of(job: Job, base: str, *, is_listed: bool = False) -> dict[str, Any]:
    """A job as the API shows it.

    It shows nothing of what went into a job whose data are removed, once somebody has written down whose job it is.
    Until then it does: otherwise whether an order ends in doubt would hang on the moment at which its worker is killed.
    """
    body = _all_of(job, base)
    is_gone = job.is_removed and job.is_written
    if is_listed:
        del body["logs"]
        body["input"] = {} if job.plan.is_nameless or is_gone else job.input
    if is_listed and job.is_removed and not is_gone:
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
