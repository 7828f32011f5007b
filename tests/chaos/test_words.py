"""The verdict on words can be a bad one: other words than those that say why are a difference."""

from __future__ import annotations

import pytest

from portrait_app.domain.generation import Loss, shortfall
from portrait_app.domain.order import OrderKind
from tests.chaos import words
from tests.chaos.fate import Course, JobPlan, Picture

WELL = (Course.SUCCEEDS, Course.PARTIAL, Course.EMPTY, Course.AWAY, Course.REMOVED)
BAD = [course for course in Course if course not in WELL]


@pytest.mark.parametrize("course", BAD)
def test_a_training_that_ends_badly_has_one_sentence_that_is_right(course: Course) -> None:
    plan = JobPlan("t1", OrderKind.TRAINING, course=course, is_unlucky=True)
    assert list(words.of_training({"trouble": "Something went wrong."}, plan))
    assert list(words.of_training({"trouble": None}, plan))
    (complaint,) = words.of_training({"trouble": ""}, plan)
    assert not list(words.of_training({"trouble": complaint.partition(", not ")[2][1:-1]}, plan))


@pytest.mark.parametrize(
    ("picture", "loss"),
    [(Picture.GONE, Loss.REMOVED), (Picture.HTML, Loss.DAMAGED), (Picture.INWARD, Loss.DAMAGED)],
)
def test_each_picture_that_got_lost_has_a_reason_of_its_own(picture: Picture, loss: Loss) -> None:
    plan = JobPlan("p1", OrderKind.PREDICTION, pictures=(picture, Picture.WEBP))
    kept = {"loss": None, "trouble": None}

    def complaints(said: Loss, trouble: str) -> list[str]:
        asset = {"loss": said.value, "trouble": said.words}
        return list(words.of_portraits({"trouble": trouble}, [asset, kept], plan))

    assert complaints(loss, shortfall(2, [loss])) == []
    assert len(complaints(Loss.NOT_MADE, shortfall(2, [loss]))) == 1
    assert len(complaints(loss, "1 of 2.")) == 1
