"""What the Create room shows: face models to choose from, styles with a sample, shapes, and what was just ordered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from portrait_app.domain.catalogue import ASPECTS
from portrait_app.domain.styles import STYLES
from portrait_app.web.views import Picture, PortraitCard

if TYPE_CHECKING:
    from collections.abc import Iterable

    from portrait_app.domain.generation import Asset
    from portrait_app.ports.bucket import Links
    from portrait_app.services.preferences import Beginning
    from portrait_app.web.coming import Coming
    from portrait_app.web.create.doubtful import Doubtful
    from portrait_app.web.views import TrainingCard


@dataclass(frozen=True)
class StyleTile:
    """One style to choose, and its sample: the person's own newest portrait in it.

    While there is none, it is another portrait of theirs, toned towards the style by CSS: then `tone` names the style.
    Who has no portrait at all sees one of the studio's samples.
    """

    key: str
    title: str
    sentence: str
    sample: str
    srcset: str
    colour: str
    tone: str


@dataclass(frozen=True)
class Shape:
    """One shape to choose, drawn as an outline: `width` and `height` in hundredths of its longer edge."""

    name: str
    words: str
    width: int
    height: int


@dataclass(frozen=True)
class Seen:
    """What a look at the room finds, the same for all tabs of a person.

    Attributes:
        samples: the newest portrait by face model's id and style.
        beginning: what is chosen by itself in a tab where nothing was yet.
        lost: a headline and a sentence on what of the last orders came to nothing, or two empty ones.
        doubtful: those of which nobody can say whether they came to nothing.
    """

    is_darkroom: bool
    models: list[TrainingCard]
    samples: dict[tuple[str, str], Picture]
    beginning: Beginning
    latest: list[PortraitCard]
    coming: Coming
    lost: tuple[str, str]
    doubtful: list[Doubtful]
    withheld: frozenset[str]


SHAPE_WORDS = {
    "1:1": "Square",
    "4:5": "Portrait",
    "3:4": "Portrait, 3 to 4",
    "2:3": "Tall",
    "9:16": "Full screen on a phone",
    "5:4": "Landscape",
    "4:3": "Landscape, 4 to 3",
    "3:2": "Wide",
    "16:9": "Full screen",
}

SHAPES = [
    Shape(
        name=aspect.name,
        words=SHAPE_WORDS.get(aspect.name, aspect.name),
        width=round(100 * aspect.width / max(aspect.width, aspect.height)),
        height=round(100 * aspect.height / max(aspect.width, aspect.height)),
    )
    for aspect in ASPECTS.values()
]


WITHHELD = (
    "The portrait engine has changed, and no longer takes what we would send. Your portraits are safe, and so is the "
    "face model. Whoever runs this studio finds out with “make doctor” what no longer fits."
)


def withheld_headline(names: Iterable[str]) -> str:
    """Say of which face models no portraits can be made; nothing when of all."""
    said = ", ".join(names)
    return f"No portraits can be made from {said} just now" if said else ""


def style_tiles(model_id: str, samples: dict[tuple[str, str], Picture]) -> list[StyleTile]:
    """Cut the styles, with samples of this face model: never a stranger's face beside one's own."""
    own = {style: picture for style in STYLES if (picture := samples.get((model_id, style)))}
    another = next(iter(own.values()), None)
    tiles: list[StyleTile] = []
    for style in STYLES.values():
        shown = own.get(style.key, another)
        sample = shown.medium if shown else f"/showcase/{style.key}.webp"
        srcset, colour = (shown.srcset, shown.colour) if shown else ("", "")
        tone = style.key if shown and style.key not in own else ""
        tiles.append(StyleTile(style.key, style.title, style.sentence, sample, srcset, colour, tone))
    return tiles


def samples_of(links: Links, rows: Iterable[Asset]) -> dict[tuple[str, str], Picture]:
    """Cut the newest portraits by face model and style."""
    return {(str(row.training_id), row.style): Picture.of(links, row) for row in rows}
