"""What a portrait retoucher does, gently: skin, eyes, teeth and exposure, nothing that changes who it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from portrait_app.darkroom import mesh
from portrait_app.darkroom.planes import blur, luminance, mix, saturate, smoothstep

if TYPE_CHECKING:
    from portrait_app.darkroom.planes import Picture
    from portrait_app.darkroom.sitter import Sitter

_BACKLIT = 0.2  # the scene is this much brighter than the skin
_BURNT = 0.2  # and so is a patch that it burnt
_PALE = 0.35  # where it only shines across skin, this little of the skin's warmth is left


def retouch(sitter: Sitter, strength: float = 0.6) -> Picture:
    """The person with calmer skin, clearer eyes and whiter teeth, and without the light that burnt into a cheek."""
    return _teeth(sitter, _eyes(sitter, _skin(sitter, _mend(sitter, sitter.person), strength)))


def expose(sitter: Sitter, picture: Picture, tone: float, wish: float = 1.0) -> Picture:
    """Bring the face to the person's own brightness.

    Args: tone: mean brightness of this person's skin over their good photos, 0..1: nobody is made paler or darker
        than they are. wish: above 1 for a brighter print, below 1 for a darker one.
    """
    skin = sitter.skin * sitter.alpha
    found = float((luminance(picture) * skin).sum() / max(float(skin.sum()), 1.0))
    goal = float(np.clip(np.clip(tone, 0.32, 0.62) * wish, 0.2, 0.72))
    power = np.log(goal) / np.log(float(np.clip(found, 0.06, 0.94)))
    return np.asarray(cv2.pow(np.clip(picture, 1e-4, 1), float(np.clip(power, 0.55, 1.7))), np.float32)


def _mend(sitter: Sitter, picture: Picture) -> Picture:
    """Paint skin over the white patches that a bright window behind leaves along the jaw (inpainting: Telea 2004)."""
    light = luminance(picture)
    core = sitter.skin > 0.9  # noqa: PLR2004  # nothing but skin
    if not core.any():
        return picture
    usual = float(np.median(light[core]))
    if _brightness_behind(sitter) < usual + _BACKLIT:
        return picture
    zone = cv2.dilate(mesh.fill(sitter.points, mesh.OVAL, sitter.shape), _disc(sitter.face_px * 0.08))
    zone = zone * (1 - mesh.features(sitter.points, sitter.shape, sitter.face_px * 0.02)) * (sitter.alpha > 0.2)  # noqa: PLR2004  # some of it is theirs
    warm = picture[..., 0] - picture[..., 2]
    pale = (warm < _PALE * float(np.median(warm[core]))) & (light > usual - _BURNT / 2)
    pale[: round(float(sitter.points[mesh.CHIN, 1]) - 0.35 * sitter.face_px)] = False  # grey temples are theirs
    burnt = (((light > usual + _BURNT) | pale) & (zone > 0.5)).astype(np.uint8)  # noqa: PLR2004  # inside
    burnt = cv2.dilate(burnt, _disc(sitter.face_px * 0.022))
    size = (sitter.shape[1] // 3, sitter.shape[0] // 3)
    hole = cv2.resize(burnt, size, interpolation=cv2.INTER_NEAREST)
    scene = cv2.resize((sitter.alpha < 0.6).astype(np.uint8), size, interpolation=cv2.INTER_NEAREST)  # noqa: PLR2004  # much of it is not theirs
    base = cv2.resize(np.round(picture * 255).astype(np.uint8), size, interpolation=cv2.INTER_AREA)
    hole = np.maximum(hole, scene * cv2.dilate(hole, _disc(4)))  # the scene beside it is no skin to paint with
    skin = cv2.inpaint(base, hole, 5, cv2.INPAINT_TELEA).astype(np.float32) / 255
    skin = cv2.resize(skin, sitter.shape[::-1], interpolation=cv2.INTER_CUBIC)
    pores = (picture - blur(picture, 2)) * 0.4
    return np.clip(mix(picture, skin + pores, blur(burnt.astype(np.float32), sitter.face_px * 0.008)), 0, 1)


def _brightness_behind(sitter: Sitter) -> float:
    """How bright the scene is around the head."""
    away = cv2.distanceTransform((sitter.alpha < 0.05).astype(np.uint8), cv2.DIST_L2, 3)  # noqa: PLR2004  # outside
    ring = (away > 0) & (away < sitter.face_px * 0.12) & (sitter.known > 0.5)  # noqa: PLR2004  # half a px
    ring[round(float(sitter.points[mesh.CHIN, 1])) :] = False
    return float(luminance(sitter.scene[ring]).mean()) if ring.any() else 0.0


def _disc(radius: float) -> np.ndarray:
    edge = 2 * max(1, round(radius)) + 1
    return cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (edge, edge))


def _skin(sitter: Sitter, picture: Picture, strength: float) -> Picture:
    """Blotches out, pores in: the middle frequencies are calmed, the finest put back (frequency separation)."""
    face_px = sitter.face_px
    low, high = sitter.points[:, :2].min(axis=0) - face_px * 0.1, sitter.points[:, :2].max(axis=0) + face_px * 0.1
    left, top, right, bottom = (max(0, int(side)) for side in (*low, *high))
    face = np.ascontiguousarray(picture[top:bottom, left:right])
    light = luminance(face)
    busy = blur(np.abs(light - blur(light, face_px * 0.02)), face_px * 0.007)
    where = blur(sitter.skin, face_px * 0.01)[top:bottom, left:right] * (1 - np.clip(busy * 9, 0, 1)) * strength
    calm = np.asarray(cv2.bilateralFilter(face, -1, 0.09, face_px / 50), np.float32)
    pores = face - blur(face, max(0.8, face_px * 0.004))
    done = picture.copy()
    done[top:bottom, left:right] = np.clip(mix(face, calm + pores * 0.6, where), 0, 1)
    return done


def _eyes(sitter: Sitter, picture: Picture) -> Picture:
    """A little more light and edge."""
    eyes = mesh.fill(sitter.points, mesh.LEFT_EYE, sitter.shape) + mesh.fill(
        sitter.points, mesh.RIGHT_EYE, sitter.shape
    )
    where = np.clip(blur(eyes, sitter.face_px * 0.008), 0, 1)[..., None]
    edge = picture - blur(picture, sitter.face_px * 0.008)
    return np.clip(picture * (1 + 0.07 * where) + edge * 0.35 * where, 0, 1).astype(np.float32)


def _teeth(sitter: Sitter, picture: Picture) -> Picture:
    """Less yellow where the open mouth is bright."""
    mouth = mesh.fill(sitter.points, mesh.MOUTH, sitter.shape, sitter.face_px * 0.005)
    where = mouth * smoothstep(0.35, 0.6, luminance(picture))
    return mix(picture, np.clip(saturate(picture, 0.6) * 1.03, 0, 1), where)
