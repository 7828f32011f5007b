"""Takes back what the scene's light did to a person: white patches along the jaw, a veil over a dark shoulder."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import cv2
import numpy as np

from portrait_app.darkroom import burnt, mesh
from portrait_app.darkroom.planes import blur, luminance, smoothstep

if TYPE_CHECKING:
    from portrait_app.darkroom.planes import Picture, Plane, Points

_BACKLIT = 0.2  # the scene is this much brighter than the skin
_COARSE = 4  # glare is smooth
_VEIL_REACH = 0.35  # how far inward a window behind shines over cloth, in heights of the face
_WEAVE, _BRIGHTEST_RIM = 0.02, 0.35  # cloth may differ so much from itself; a brighter line is a cuff and no glow
_THEIRS = 0.9  # of a pixel: theirs alone


@dataclass(frozen=True)
class Lit:
    """A person in the frame as the photo lit them.

    Args: person, alpha, points: as in `Sitter`. scene: the photo as it was. known: where `scene` is really the photo.
    """

    person: Picture
    alpha: Plane
    points: Points
    scene: Picture
    known: Plane

    @property
    def face_px(self) -> float:
        """Face height in the frame."""
        return mesh.height(self.points)


def mended(lit: Lit) -> Picture:
    """The person in the colours they would have had before a wall; as they are, when the scene is no brighter."""
    if not _is_backlit(lit):
        return lit.person
    skin = replace(lit, person=burnt.unburnt(lit))
    return unveiled(replace(skin, person=burnt.unfringed(skin)))


def unveiled(lit: Lit) -> Picture:
    """The person without the glow that a bright scene throws over dark cloth in front of it (veiling glare).

    It is smooth, strongest at the outline, and lies on top of the cloth's own colour, which is taken from the darkest
    cloth around.
    """
    height, width = lit.alpha.shape
    size = (max(8, width // _COARSE), max(8, height // _COARSE))
    person, alpha = (
        np.asarray(cv2.resize(plane, size, interpolation=cv2.INTER_AREA), np.float32)
        for plane in (lit.person, lit.alpha)
    )
    face_px = lit.face_px / _COARSE
    smooth = _cloth(person, alpha, face_px)
    hidden = np.where(alpha[..., None] > _THEIRS, smooth, 1).astype(np.float32)
    own = blur(np.asarray(cv2.erode(hidden, burnt.disc(face_px * _VEIL_REACH)), np.float32), face_px * 0.15)
    where = _where_it_shines(lit, alpha, luminance(smooth))
    glare = np.maximum(smooth - own, 0) * where[..., None]
    large, cloth, shines = (
        np.asarray(cv2.resize(plane, (width, height), interpolation=cv2.INTER_CUBIC), np.float32)
        for plane in (glare, own, where)
    )
    left = np.clip(lit.person - large, 0, 1).astype(np.float32)
    return np.clip(left - _rim(lit, left, cloth) * shines[..., None], 0, 1).astype(np.float32)


def _rim(lit: Lit, left: Picture, cloth: Picture) -> Picture:
    """What is left of the glow along the outline, too narrow for the smooth part to see.

    Skin, which is warm, and a collar, which is bright by itself, stay.
    """
    seen = blur(left, lit.face_px * 0.008)
    cold = smoothstep(0.1, 0.02, seen[..., 0] - seen[..., 2])
    dim = smoothstep(0.55, 0.35, luminance(np.maximum(seen, left)))
    near = smoothstep(0.02, 0.15, blur(1 - lit.alpha, lit.face_px * 0.07))
    return np.clip(np.minimum(seen, left) - cloth - _WEAVE, 0, _BRIGHTEST_RIM) * (cold * dim * near)[..., None]


def _cloth(person: Picture, alpha: Plane, face_px: float) -> Picture:
    """The person's colours without pins and buttons, smooth, and none of the scene's."""
    theirs = (alpha > _THEIRS).astype(np.float32)
    plain = cv2.erode(np.where(theirs[..., None] > 0, person, 1).astype(np.float32), burnt.disc(face_px * 0.06))
    plain = cv2.dilate((plain * theirs[..., None]).astype(np.float32), burnt.disc(face_px * 0.06))
    around = blur(theirs, face_px * 0.06)[..., None] + 1e-3
    return (blur((plain * theirs[..., None]).astype(np.float32), face_px * 0.06) / around).astype(np.float32)


def _where_it_shines(lit: Lit, alpha: Plane, level: Plane) -> Plane:
    """How far glare is taken for glare: near a bright scene, on what is dark, below the chin; coarse."""
    size, face_px = alpha.shape[::-1], lit.face_px / _COARSE
    light = cv2.resize(luminance(lit.scene) * (1 - lit.alpha), size, interpolation=cv2.INTER_AREA)
    around = blur(1 - alpha, face_px * _VEIL_REACH)
    behind = blur(np.asarray(light, np.float32), face_px * _VEIL_REACH) / (around + 1e-3)
    rows = np.arange(alpha.shape[0], dtype=np.float32)[:, None]
    chin = float(lit.points[mesh.CHIN, 1]) / _COARSE
    where = (
        smoothstep(0.35, 0.55, behind)
        * smoothstep(0.01, 0.08, around)  # a tie hangs far inside
        * smoothstep(0.42, 0.24, level)  # a shirt is bright by itself
        * smoothstep(chin, chin + 0.3 * face_px, rows)
    )
    return blur(where.astype(np.float32), face_px * 0.04)


def _is_backlit(lit: Lit) -> bool:
    """Whether the scene around the head is much brighter than the skin."""
    core = burnt.parts(lit)[2]
    return bool(core.any()) and _brightness_behind(lit) > float(np.median(luminance(lit.person[core]))) + _BACKLIT


def _brightness_behind(lit: Lit) -> float:
    """How bright the scene is around the head."""
    away = cv2.distanceTransform((lit.alpha < 0.05).astype(np.uint8), cv2.DIST_L2, 3)  # noqa: PLR2004 -- outside
    ring = (away > 0) & (away < lit.face_px * 0.12) & (lit.known > 0.5)  # noqa: PLR2004 -- half a px
    ring[round(float(lit.points[mesh.CHIN, 1])) :] = False
    return float(luminance(lit.scene[ring]).mean()) if ring.any() else 0.0
