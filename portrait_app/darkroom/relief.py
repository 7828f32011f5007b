"""Guesses a person's depth from the face mesh and the outline, so that a new light knows where to fall."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from portrait_app.darkroom import mesh
from portrait_app.darkroom.planes import blur, luminance, mix, smoothstep

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from portrait_app.darkroom.planes import Floats, Picture, Plane, Points

_REDUCED = 2  # depth is smooth: half the size holds it
_HAIR_CALM = 0.7  # how much flatter than cloth it is taken to be


@dataclass(frozen=True)
class Relief:
    """The form of a person.

    Args: normals: (height, width, 3) unit vectors, x right, y down, z toward the viewer. depth: px toward the viewer.
    """

    normals: Floats
    depth: Floats


def of(points: Points, faces: NDArray[np.int32], alpha: Plane, *, luminance_of: Picture) -> Relief:
    """Build the relief of one sitter.

    The face's depth comes from its mesh, the rest is the outline blown up like a balloon; they are blended well
    inside the face, by slope and not by height, because a join in height shows as a seam on the forehead. Fine
    folds and wrinkles are read from the picture's own light and shade.
    """
    face_px = mesh.height(points)
    face, covered = face_depth(points, faces, alpha.shape)
    body = body_depth(alpha, face_px)
    oval = mesh.fill(points, mesh.OVAL, alpha.shape)
    deep = np.asarray(cv2.distanceTransform((oval > 0.5).astype(np.uint8), cv2.DIST_L2, 3), np.float32)  # noqa: PLR2004 -- inside
    inside = blur(smoothstep(face_px * 0.085, face_px * 0.095, deep), face_px * 0.075)
    slopes = mix(_slopes(body, face_px * 0.022), _slopes(face, face_px * 0.016), inside)
    rows = np.arange(alpha.shape[0], dtype=np.float32)[:, None]
    chin = float(points[mesh.CHIN, 1])
    hair = _HAIR_CALM * smoothstep(chin + 0.1 * face_px, chin - 0.2 * face_px, rows)
    # Wrinkles and teeth are dark enough without a shadow of their own, and short hair under a hard lamp turns to pits.
    calm = np.maximum(blur(oval, face_px * 0.03) * 0.75, hair)
    slopes = slopes + _fine_slopes(luminance_of, alpha, face_px) * (1 - calm)[..., None]
    normals = np.dstack([-slopes, np.ones(alpha.shape, np.float32)])
    normals /= np.linalg.norm(normals, axis=2, keepdims=True)
    sure = covered & (inside > 0.3)  # noqa: PLR2004 -- well inside the face
    offset = float(np.median(body[sure]) - np.median(face[sure])) if sure.any() else 0.0
    edge = blur(oval, face_px * 0.03)
    return Relief(normals.astype(np.float32), mix(_behind(body, points, face_px), face + offset, edge))


def face_depth(points: Points, faces: NDArray[np.int32], shape: tuple[int, int]) -> tuple[Floats, NDArray[np.bool_]]:
    """The mesh's depth, continued smoothly outside; and where it is the mesh's own."""
    small = (-(-shape[0] // _REDUCED), -(-shape[1] // _REDUCED))
    raster = mesh.Raster.of(points / _REDUCED, faces, small)
    depth, covered = raster.spread(-points[:, 2])
    known = covered.astype(np.float32)
    reach = mesh.height(points) / _REDUCED * 0.12
    around = blur(depth * known, reach) / (blur(known, reach) + 1e-4)
    depth = np.where(covered, depth, around)
    size = (shape[1], shape[0])
    full = cv2.resize(depth.astype(np.float32), size, interpolation=cv2.INTER_CUBIC)
    return np.asarray(full, np.float32), cv2.resize(covered.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST) > 0


def body_depth(alpha: Plane, face_px: float) -> Floats:
    """The outline inflated: a quarter circle from the edge inward, as deep as half a head."""
    height, width = alpha.shape
    small = cv2.resize(alpha, (width // _REDUCED, height // _REDUCED), interpolation=cv2.INTER_AREA)
    solid = (small > 0.5).astype(np.uint8)  # noqa: PLR2004 -- half covered
    margin = max(width, height) // (2 * _REDUCED)  # the body goes on below the frame and beside it
    padded = cv2.copyMakeBorder(solid, 0, margin, margin, margin, cv2.BORDER_REPLICATE)
    away = cv2.distanceTransform(padded, cv2.DIST_L2, 5)[: solid.shape[0], margin : margin + solid.shape[1]]
    radius = face_px * 0.55
    t = np.clip((away * _REDUCED / radius + 0.12) / 1.12, 0, 1) * (
        away > 0
    )  # an edge that is vertical draws a black line
    dome = np.sqrt(np.clip(1 - (1 - t) ** 2, 0, 1)) * radius * 0.8
    dome = blur(dome.astype(np.float32), face_px * 0.014)
    return np.asarray(cv2.resize(dome, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)


def _behind(body: Floats, points: Points, face_px: float) -> Floats:
    """Neck and shoulders stand back behind the chin, so that the head can throw its shadow on them."""
    rows = np.arange(body.shape[0], dtype=np.float32)[:, None]
    chin = float(points[mesh.CHIN, 1])
    return body - 0.36 * face_px * smoothstep(chin - 0.15 * face_px, chin + 0.45 * face_px, rows)


def _slopes(depth: Floats, sigma: float) -> Floats:
    """Rise per px to the right and downward."""
    smooth = blur(depth, sigma)
    right = cv2.Sobel(smooth, cv2.CV_32F, 1, 0, scale=1 / 8)
    down = cv2.Sobel(smooth, cv2.CV_32F, 0, 1, scale=1 / 8)
    return np.dstack([right, down]).astype(np.float32)


def _fine_slopes(picture: Picture, alpha: Plane, face_px: float) -> Floats:
    """Folds and strands: what is brighter than its surroundings is taken to stand out a little.

    A strong contrast is another colour and no fold: it would stand out like a coin, its edge drawn by the lamp.
    """
    light = luminance(picture)
    bumps = blur(light, face_px * 0.004) - blur(light, face_px * 0.03)
    fold = smoothstep(0.11, 0.03, blur(np.abs(bumps), face_px * 0.015))
    inside = smoothstep(0.85, 1.0, blur(alpha, face_px * 0.02)) * fold  # the outline is no fold
    return _slopes(np.tanh(bumps * 6).astype(np.float32) / 6 * inside * face_px * 0.05, 0.7)
