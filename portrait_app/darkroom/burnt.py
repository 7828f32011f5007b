"""Brings back skin that a light burnt white: along a backlit jaw, around an ear, down the side of a neck.

Nothing is cut out and painted over, since a patch has a border and a border is seen. What is brighter than the skin
around it is brought nearer to it, the more the brighter it is, and takes its colour: where the light fades, so does the
mending, and the edge of a jaw that catches a light stays an edge.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from portrait_app.darkroom import mesh
from portrait_app.darkroom.planes import blur, luminance, mix, smoothstep

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from portrait_app.darkroom.mend import Lit
    from portrait_app.darkroom.planes import Floats, Picture, Plane

_COARSE = 3  # the skin around a spot is smooth
# In heights of the face.
_AROUND = (0.03, 0.09, 0.25)  # from how far the skin's colour is taken: the nearest that there is
_REACH = 0.06  # how far from skin something bright is still skin
_SURELY = 0.05  # and so far around the face's oval it needn't be narrow to be no collar
_NARROW, _CORNER = 0.06, 0.05
_FARTHER_IN = 0.25  # of the way to the face's middle
# Of brightness, 0..1.
_OWN, _MOST = 0.012, 0.035  # so much brighter may skin be by itself; so much may be left of a burn
_PORE = 0.03  # the deepest
_LIKE = (3.5, 1.8)  # deviations of the face's own colour: from here on no skin, all skin


def unburnt(lit: Lit) -> Picture:
    """The person with the skin's own colour where a light burnt it."""
    oval, features, core = parts(lit)
    if not core.any():
        return lit.person
    skin = _skin(lit, core)
    anywhere, density = _around(lit.person, skin, lit.face_px)
    # A jaw is lit as its cheek is; the neck below it lies in its shade.
    cheek = _around(lit.person, skin * cv2.resize(oval, skin.shape[::-1]), lit.face_px)[0]
    around = mix(anywhere, cheek, blur(oval, lit.face_px * 0.006))
    rows, brow = np.arange(len(oval), dtype=np.float32)[:, None], float(mesh.centre(lit.points)[1])
    hairless = smoothstep(brow, brow + 0.2 * lit.face_px, rows)  # above, what lies beside skin may be grey hair
    near = np.maximum(density * (1 + 3 * hairless), blur(oval, lit.face_px * 0.02))
    zone = smoothstep(0.1, 0.4, near)
    zone = zone * (1 - features) * (1 - _wide(lit, oval, core)) * smoothstep(0.0, 0.2, lit.alpha)
    light, usual = luminance(lit.person), np.maximum(luminance(around), 0.02)
    excess = light - usual
    left = np.where(excess > _OWN, _OWN + (_MOST - _OWN) * (1 - np.exp((_OWN - excess) / (_MOST - _OWN))), excess)
    share = np.maximum(smoothstep(_OWN, 0.1, excess), _pale(lit, around, excess))
    own = lit.person * ((usual + left) / np.maximum(light, 0.02))[..., None]
    skinned = around * ((usual + left) / usual)[..., None] + _pores(lit)[..., None]
    return np.clip(mix(lit.person, mix(own, skinned, share), zone), 0, 1).astype(np.float32)


def unfringed(lit: Lit) -> Picture:
    """The person without the cold line that a bright scene draws along the outline of their hair.

    A lens bends its blue light farthest. Hair that is as cold farther in keeps its colour.
    """
    deep = (blur(lit.alpha, lit.face_px * 0.03) > 0.97).astype(np.float32)  # noqa: PLR2004 -- not of the outline
    own, reach = lit.person[..., 2] - lit.person[..., 0], lit.face_px * 0.1
    inner = blur(own * deep, reach) / (blur(deep, reach) + 1e-3)
    near = smoothstep(0.01, 0.08, blur(1 - lit.alpha, lit.face_px * 0.05))
    rows = np.arange(lit.alpha.shape[0], dtype=np.float32)[:, None]
    head = smoothstep(float(lit.points[mesh.CHIN, 1]), float(lit.points[mesh.CHIN, 1]) - 0.2 * lit.face_px, rows)
    cold = smoothstep(0.0, 0.08, own - np.maximum(inner, 0)) * near * head
    grey = np.minimum(luminance(lit.person), lit.person.min(axis=2) + _OWN)[..., None]
    return mix(lit.person, np.repeat(grey, 3, axis=2), cold.astype(np.float32))


def parts(lit: Lit) -> tuple[Plane, Plane, NDArray[np.bool_]]:
    """The face's oval, its eyes, brows and lips, and what is nothing but skin."""
    oval = mesh.fill(lit.points, mesh.OVAL, lit.alpha.shape)
    features = mesh.features(lit.points, lit.alpha.shape, lit.face_px * 0.02)
    return oval, features, (blur(oval, lit.face_px * 0.015) - features) > 0.9  # noqa: PLR2004 -- nothing else


