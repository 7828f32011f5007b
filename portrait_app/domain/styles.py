"""The styles a portrait can be made in, as the person sees them and as a prompting model is told of them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Style:
    """One style: its key (the darkroom's own name), its title and one sentence; `prompt` is for models that read."""

    key: str
    title: str
    sentence: str
    prompt: str


_ALL = (
    Style(
        "studio",
        "Studio",
        "Soft key light on a plain grey backdrop.",
        "studio portrait photo of TOK, soft key light, plain grey seamless backdrop, 85mm, sharp eyes",
    ),
    Style(
        "corporate",
        "Corporate",
        "Bright and friendly, for a profile or a badge.",
        "corporate headshot of TOK, bright office out of focus behind, friendly, clean light, 85mm",
    ),
    Style(
        "noir",
        "Noir",
        "Black and white, lit from one side.",
        "film noir portrait of TOK, black and white, hard side light, venetian blind shadows, grain",
    ),
    Style(
        "neon",
        "Neon",
        "Magenta and cyan, a city at night.",
        "portrait of TOK at night lit by magenta and cyan neon, city bokeh, cinematic",
    ),
    Style(
        "film",
        "Film",
        "Warm colour film with grain and a shallow focus.",
        "analog colour film portrait of TOK, warm grade, light leak, shallow depth of field, grain",
    ),
    Style(
        "oil",
        "Oil",
        "Painted with a broad brush on canvas.",
        "oil painting portrait of TOK, visible brush strokes, chiaroscuro, canvas texture",
    ),
)

STYLES = {style.key: style for style in _ALL}
