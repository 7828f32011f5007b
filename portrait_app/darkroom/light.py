"""Takes the photo's own light off a face and sets new lamps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from portrait_app.darkroom.planes import blur, luminance, smoothstep, to_linear

if TYPE_CHECKING:
    from collections.abc import Sequence

    from portrait_app.darkroom.planes import Colour, Floats, Picture, Plane
    from portrait_app.darkroom.sitter import Sitter


@dataclass(frozen=True)
class Lamp:
    """A far light.

    Args: toward: where it stands, seen from the sitter: x right, y down, z toward the viewer. colour: linear RGB
        times its strength. wrap: 0 is a bare bulb, 0.5 a large soft box whose light reaches around. shadow: 0..1,
        how dark the shadows are that it throws.
    """

    toward: tuple[float, float, float]
    colour: Colour = (1.0, 1.0, 1.0)
    wrap: float = 0.3
    shadow: float = 0.0

    @property
    def direction(self) -> Floats:
        """The unit vector toward the lamp."""
        vector = np.array(self.toward, np.float32)
        return vector / np.linalg.norm(vector)


def flatten(sitter: Sitter, picture: Picture, strength: float) -> Picture:
    """Even out the photo's own light: linear RGB in, or near, flat light.

    A first-order spherical-harmonic light (Basri and Jacobs 2003) is fitted to the skin's brightness against its
    normals and divided out by `strength`; beyond the head, where the normals are guesses, by half as much.
    """
    linear = to_linear(picture)
    normals = sitter.relief.normals
    skin = (sitter.skin > 0.9) & (sitter.alpha > 0.95)  # noqa: PLR2004 -- nothing but skin
    if skin.sum() < 500:  # noqa: PLR2004 -- too few px to fit four numbers to
        return linear
    light = luminance(linear)
    terms = np.concatenate([np.ones((int(skin.sum()), 1), np.float32), normals[skin]], axis=1)[::7]
    level = light[skin][::7]
    fitted = _fit(terms, level)
    own = np.clip(fitted[0] + normals @ fitted[1:], 0.35 * level.mean(), 2.2 * level.mean()) / level.mean()
    reach = strength * (0.5 + 0.5 * _head(sitter))
    return (linear / np.power(blur(own.astype(np.float32), 2), reach)[..., None]).astype(np.float32)


def lit(sitter: Sitter, flat: Picture, lamps: Sequence[Lamp], ambient: Colour) -> Picture:
    """Light a flat picture (linear RGB) with lamps; linear RGB out."""
    total = np.broadcast_to(np.array(ambient, np.float32), flat.shape).copy()
    for lamp in lamps:
        amount = diffuse(sitter, lamp)
        if lamp.shadow > 0:
            amount = amount * (1 - lamp.shadow * thrown(sitter, lamp))
        total += amount[..., None] * np.array(lamp.colour, np.float32)
    return flat * total


def diffuse(sitter: Sitter, lamp: Lamp) -> Plane:
    """How much of the lamp each pixel receives, by its slope alone (wrapped Lambert)."""
    facing = sitter.relief.normals @ lamp.direction
    return np.clip((facing + lamp.wrap) / (1 + lamp.wrap), 0, 1).astype(np.float32)


def gleam(sitter: Sitter, lamp: Lamp, sharpness: float = 24) -> Plane:
    """The soft mirror of the lamp on skin (Blinn 1977)."""
    half = lamp.direction + np.array([0, 0, 1], np.float32)
    half /= np.linalg.norm(half)
    shine = np.power(np.clip(sitter.relief.normals @ half, 0, 1), sharpness)
    return (shine * sitter.skin).astype(np.float32)


def rim(sitter: Sitter, toward: tuple[float, float], width: float = 0.05) -> Plane:
    """The edge that a lamp from behind catches, `width` face heights deep, kept inside the person."""
    direction = np.array(toward, np.float32) / np.hypot(*toward)
    inside = blur(sitter.alpha, sitter.face_px * width)
    edge = smoothstep(0.98, 0.5, inside)
    x = cv2.Sobel(inside, cv2.CV_32F, 1, 0, ksize=5)
    y = cv2.Sobel(inside, cv2.CV_32F, 0, 1, ksize=5)
    facing = np.clip(-(x * direction[0] + y * direction[1]) / (np.hypot(x, y) + 1e-6), 0, 1)
    texture = 0.2 + 1.5 * luminance(sitter.person)  # dark hair and cloth shine less
    return (edge * facing**1.5 * texture * smoothstep(0.1, 0.7, sitter.alpha)).astype(np.float32)


def thrown(sitter: Sitter, lamp: Lamp, *, reach: float = 0.7, steps: int = 28) -> Plane:
    """Where the person shades themself: nose on cheek, chin on neck.

    Marches from each pixel toward the lamp over the depth map and asks whether anything rises above the ray.
    """
    height, width = sitter.shape
    size = (width // 3, height // 3)
    depth = cv2.resize(sitter.relief.depth, size, interpolation=cv2.INTER_AREA) / 3
    flat_length = float(np.hypot(lamp.direction[0], lamp.direction[1])) + 1e-6
    step = sitter.face_px / 3 * reach / steps
    rise = step * float(lamp.direction[2]) / flat_length
    across, down = lamp.direction[0] / flat_length * step, lamp.direction[1] / flat_length * step
    highest = np.full(depth.shape, -1e6, np.float32)
    for number in range(2, steps + 1):
        shift = np.array([[1, 0, -across * number], [0, 1, -down * number]], np.float32)
        ahead = cv2.warpAffine(depth, shift, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        np.maximum(highest, ahead - rise * number, out=highest)
    soft = sitter.face_px / 3 * 0.035
    shade = smoothstep(0.0, soft * 2, blur((highest - depth).astype(np.float32), soft * 0.5))
    shade = cv2.resize(blur(shade, soft * 0.6), (width, height), interpolation=cv2.INTER_CUBIC)
    return np.clip(shade, 0, 1).astype(np.float32)


def _fit(terms: Floats, level: Floats) -> Floats:
    """Least squares, repeated with moles, shine and stubble weighing less (Cauchy weights)."""
    mean = float(level.mean())
    weight = np.ones(len(level), np.float32)
    ridge = np.diag([1e-4, 0.02, 0.02, 0.02]).astype(np.float32) * len(level)
    fitted = np.zeros(4, np.float32)
    for _ in range(4):
        weighted = terms * weight[:, None]
        prior = np.array([mean, 0, 0, 0], np.float32)
        fitted = prior + np.linalg.solve(weighted.T @ terms + ridge, weighted.T @ (level - terms @ prior))
        error = np.abs(level - terms @ fitted)
        weight = 1 / (1 + (error / (1.5 * np.median(error) + 1e-6)) ** 2)
    return fitted.astype(np.float32)


def _head(sitter: Sitter) -> Plane:
    """1 on the head, 0 from the collar down."""
    chin = float(sitter.points[:, 1].max())
    rows = np.arange(sitter.shape[0], dtype=np.float32)[:, None]
    fall = smoothstep(chin + 0.3 * sitter.face_px, chin - 0.05 * sitter.face_px, rows)
    return np.broadcast_to(fall, sitter.shape)
