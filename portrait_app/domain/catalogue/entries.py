"""What an entry of the catalogue says of a model: the names of its inputs, its limits, its price and its time.

`given` makes the inputs of one call, and `samples` every kind of call that we would ever make: those are held against
the model's own schema before it is used.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from portrait_app.domain.catalogue.shapes import ASPECTS, Aspect
from portrait_app.domain.catalogue.traits import Kind, Mark, Number, see_that_it_fits
from portrait_app.domain.styles import STYLES, Style

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

TRIGGER_WORD = "TOK"  # what the prompts of our styles call the person
HIGHEST_SEED = 2**31 - 1
_SOMEWHERE = "https://example.org/file"


@dataclass(frozen=True, kw_only=True)
class Trainer:
    """A model that learns a face.

    Attributes:
        key: our own name for it.
        model: `owner/name` at the engine.
        source: where its inputs, price and time were read.
        photos_input: the input that takes the zip of photos.
        trigger_input, seed_input: the inputs that take the person's word and the seed; None: it has none.
        steps_input, steps: the input that takes how long to learn, and what we ask for; None: it isn't asked, and takes
            so many by itself.
        numbers: its limits and what it does untold, also for inputs that we leave to it.
        subject: what captions and prompts call the person.
        caption: the text beside each photo in the zip; None: the trainer takes none, or writes its own.
        fixed_input: inputs that never change.
        bar_prefix: what precedes the progress bar that counts, in its log; None: nothing is known of it.
        generator: the key of the generator that its face models are used with.
        typical_s: how long a training usually takes, before there is one of our own to go by.
        price_usd: what a training usually costs.
    """

    kind: ClassVar = Kind.TRAINER
    mark: ClassVar = Mark.FILE
    key: str
    model: str
    source: str
    photos_input: str
    trigger_input: str | None = None
    seed_input: str | None = None
    steps_input: str | None = None
    steps: int | None = None
    subject: str = TRIGGER_WORD
    caption: str | None = None
    fixed_input: Mapping[str, Any] = field(default_factory=dict[str, Any])
    numbers: Mapping[str, Number] = field(default_factory=dict[str, Number])
    bar_prefix: str | None
    generator: str
    typical_s: float
    price_usd: float

    def __post_init__(self) -> None:
        """Refuse an entry that contradicts itself, when the program starts."""
        see_that_it_fits(self.key, self.numbers, self.samples())

    def given(self, *, photos_url: str, seed: int) -> dict[str, Any]:
        """Return the inputs of one training."""
        return _named(
            self.fixed_input,
            (self.photos_input, photos_url),
            (self.trigger_input, self.subject),
            (self.steps_input, self.steps),
            (self.seed_input, seed),
        )

    def prompt(self, text: str) -> str:
        """Call the person in `text` what the training called them."""
        return text.replace(TRIGGER_WORD, self.subject)

    def samples(self) -> Iterator[dict[str, Any]]:
        """Yield every kind of input that a training may be given."""
        yield self.given(photos_url=_SOMEWHERE, seed=HIGHEST_SEED)


@dataclass(frozen=True, kw_only=True)
class Generator:
    """What a trained face model takes in. Its address is the version that came of the training.

    Attributes:
        style_input: takes the key of one of our styles, where the engine knows them; else None.
        prompt_input: takes the style's prompt; None where there is a `style_input`.
        count_input: takes how many portraits to make; None: it makes one a call.
        most_at_once: portraits in one call.
        aspect_input: takes a shape's name; None: it takes `size_inputs`, a width and a height in px.
        numbers: its limits and what it does untold, also for inputs that we leave to it.
        typical_s, price_usd: of one call, and of one portrait.
    """

    kind: ClassVar = Kind.PORTRAITS
    mark: ClassVar = Mark.SEED
    key: str
    source: str
    style_input: str | None = None
    prompt_input: str | None = None
    count_input: str | None = None
    most_at_once: int = 1
    aspect_input: str | None = None
    size_inputs: tuple[str, str] = ("width", "height")
    seed_input: str = "seed"
    fixed_input: Mapping[str, Any] = field(default_factory=dict[str, Any])
    numbers: Mapping[str, Number] = field(default_factory=dict[str, Number])
    typical_s: float
    price_usd: float

    def __post_init__(self) -> None:
        """Refuse an entry that contradicts itself, when the program starts."""
        see_that_it_fits(self.key, self.numbers, self.samples())

    def given(self, *, style: Style, prompt: str, aspect: Aspect, count: int, seed: int) -> dict[str, Any]:
        """Return the inputs of one call; `prompt` is the style's, in the words of the training."""
        width, height = self.size_inputs if self.aspect_input is None else (None, None)
        return _named(
            self.fixed_input,
            (self.style_input, style.key),
            (self.prompt_input, prompt),
            (self.count_input, count),
            (self.aspect_input, aspect.name),
            (width, aspect.width),
            (height, aspect.height),
            (self.seed_input, seed),
        )

    def samples(self) -> Iterator[dict[str, Any]]:
        """Yield every kind of input that a call may be given."""
        first, *others = STYLES.values()
        for aspect in ASPECTS.values():
            for count in {1, self.most_at_once}:
                yield self.given(style=first, prompt=first.prompt, aspect=aspect, count=count, seed=HIGHEST_SEED)
        for style in others:
            yield self.given(style=style, prompt=style.prompt, aspect=ASPECTS["1:1"], count=1, seed=0)


