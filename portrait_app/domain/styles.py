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
        "Soft light from one side, a painted backdrop.",
        "studio portrait photo of TOK, soft key light, plain grey seamless backdrop, 85mm, sharp eyes",
    ),
    Style(
        "film",
        "Film",
        "Where you really were, through an open lens.",
        "analog colour film portrait of TOK, warm grade, shallow depth of field, grain",
    ),
    Style(
        "noir",
        "Noir",
        "Hard light, deep shadows, a blind half drawn.",
        "film noir portrait of TOK, black and white, hard side light, venetian blind shadows, grain",
    ),
    Style(
        "neon",
        "Neon",
        "Two coloured signs and the city behind.",
        "portrait of TOK at night lit by two neon signs in different colours, city bokeh, cinematic",
    ),
    Style(
        "golden",
        "Golden hour",
        "The last hour of sun, low over your shoulder.",
        "portrait of TOK outdoors in the last hour of sunlight, warm rim light, soft haze, 85mm",
    ),
    Style(
        "oil",
        "Oil",
        "Painted with a broad brush on canvas.",
        "oil painting portrait of TOK, visible brush strokes, chiaroscuro, canvas texture",
    ),
    Style(
        "silver",
        "Silver",
        "A quiet black and white print to keep.",
        "classic black and white portrait of TOK on a bright ground, silver gelatin print, soft light",
    ),
    Style(
        "corporate",
        "Corporate",
        "Bright and friendly, for a profile or a badge.",
        "corporate headshot of TOK, bright office out of focus behind, friendly, clean light, 85mm",
    ),
    Style(
        "pop",
        "Pop",
        "Four screen prints in loud inks.",
        "pop art screen print portrait of TOK, four panels, flat bold colours, sixties style",
    ),
)

# In the order a first set is made.
STYLES = {style.key: style for style in _ALL}