def _skin(lit: Lit, core: NDArray[np.bool_]) -> Plane:
    """What has the colour of this face and its light: 0..1, coarse; hair, cloth and what is burnt are not."""
    size = (lit.alpha.shape[1] // _COARSE, lit.alpha.shape[0] // _COARSE)
    person, alpha, inner = (
        np.asarray(cv2.resize(plane, size, interpolation=cv2.INTER_AREA), np.float32)
        for plane in (lit.person, lit.alpha, core.astype(np.float32))
    )
    face = inner > 0.9  # noqa: PLR2004 -- nothing else
    light = luminance(person)
    if not face.any():
        return np.zeros_like(light)
    hue = (person / np.maximum(person.sum(axis=2, keepdims=True), 0.05))[..., :2]
    middle = np.median(hue[face], axis=0)
    spread = np.maximum(1.5 * np.median(np.abs(hue[face] - middle), axis=0), 0.012)
    away = np.sqrt((((hue - middle) / spread) ** 2).sum(axis=2))
    usual = float(np.median(light[face]))
    fair = smoothstep(0.25 * usual, 0.5 * usual, light) * smoothstep(usual + 0.16, usual + 0.06, light)
    return (smoothstep(*_LIKE, away) * fair * (alpha > 0.95)).astype(np.float32)  # noqa: PLR2004 -- theirs alone


def _around(person: Picture, skin: Plane, face_px: float) -> tuple[Picture, Plane]:
    """The colour of the skin around each spot, and how much skin there is within reach."""
    coarse = face_px / _COARSE
    small = np.asarray(cv2.resize(person, skin.shape[::-1], interpolation=cv2.INTER_AREA), np.float32)
    total, known = np.zeros_like(small), np.zeros_like(skin)
    for reach in _AROUND:
        weight = blur(skin, coarse * reach)
        seen = blur(small * skin[..., None], coarse * reach) / (weight[..., None] + 1e-4)
        take = (1 - known) * smoothstep(0.02, 0.25, weight)
        total += seen * take[..., None]
        known = known + take
    usual = (small * skin[..., None]).sum(axis=(0, 1)) / max(float(skin.sum()), 1e-3)
    total += usual * (1 - known)[..., None]
    size = person.shape[1::-1]
    full = np.asarray(cv2.resize(total, size, interpolation=cv2.INTER_CUBIC), np.float32)
    density = cv2.resize(blur(skin, coarse * _REACH), size, interpolation=cv2.INTER_LINEAR)
    return full, np.asarray(density, np.float32)


def _wide(lit: Lit, oval: Plane, core: NDArray[np.bool_]) -> Plane:
    """Collars and cuffs: what is as bright as a burn, but wide and outside the face."""
    light = luminance(lit.person)
    bright = ((light > float(np.median(light[core])) + 0.1) & (lit.alpha > 0.5)).astype(np.uint8)  # noqa: PLR2004 -- half
    narrow = disc(lit.face_px * _NARROW)
    opened = cv2.dilate(cv2.morphologyEx(bright, cv2.MORPH_OPEN, narrow), disc(lit.face_px * _CORNER))
    wide = np.minimum(bright, np.asarray(opened, np.uint8))
    outside = 1 - np.asarray(cv2.dilate(oval, disc(lit.face_px * _SURELY)), np.float32)
    return np.clip(blur(wide.astype(np.float32) * outside, lit.face_px * 0.006), 0, 1)


def _pores(lit: Lit) -> Plane:
    """The finest drawing of the skin farther in toward the nose, for spots that have none left."""
    light = luminance(lit.person)
    fine = light - blur(light, max(1.0, lit.face_px * 0.006))
    x, y = mesh.centre(lit.points)
    view = np.array([[1 - _FARTHER_IN, 0, x * _FARTHER_IN], [0, 1 - _FARTHER_IN, y * _FARTHER_IN]], np.float32)
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    moved = cv2.warpAffine(fine, view, fine.shape[::-1], flags=flags, borderMode=cv2.BORDER_REFLECT)
    return np.clip(np.asarray(moved, np.float32) * 0.8, -_PORE, _PORE)


def _pale(lit: Lit, around: Picture, excess: Floats) -> Plane:
    """Where a glare lies over skin that it doesn't burn: too little of the skin's warmth is left."""
    warm, usual = (picture[..., 0] - picture[..., 2] for picture in (lit.person, around))
    pale = smoothstep(0.75, 0.4, warm / np.maximum(usual, 0.03)) * smoothstep(-0.1, -0.02, excess)
    rows = np.arange(lit.alpha.shape[0], dtype=np.float32)[:, None]
    chin = float(lit.points[mesh.CHIN, 1])
    below = smoothstep(chin - 0.45 * lit.face_px, chin - 0.35 * lit.face_px, rows)  # grey temples are theirs
    return (pale * below).astype(np.float32)


def disc(radius: float) -> NDArray[np.uint8]:
    """A round brush, `radius` px wide."""
    edge = 2 * max(1, round(radius)) + 1
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (edge, edge)), np.uint8)
