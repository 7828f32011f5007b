"""Brings colour and form back to a face that the camera took too bright.

Red is full first, then green, blue last: such skin turns yellow, then white. As long as one of the three still tells
something, it tells how bright the skin really was, because the skin's hue is known from where nothing is full.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from portrait_app.darkroom import mesh
from portrait_app.darkroom.burnt import disc, parts
from portrait_app.darkroom.planes import blur, luminance, mix, smoothstep, to_linear

if TYPE_CHECKING:
    from portrait_app.darkroom.mend import Lit
    from portrait_app.darkroom.planes import Floats, Picture, Plane

_FULL = (0.88, 0.985)  # of a channel: from here on it tells less, and nothing
_SOME, _MUCH = 0.04, 0.3  # of the skin is full: a shine, an over-exposed photo
_LEAST_KNOWN = 200  # px of skin that are not full
_RED, _BLUE = (1.3, 2.2), (0.4, 0.68)  # of any skin, against green, in light
_DOT = 0.009  # heights of the face
_SHINE = 0.38  # of skin at its brightest, and white
_KNEE, _TOP = 0.8, 1.25  # of green's light: from here on a level is believed less; and the highest
_WHITE_SPOT, _THEIRS = 0.08, 0.5  # heights of the face: a spot on a forehead that is white altogether; part of a pixel
# Of such skin, afterwards: the style's own exposure does the rest, and keeps the contrast.
_USUAL, _FULLEST = 0.74, 0.97


def recovered(lit: Lit) -> Picture:
    """The person with skin as it was before the camera cut it off; as they are, when little is cut off."""
    oval, features, core = parts(lit)
    full = lit.person.max(axis=2) > _FULL[1] - 0.02
    strength = float(smoothstep(_SOME, _MUCH, full[core].mean(keepdims=True))[0]) if core.any() else 0.0
    if not strength:
        return lit.person
    linear = to_linear(lit.person)
    hue = _hue(linear[core], lit.person[core])
    zone = _skin(lit, oval) * strength
    cut = smoothstep(*_FULL, lit.person.max(axis=2)) * zone * (1 - _white(lit))
    shine = smoothstep(*_FULL, lit.person[..., :2].min(axis=2))[..., None] * _SHINE
    paler = (hue + (1 - hue) * shine).astype(np.float32)
    level = _level(lit.person, linear, paler)
    # A dot that is left among what is full is no freckle: it is a pixel or two that were not quite full.
    dense = smoothstep(0.55, 0.85, blur(cut, lit.face_px * 0.02)) * (1 - features)
    level = mix(
        level, np.asarray(cv2.morphologyEx(level, cv2.MORPH_CLOSE, disc(lit.face_px * _DOT)), np.float32), dense
    )
    whole = mix(linear, level[..., None] * paler, np.maximum(cut, dense * zone * (1 - _white(lit))))
    usual, fullest = np.median(luminance(whole)[core]), np.quantile(whole.max(axis=2)[core], 0.95)
    darker = min(1.0, float(_USUAL**2.2 / max(usual, 1e-3)), float(_FULLEST**2.2 / max(fullest, 1e-3)))
    shown = whole * (1 + (darker - 1) * zone * (1 - 0.6 * _white(lit)))[..., None]
    return np.power(np.clip(shown, 0, 1), np.float32(1 / 2.2)).astype(np.float32)


def _hue(linear: Floats, shown: Floats) -> Floats:
    """The skin's light against its green, (3,), each from where neither is full."""
    ratio = linear / np.maximum(linear[:, 1:2], 0.01)

    def seen(channel: int, below: Floats, bounds: tuple[float, float]) -> float:
        known = below < _FULL[1] - 0.03
        found = np.median(ratio[known, channel]) if known.sum() > _LEAST_KNOWN else np.mean(bounds)
        return float(np.clip(found, *bounds))

    red, blue = seen(0, shown.max(axis=1), _RED), seen(2, shown[:, 1:].max(axis=1), _BLUE)
    return np.array([red, 1, blue], np.float32)


def _level(shown: Picture, linear: Picture, hue: Floats) -> Plane:
    """How bright the skin was, as its green, by the channels that are not full.

    Where all are, as bright as can be told; not wholly, since what is told by blue alone is told by noise.
    """
    trust = 1 - smoothstep(*_FULL, shown) + np.array([1e-4, 1e-3, 1e-2], np.float32)  # blue is full last
    level = ((linear / hue) * trust).sum(axis=2) / trust.sum(axis=2)
    over = np.maximum(level - _KNEE, 0)
    return np.asarray(np.minimum(level, _KNEE) + (_TOP - _KNEE) * (1 - np.exp(-over / (_TOP - _KNEE))), np.float32)


def _white(lit: Lit) -> Plane:
    """Teeth and the whites of the eyes are white by themselves."""
    drawn = [mesh.fill(lit.points, part, lit.alpha.shape) for part in (mesh.LEFT_EYE, mesh.RIGHT_EYE, mesh.MOUTH)]
    return np.clip(blur(np.sum(drawn, axis=0), lit.face_px * 0.008), 0, 1)


def _skin(lit: Lit, oval: Plane) -> Plane:
    """Face, ears and neck: 0..1; a shirt as bright is as blue as it is red."""
    face_px = lit.face_px
    near = smoothstep(0.0, 0.08, blur(oval, face_px * 0.25))
    warm = smoothstep(0.04, 0.16, blur(lit.person[..., 0] - lit.person[..., 2], face_px * 0.012))
    skin = np.maximum(oval, warm * near)
    rows = np.arange(len(oval))[:, None] < float(lit.points[mesh.CHIN, 1])
    closed = cv2.morphologyEx((skin > 0.5).astype(np.uint8), cv2.MORPH_CLOSE, disc(face_px * _WHITE_SPOT))  # noqa: PLR2004 -- half
    whole = np.where(rows & (lit.alpha > _THEIRS), np.maximum(skin, np.asarray(closed, np.float32)), skin)
    return (blur(whole.astype(np.float32), face_px * 0.012) * smoothstep(0.0, 0.3, lit.alpha)).astype(np.float32)
