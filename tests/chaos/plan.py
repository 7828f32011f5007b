"""What will go wrong with each job: decided by the seed alone, before anything runs."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from enum import StrEnum

from portrait_app.domain.generation import MOST_AT_ONCE
from portrait_app.domain.order import OrderKind
from portrait_app.services.generations import FIRST_SET

JOBS_PER_TRAINING = 25
MOST_PICTURES = 4


class Reply(StrEnum):
    """What becomes of the reply to an order that was accepted."""

    COMES = "comes"
    RESET = "reset after it was accepted"
    ERROR = "5xx after it was accepted"
    HANGS = "hangs until the caller gives up"


class News(StrEnum):
    """How webhooks come."""

    ONCE = "once"
    NEVER = "never"
    THRICE = "three times and shuffled"


class Course(StrEnum):
    """How a job goes."""

    SUCCEEDS = "succeeds"
    PARTIAL = "one picture is held back"
    EMPTY = "all pictures are held back"
    FAILS = "fails"
    STUCK = "stays in starting until its deadline aborts it"
    VANISHES = "is forgotten while it runs"
    REMOVED = "its data are removed before anybody could read them"


class Picture(StrEnum):
    """What lies behind an output's address."""

    WEBP = "a small WebP"
    PNG = "a small PNG"
    FLAKY = "a WebP, after an error or half a reply"
    HTML = "a page of HTML"
    TRUNCATED = "the first half of a picture"
    ENDLESS = "bytes without end"
    BOMB = "a small file of 400 megapixels"
    INWARD = "a redirect into our own network"
    FOREIGN = "an address in our own network"
    GONE = "nothing any more"

    @property
    def can_be_had(self) -> bool:
        """Whether it is a picture in the end."""
        return self in (Picture.WEBP, Picture.PNG, Picture.FLAKY)


@dataclass(frozen=True)
class JobPlan:
    """One job's fate. `name` is its number, or for a first set its training's number and the style."""

    name: str
    kind: OrderKind
    reply: Reply = Reply.COMES
    news: News = News.ONCE
    course: Course = Course.SUCCEEDS
    pictures: tuple[Picture, ...] = ()
    is_forged: bool = False  # besides its own news, others send news in its name


@dataclass(frozen=True)
class Plan:
    """A whole run: `trainings` and `predictions` are ordered; each training that succeeds orders its first set."""

    seed: int
    is_calm: bool = False
    trainings: list[JobPlan] = field(default_factory=list["JobPlan"])
    predictions: list[JobPlan] = field(default_factory=list["JobPlan"])

    @classmethod
    def of(cls, seed: int, jobs: int, *, is_calm: bool = False) -> Plan:
        """Plan so many jobs at the provider, first sets included; a calm plan has no faults at all."""
        plan = cls(seed, is_calm)
        count = max(1, jobs // JOBS_PER_TRAINING)
        courses = (Course.FAILS, Course.STUCK, Course.VANISHES)
        for number in range(count):
            is_bad = number % 5 == 4 and not is_calm
            course = courses[number // 5 % len(courses)] if is_bad else Course.SUCCEEDS
            plan.trainings.append(plan.fate(f"t{number}", OrderKind.TRAINING, course=course))
        in_sets = FIRST_SET * sum(one.course is Course.SUCCEEDS for one in plan.trainings)
        plan.predictions.extend(plan.fate(f"p{n}", OrderKind.PREDICTION) for n in range(jobs - count - in_sets))
        return plan

    @property
    def jobs(self) -> int:
        """How many jobs the provider should be asked for, one order each."""
        ready = sum(one.course is Course.SUCCEEDS for one in self.trainings)
        return len(self.trainings) + len(self.predictions) + FIRST_SET * ready

    def fate(self, name: str, kind: OrderKind, *, course: Course | None = None) -> JobPlan:
        """Decide about one job; the same name always has the same fate."""
        dice = self.dice(name)
        is_set = "/" in name
        count = 1 if is_set else dice.choices(range(1, MOST_PICTURES + 1), (6, 2, 1, 1))[0]
        if self.is_calm:
            return JobPlan(name, kind, pictures=(Picture.WEBP,) * count)
        chosen = course or dice.choices(list(Course), (80, 5, 3, 4, 3, 2, 3))[0]
        return JobPlan(
            name,
            kind,
            reply=dice.choices(list(Reply), (82, 7, 7, 4))[0],
            news=dice.choices(list(News), (40, 30, 30))[0],
            course=chosen,
            pictures=tuple(dice.choices(list(Picture), (50, 20, 10, 4, 4, 1, 2, 4, 3, 2))[0] for _ in range(count)),
            is_forged=dice.random() < 0.2,
        )

    def dice(self, *about: object) -> random.Random:
        """Chance of its own for each thing, so that nothing depends on what came first."""
        return random.Random("/".join(map(str, (self.seed, *about))))


assert MOST_PICTURES <= MOST_AT_ONCE
