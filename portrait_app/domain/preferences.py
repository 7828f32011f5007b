"""What a person prefers: how dates and numbers are written, what Create begins with, and what they are told of."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, cast

from portrait_app.domain.catalogue import ASPECTS
from portrait_app.domain.generation import MOST_AT_ONCE
from portrait_app.domain.happening import Channel, Occasion
from portrait_app.domain.locales import AUTO, LOCALES
from portrait_app.domain.styles import STYLES

if TYPE_CHECKING:
    from collections.abc import Collection

Told = frozenset[tuple[Occasion, Channel]]

AS_LAST_TIME, AS_MANY_AS_LAST_TIME = "", 0
# A face model is waited for, minutes or an hour, and rarely with the page open; portraits come while one looks.
USUALLY_TOLD: Told = frozenset(
    {
        (Occasion.MODEL_READY, Channel.MAIL),
        (Occasion.FAILED, Channel.MAIL),
        *((occasion, Channel.TOAST) for occasion in Occasion),
    }
)


@dataclass(frozen=True)
class Preferences:
    """Everything a person chose that is no reference to a row.

    Attributes:
        locale: a tag of `LOCALES`, or AUTO.
        style, aspect, count: what Create begins with; AS_LAST_TIME and AS_MANY_AS_LAST_TIME stand for what was last
            ordered.
        told: of what, and how.
    """

    locale: str = AUTO
    style: str = AS_LAST_TIME
    aspect: str = AS_LAST_TIME
    count: int = AS_MANY_AS_LAST_TIME
    told: Told = USUALLY_TOLD

    @classmethod
    def of(cls, saved: dict[str, Any]) -> Preferences:
        """Read what was saved with the profile; what isn't there or can't be is the default."""
        count = saved.get("count")
        return cls(
            locale=_one_of(LOCALES, saved.get("locale"), AUTO),
            style=_one_of(STYLES, saved.get("style"), AS_LAST_TIME),
            aspect=_one_of(ASPECTS, saved.get("aspect"), AS_LAST_TIME),
            count=count if type(count) is int and 1 <= count <= MOST_AT_ONCE else AS_MANY_AS_LAST_TIME,
            told=_told(saved.get("told")),
        )

    @property
    def is_known(self) -> bool:
        """Whether each of them is one that the studio offers."""
        return (
            (self.locale == AUTO or self.locale in LOCALES)
            and (self.style == AS_LAST_TIME or self.style in STYLES)
            and (self.aspect == AS_LAST_TIME or self.aspect in ASPECTS)
            and 0 <= self.count <= MOST_AT_ONCE
        )

    def is_told(self, occasion: Occasion, channel: Channel) -> bool:
        """Whether the person wants to hear of this in this way."""
        return (occasion, channel) in self.told

    def to_save(self) -> dict[str, Any]:
        """Write what `of` reads: each channel by its name, so that a no isn't taken for never asked."""
        told = {
            occasion.value: {channel.value: self.is_told(occasion, channel) for channel in Channel}
            for occasion in Occasion
        }
        return asdict(self) | {"told": told}


def _one_of(offered: Collection[str], saved: object, usual: str) -> str:
    return saved if isinstance(saved, str) and saved in offered else usual


def _told(saved: object) -> Told:
    """Read each answer; where there is none, the usual one."""
    answers = cast("dict[str, object]", saved) if isinstance(saved, dict) else {}
    return frozenset(each for each in _ALL if _answer(answers.get(each[0].value), each))


def _answer(said: object, each: tuple[Occasion, Channel]) -> bool:
    answer = cast("dict[str, object]", said).get(each[1].value) if isinstance(said, dict) else None
    return answer if isinstance(answer, bool) else each in USUALLY_TOLD


_ALL = [(occasion, channel) for occasion in Occasion for channel in Channel]
