"""What will go wrong with each job: decided by the seed alone, before anything runs."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from portrait_app.domain.generation import MOST_AT_ONCE
from portrait_app.domain.order import OrderKind
from portrait_app.services.generations import FIRST_SET

JOBS_PER_TRAINING = 10
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
    FOREVER = "stays in starting whatever its deadline, until it is called off"
    CALLED_OFF = "goes on until its person calls it off, and the reply to that is lost"
    INTERRUPTED = "is broken off before it has done anything"
    VANISHES = "is forgotten while it runs"
    AWAY = "is forgotten for a while, and goes on"
    REMOVED = "its data are removed before anybody could read them"


class Picture(StrEnum):
    """What lies behind an output's address."""

    WEBP = "a small WebP"
    PNG = "a small PNG"
    FLAKY = "a WebP, after an error or half a reply"
    PASSING = "a WebP, after a page of HTML, a refusal, a half or a redirect elsewhere"
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
        return self in (Picture.WEBP, Picture.PNG, Picture.FLAKY, Picture.PASSING)


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
    is_free: bool = False  # ordered from an engine that charges nothing
    is_unlucky: bool = False  # what is made once more comes to the same end
    is_nameless: bool = False  # the provider's list never shows what went in, as if its hour were over
    is_late: bool = False  # from this job on the provider's list stands still for longer than we wait

    @property
    def is_in_doubt(self) -> bool:
        """Whether nobody can ever tell us that the provider took it: it is never ordered again, and said."""
        return self.is_nameless and self.reply is not Reply.COMES and self.news is News.NEVER

    @property
    def is_learned(self) -> bool:
        """Whether a training ends well; one whose data are removed made a face model that can be found."""
        return self.course in (Course.SUCCEEDS, Course.AWAY, Course.REMOVED)

    @property
    def made(self) -> tuple[Picture, ...]:
        """The pictures that the job brings."""
        held_back = {Course.SUCCEEDS: 0, Course.AWAY: 0, Course.PARTIAL: 1}.get(self.course, len(self.pictures))
        return self.pictures[: len(self.pictures) - held_back]

    @property
    def again(self) -> JobPlan | None:
        """The fate of a second job in this one's place, where asking again cost nothing; None where it may not be."""
        if self.course in (Course.STUCK, Course.INTERRUPTED):
            course = self.course if self.is_unlucky else Course.SUCCEEDS
            return replace(self, reply=Reply.COMES, course=course)
        is_lost = self.course is Course.REMOVED or not all(one.can_be_had for one in self.made)
        if self.kind is OrderKind.TRAINING or not (self.is_free and is_lost):
            return None
        fine = (Picture.WEBP,) * len(self.pictures)
        return replace(self, reply=Reply.COMES, course=Course.SUCCEEDS, pictures=fine)

    @property
    def last(self) -> JobPlan:
        """The fate of the last job."""
        return self.again or self

    @property
    def kept_of_first(self) -> list[Picture | None]:
        """What the first job alone brings into our bucket."""
        first = [one if one.can_be_had else None for one in self.made]
        return first + [None] * (len(self.pictures) - len(first))

    @property
    def kept(self) -> list[Picture | None]:
        """What lies in our bucket in each picture's place in the end."""
        if self.is_in_doubt:
            return [None] * len(self.pictures)
        first = self.kept_of_first
        if self.again is None:
            return first
        if self.course is Course.PARTIAL:  # what was held back is not asked for again
            return [old or new for old, new in zip(first[:-1], self.again.made, strict=False)] + [None]
        second = [one if one.can_be_had else None for one in self.again.made]
        second += [None] * (len(self.pictures) - len(second))
        return [old or new for old, new in zip(first, second, strict=True)]


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
