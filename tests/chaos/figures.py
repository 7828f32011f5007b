"""How long our rows took to know what the provider knew."""

from __future__ import annotations

import statistics
from typing import TYPE_CHECKING

from tests.chaos.fate import Course, News

if TYPE_CHECKING:
    from tests.chaos.harness import House
    from tests.chaos.provider import Provider

_ENDED = "SELECT job_id, ended_at FROM app.orders WHERE ended_at IS NOT NULL"


def delays(house: House, provider: Provider) -> str:
    """Say the seconds from a job's end there to its end here, for jobs with webhooks and without."""
    ended = {row["job_id"]: row["ended_at"].timestamp() for row in house.rows(_ENDED)}
    lines: list[str] = []
    for name, is_told in (("with webhooks", True), ("without", False)):
        jobs = [job for job in provider.jobs.values()
                if (job.plan.news is not News.NEVER and job.plan.course is not Course.VANISHES) == is_told]  # fmt: skip
        took = sorted(ended[job.id] - job.ended for job in jobs if job.ended and job.id in ended)
        if took:
            p99 = took[min(len(took) - 1, int(len(took) * 0.99))]
            lines.append(f"{name} median {statistics.median(took):.2f} s, p99 {p99:.2f} s ({len(took)} jobs)")
    return "The provider's end to ours: " + "; ".join(lines)
