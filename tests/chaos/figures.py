"""How long our rows took to know what the provider knew."""

from __future__ import annotations

import statistics
from typing import TYPE_CHECKING

from tests.chaos.fate import Course, News

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.chaos.harness import House
    from tests.chaos.job import Job
    from tests.chaos.provider import Provider

_ENDED = "SELECT job_id, ended_at, lost_at FROM app.orders WHERE job_id IS NOT NULL AND ended_at IS NOT NULL"


def delays(house: House, provider: Provider) -> str:
    """Say the seconds from a job's end there to its end here, for jobs with webhooks and without.

    Of those without, two kinds have little in common, and are said by themselves as well: those whose reply came, so
    that they are asked about, and those that only a list can show, since their reply was lost. A list may stand still
    for long; how long ours took once it could show them is said beside.
    """
    rows = {row["job_id"]: row for row in house.rows(_ENDED)}
    jobs = [job for job in provider.jobs.values() if job.ended and job.id in rows]
    ended = {job.id: rows[job.id]["ended_at"].timestamp() for job in jobs}
    took = {job.id: ended[job.id] - (job.ended or 0.0) for job in jobs}
    told = [took[job.id] for job in jobs if _is_told(job)]
    untold = [job for job in jobs if not _is_told(job)]
    lost = [job for job in untold if rows[job.id]["lost_at"] is not None]
    known = [took[job.id] for job in untold if rows[job.id]["lost_at"] is None]
    listed = [ended[job.id] - max(job.ended or 0.0, provider.listed_from(job)) for job in lost]
    lines = [
        _figures("with webhooks", told),
        _figures("without", [took[job.id] for job in untold]),
        _figures("of these, where the reply to the order came", known),
        _figures("where it was lost", [took[job.id] for job in lost]),
        _figures("the same since a list could show them", listed),
    ]
    return "The provider's end to ours: " + "; ".join(line for line in lines if line)


def _is_told(job: Job) -> bool:
    return job.plan.news is not News.NEVER and job.plan.course is not Course.VANISHES


def _figures(name: str, took: Sequence[float]) -> str:
    """Say median and 99th percentile, in seconds; nothing where there is nothing."""
    if not took:
        return ""
    p99 = sorted(took)[min(len(took) - 1, int(len(took) * 0.99))]
    return f"{name} median {statistics.median(took):.2f} s, p99 {p99:.2f} s ({len(took)} jobs)"