@dataclass(frozen=True)
class VideoSize:
    """A size that a video can have: the model's own word for it, and its price by the second of video."""

    value: str
    usd_per_s: float


@dataclass(frozen=True, kw_only=True)
class Video:
    """A model that sets a portrait in motion; one file comes out.

    Attributes:
        frame_input: takes the address of the first frame.
        lengths: seconds of video to the value of `length_input` that asks for them.
        size_input: None: it has none, and makes one size.
        sizes: `480p` and the like to what `size_input` is given.
        mark: FILE where it takes no seed: then the first frame is uploaded anew for each video.
        numbers: its limits and what it does untold, also for inputs that we leave to it.
        typical_s: of the shortest video at the smallest size.
    """

    kind: ClassVar = Kind.VIDEO
    key: str
    title: str
    model: str
    source: str
    frame_input: str
    prompt_input: str = "prompt"
    length_input: str
    lengths: Mapping[int, int]
    size_input: str | None
    sizes: Mapping[str, VideoSize]
    seed_input: str | None = "seed"
    mark: Mark = Mark.SEED
    fixed_input: Mapping[str, Any] = field(default_factory=dict[str, Any])
    numbers: Mapping[str, Number] = field(default_factory=dict[str, Number])
    typical_s: float

    def __post_init__(self) -> None:
        """Refuse an entry that contradicts itself, when the program starts."""
        see_that_it_fits(self.key, self.numbers, self.samples())
        if self.mark is Mark.SEED and self.seed_input is None:
            raise ValueError(f"{self.key}: a job of it could not be told from others, without a seed")

    def given(self, *, frame_url: str, prompt: str, seconds: int, size: str, seed: int) -> dict[str, Any]:
        """Return the inputs of one call.

        Raises: KeyError: it makes no video of that length or size.
        """
        return _named(
            self.fixed_input,
            (self.frame_input, frame_url),
            (self.prompt_input, prompt),
            (self.length_input, self.lengths[seconds]),
            (self.size_input, self.sizes[size].value),
            (self.seed_input, seed),
        )

    def price_usd(self, *, seconds: int, size: str) -> float:
        """What one video costs, about."""
        return seconds * self.sizes[size].usd_per_s

    def samples(self) -> Iterator[dict[str, Any]]:
        """Yield every kind of input that a call may be given."""
        for seconds in self.lengths:
            for size in self.sizes:
                yield self.given(frame_url=_SOMEWHERE, prompt="a smile", seconds=seconds, size=size, seed=HIGHEST_SEED)


def _named(fixed: Mapping[str, Any], *pairs: tuple[str | None, Any]) -> dict[str, Any]:
    return {**fixed, **{name: value for name, value in pairs if name is not None}}
