"""The last steps of a print: laying the person on a backdrop, vignette, grain, glow."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from portrait_app.darkroom.planes import across, blur, cloud, luminance, mix, rgb, smoothstep

if TYPE_CHECKING:
    from portrait_app.darkroom.planes import Colour, Picture
    from portrait_app.darkroom.sitter import Sitter


def lay(sitter: Sitter, person: Picture, backdrop: Picture, wrap: float = 0.25) -> Picture:
    """Lay the person on the backdrop; its light creeps a little around their edge, as it does in a lens.

    Args: wrap: 0..1, how much of the backdrop's light reaches the person's edge.
    """
    near = blur(sitter.alpha, sitter.face_px * 0.02)
    edge = np.clip(1 - near, 0, 1) * sitter.alpha
    soft = blur(backdrop, sitter.face_px * 0.05)
    return mix(backdrop, mix(person, soft, edge * wrap), sitter.alpha)


def seamless(
    sitter: Sitter,
    rng: np.random.Generator,
    *,
    centre: Colour,
    edge: Colour,
    light_from: tuple[float, float] = (0.0, -0.1),
    spread: float = 1.5,
    mottle: float = 0.03,
) -> Picture:
    """A painted studio backdrop: a pool of light behind the head that falls off to the edges.

    Args: light_from: the pool's middle against the face's, in face heights. spread: its radius, likewise.
        mottle: how cloudy the paint is.
    """
    middle = sitter.points[:, :2].mean(axis=0) + np.array(light_from) * sitter.face_px
    height, width = sitter.shape
    x = np.arange(width, dtype=np.float32)[None] - middle[0]
    y = np.arange(height, dtype=np.float32)[:, None] - middle[1]
    away = np.hypot(x, y * 0.9) / (spread * sitter.face_px)
    pool = (1 / (1 + away**2.4)).astype(np.float32)
    paint = mix(
        np.broadcast_to(rgb(edge), (height, width, 3)),
        np.broadcast_to(rgb(centre), (height, width, 3)),
        pool,
    )
    clouds = cloud(sitter.shape, rng, sitter.face_px * 0.8)
    dither = rng.normal(0, 0.003, (height, width, 1)).astype(np.float32)  # eight bits would show bands
    return np.clip(paint * (1 + mottle * clouds[..., None]) + dither, 0, 1).astype(np.float32)


def vignette(picture: Picture, strength: float) -> Picture:
    """Darken toward the corners."""
    x, y = across((picture.shape[0], picture.shape[1]))
    away = ((x - 0.5) ** 2 + (y - 0.5) ** 2) * 2
    return (picture * (1 - strength * smoothstep(0.2, 1.05, away))[..., None]).astype(np.float32)


def grain(picture: Picture, rng: np.random.Generator, strength: float, size_px: float = 0.8) -> Picture:
    """Film grain: strongest in the middle tones."""
    noise = blur(rng.standard_normal(picture.shape[:2], np.float32), size_px)
    noise = noise / noise.std()
    tone = luminance(picture)
    amount = strength * (1 - np.abs(tone * 2 - 1) ** 2 * 0.75)
    return np.clip(picture + (noise * amount)[..., None], 0, 1).astype(np.float32)


def glow(picture: Picture, above: float, sigma: float, colour: Colour, strength: float) -> Picture:
    """Let what is brighter than `above` bleed light around it (screen blend)."""
    bright = blur(np.clip(picture - above, 0, 1).astype(np.float32), sigma) * rgb(colour) * strength
    return (1 - (1 - np.clip(picture, 0, 1)) * (1 - np.clip(bright, 0, 1))).astype(np.float32)
