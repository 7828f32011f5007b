"""What may become of one job: how it goes, what is heard of it, and what lies behind the addresses that it brings."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from portrait_app.domain.order import OrderKind


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
    def second(self) -> JobPlan:
        """The fate of a second job; where none was planned, what got lost on its way is there this time."""
        return self.again or replace(self, reply=Reply.COMES, pictures=(Picture.WEBP,) * len(self.pictures))

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
