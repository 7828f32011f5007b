"""What a portrait retoucher does, gently: skin, eyes, teeth and exposure, nothing that changes who it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from portrait_app.darkroom import mesh
from portrait_app.darkroom.planes import blur, luminance, mix, saturate, smoothstep

if TYPE_CHECKING:
    from portrait_app.darkroom.planes import Picture, Plane
    from portrait_app.darkroom.sitter import Sitter

_CORE = 0.9  # nothing but skin
_PORES = 0.6  # of them put back
_SKIN = 0.018  # contrast of its finest drawing, against its brightness, in a photo with enough light: 0.008-0.022


def retouch(sitter: Sitter, strength: float = 0.6) -> Picture:
    """The person with calmer skin, clearer eyes and whiter teeth."""
    return _teeth(sitter, _eyes(sitter, _skin(sitter, sitter.person, strength)))


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


def _skin(sitter: Sitter, picture: Picture, strength: float) -> Picture:
    """Blotches out, pores in: the middle frequencies are calmed, the finest put back (frequency separation).

    What is finer than skin is drawn is the noise of a dark photo: the more of it, the calmer.
    """
    face_px = sitter.face_px
    low, high = sitter.points[:, :2].min(axis=0) - face_px * 0.2, sitter.points[:, :2].max(axis=0) + face_px * 0.2
    left, top, right, bottom = (max(0, int(side)) for side in (*low, *high))
    face, skin = np.ascontiguousarray(picture[top:bottom, left:right]), sitter.skin[top:bottom, left:right]
    light = luminance(face)
    pores = light - blur(light, max(0.8, face_px * 0.004))  # without their colours: those are the sensor's
    noise = _noise(pores, light, skin)
    drawn = blur(light, face_px * 0.006 * noise)  # noise is no wrinkle to spare
    busy = blur(np.abs(drawn - blur(light, face_px * 0.02)), face_px * 0.007)
    if noise:  # what is busy all over is no wrinkle either
        busy = np.maximum(busy - noise * np.float32(np.quantile(busy[skin > _CORE], 0.6)), 0)
    share = strength + (1 - strength) * noise
    bare = blur(sitter.skin, face_px * 0.01)[top:bottom, left:right]
    bare = np.maximum(bare, noise * _around(sitter, (left, top, right, bottom)))  # noise ends at no mesh
    where = bare * (1 - np.clip(busy * 9, 0, 1)) * share
    calm = np.asarray(cv2.bilateralFilter(face, -1, 0.09 + 0.09 * noise, face_px / 50), np.float32)
    done = picture.copy()
    smooth = calm + (pores * (_PORES * (1 - noise)))[..., None]
    done[top:bottom, left:right] = np.clip(mix(face, smooth, where), 0, 1)
    return done


def _around(sitter: Sitter, box: tuple[int, int, int, int]) -> Plane:
    """The rest of forehead and cheeks, ears and the neck below the chin: of the person, but neither eyes nor lips."""
    left, top, right, bottom = box
    near = smoothstep(0.02, 0.2, blur(mesh.fill(sitter.points, mesh.OVAL, sitter.shape), sitter.face_px * 0.09))
    features = mesh.features(sitter.points, sitter.shape, sitter.face_px * 0.02)
    return (near * sitter.alpha * (1 - features))[top:bottom, left:right]


def _noise(pores: Plane, light: Plane, skin: Plane) -> float:
    """How much of the finest drawing is noise, 0 to 0.75."""
    core = skin > _CORE
    if not core.any():
        return 0.0
    drawing = float(np.median(np.abs(pores[core])) / max(float(np.median(light[core])), 0.05))
    return float(np.clip(1 - (_SKIN / max(drawing, 1e-6)) ** 2, 0, 0.75))


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
