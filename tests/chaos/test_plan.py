"""Plans of chaos: every kind of fault is planned, and what befell nobody is ordered once more."""

from __future__ import annotations

from tests.chaos.fate import Course, News, Picture, Reply
from tests.chaos.plan import Plan


def test_for_each_fault_that_befell_nobody_a_job_more_is_planned_and_for_what_no_job_brings_none() -> None:
    plan = Plan.of(7, 30)
    before = list(plan.predictions)
    more = plan.more_for({str(Course.PARTIAL), str(Reply.HANGS), str(News.THRICE), str(Picture.BOMB), "worker killed"})
    assert plan.predictions == before + more
    assert [one.name for one in more] == [f"p{len(before) + at}" for at in range(4)]
    assert (more[0].course, more[1].reply, more[2].news, more[3].pictures) == (
        Course.PARTIAL, Reply.HANGS, News.THRICE, (Picture.BOMB,),
    )  # fmt: skip
    assert plan.more_for({"worker killed"}) == []
