"""What will go wrong with each job: decided by the seed alone, before anything runs."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from portrait_app.domain.generation import MOST_AT_ONCE
from portrait_app.domain.order import OrderKind
from portrait_app.services.generations import FIRST_SET
from tests.chaos.fate import Course, JobPlan, News, Picture, Reply

if TYPE_CHECKING:
    from enum import StrEnum

JOBS_PER_TRAINING = 10
MOST_PICTURES = 4


BAD_TRAININGS = (
    Course.FAILS, Course.STUCK, Course.VANISHES, Course.INTERRUPTED, Course.FOREVER, Course.CALLED_OFF,
)  # fmt: skip
# Nobody can tell in time that it was taken: it ends in doubt, nothing is ordered in its place, and it turns up.
_LATE: dict[str, Any] = {"reply": Reply.RESET, "news": News.NEVER, "is_late": True}


@dataclass(frozen=True)
class Plan:
    """A whole run: `trainings` and `predictions` are ordered; each training that succeeds orders its first set.

    In a calm one nothing goes wrong; in a silent one no webhook ever comes.
    """

    seed: int
    is_calm: bool = False
    is_silent: bool = False
    trainings: list[JobPlan] = field(default_factory=list["JobPlan"])
    predictions: list[JobPlan] = field(default_factory=list["JobPlan"])

    @classmethod
    def of(cls, seed: int, jobs: int, *, is_calm: bool = False, is_silent: bool = False) -> Plan:
        """Plan so many jobs at the provider, first sets included; a calm plan has no faults at all."""
        plan = cls(seed, is_calm, is_silent)
        count = max(1, jobs // JOBS_PER_TRAINING)
        for number in range(count):
            is_bad = number % 8 > 1 and not is_calm
            course = BAD_TRAININGS[number % 8 - 2] if is_bad else Course.SUCCEEDS
            fate = plan.fate(f"t{number}", OrderKind.TRAINING, course=course)
            # Few of them are there: each lost reply befalls one, and what is made once more ends as badly for the most.
            lost = {} if is_calm else {"reply": list(Reply)[number % 4], "is_unlucky": number % 16 > 1}
            plan.trainings.append(replace(fate, **lost))
        if not is_calm:
            plan.trainings[0] = replace(plan.trainings[0], **_LATE)
            plan.trainings[1:2] = [replace(one, course=Course.REMOVED) for one in plan.trainings[1:2]]
            plan.trainings[8:9] = [replace(one, course=Course.AWAY) for one in plan.trainings[8:9]]
        rest = jobs - count - FIRST_SET * plan.ready
        musts = iter([] if is_calm else plan.musts())
        for number in range(rest):
            fate = plan.fate(f"p{number}", OrderKind.PREDICTION)
            must = next(musts, None)
            plan.predictions.append(replace(fate, **{"course": Course.SUCCEEDS, **must}) if must else fate)
        return plan

    def musts(self) -> list[dict[str, Any]]:
        """Say what must befall some job or other, in an order of the seed: chance alone might leave a fault out."""
        kinds: list[tuple[str, type[StrEnum]]] = [("course", Course), ("reply", Reply)]
        if not self.is_silent:
            kinds.append(("news", News))
        twice: list[dict[str, Any]] = [{name: one} for name, kind in kinds for one in kind]
        pictures = [*Picture, *Picture]
        between: list[dict[str, Any]] = [{"pictures": tuple(pictures[at : at + 3])} for at in range(len(Picture))]
        between += [{"course": one, **_LATE} for one in (Course.SUCCEEDS, Course.FOREVER, Course.INTERRUPTED)]
        dice = self.dice("musts")
        dice.shuffle(twice)
        dice.shuffle(between)
        # An order whose call breaks off while the list stands still is never taken, and meets with nothing; so may
        # those beside it. So each fault befalls two that are far apart.
        return [*twice, *between, *twice]

    def more_for(self, unmet: set[str]) -> list[JobPlan]:
        """Plan a job more for each of these faults, after all that were planned before; none for what no job brings."""
        kinds: list[tuple[str, type[StrEnum]]] = [("course", Course), ("reply", Reply), ("news", News)]
        musts: list[dict[str, Any]] = [{name: one} for name, kind in kinds for one in kind if str(one) in unmet]
        musts += [{"pictures": (one,)} for one in Picture if str(one) in unmet]
        begin = len(self.predictions)
        fates = [self.fate(f"p{begin + at}", OrderKind.PREDICTION) for at in range(len(musts))]
        more = [replace(fate, **{"course": Course.SUCCEEDS, **must}) for fate, must in zip(fates, musts, strict=True)]
        self.predictions.extend(more)
        return more

    @classmethod
    def forgetful(cls, seed: int, jobs: int) -> Plan:
        """Plan jobs whose replies are all lost, at a provider whose list can't say any more whose they are."""
        plan = cls(seed, is_calm=True)
        lost, told = (Reply.RESET, Reply.ERROR, Reply.HANGS), (News.ONCE, News.NEVER, News.THRICE)
        for number in range(jobs):
            calm = plan.fate(f"p{number}", OrderKind.PREDICTION)
            reply, news = lost[number % 3], told[number // 3 % 3]
            plan.predictions.append(replace(calm, reply=reply, news=news, is_nameless=True))
        return plan

    @property
    def ready(self) -> int:
        """How many trainings end well."""
        return sum(one.last.is_learned for one in self.trainings)

    @property
    def jobs(self) -> int:
        """How many orders are made, those not counted that take another's place."""
        return len(self.trainings) + len(self.predictions) + FIRST_SET * self.ready

    def fate(self, name: str, kind: OrderKind, *, course: Course | None = None) -> JobPlan:
        """Decide about one job; the same name always has the same fate."""
        dice = self.dice(name)
        is_set = "/" in name
        count = 1 if is_set else dice.choices(range(1, MOST_PICTURES + 1), (6, 2, 1, 1))[0]
        is_free = int(re.sub(r"\D", "", name.partition("/")[0])) % 2 == 0
        if self.is_calm:
            return JobPlan(name, kind, pictures=(Picture.WEBP,) * count, is_free=is_free)
        chosen = course or dice.choices(list(Course), (73, 5, 3, 4, 2, 1, 3, 2, 2, 2, 3))[0]
        return JobPlan(
            name,
            kind,
            reply=dice.choices(list(Reply), (82, 7, 7, 4))[0],
            news=dice.choices(list(News), (0, 1, 0) if self.is_silent else (40, 30, 30))[0],
            course=chosen,
            pictures=tuple(dice.choices(list(Picture), (47, 18, 10, 5, 4, 4, 1, 2, 4, 3, 2))[0] for _ in range(count)),
            is_forged=dice.random() < 0.2,
            is_free=is_free,
            is_unlucky=dice.random() < 0.5,
        )

    def dice(self, *about: object) -> random.Random:
        """Chance of its own for each thing, so that nothing depends on what came first."""
        return random.Random("/".join(map(str, (self.seed, *about))))


assert MOST_PICTURES <= MOST_AT_ONCE
