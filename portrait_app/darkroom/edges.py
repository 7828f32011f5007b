"""Follows the photo's own edges around a person, where the network that outlined them only saw a few pixels.

The network looks at 256 pixels: it loses the tip of an ear, fills the folds of a sleeve with the scene and takes a lamp
beside the jaw for skin. Along its outline, window by window, colours known to be the person's or the scene's say where
the edge is (GrabCut: Rother et al. 2004). A window is believed as far as those colours differ.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from portrait_app.darkroom.planes import blur, smoothstep

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from portrait_app.darkroom.planes import Floats, Plane
    from portrait_app.pictures.pixels import Pixels

# In heights of the face, unless said otherwise.
_WORKING_FACE_PX = 130  # finer costs seconds; `matte` finds the hairs afterwards
_REACH = 0.05  # how far the network's outline may be wrong
_UNSURE_REACH = 0.11  # and where it says itself that it is unsure
_SURE = 0.9  # of the network's value
_HALF_WINDOW = 0.45
_SMALL_HOLE = 0.05  # square heights: a gap between arm and body is larger, a reflection is not
_LEAST_KNOWN = 50  # px of each kind that a window needs to know
_ALIKE, _DISTINCT = 0.6, 0.3  # shared part of the two colour histograms: from here on nothing is believed, all is
_SMOOTH, _DECIDED = 0.013, (0.28, 0.72)  # windows differ by a few px, or wholly: their sum frays, or leaves a ghost
_DOUBT = 0.02  # the network's own weight, so that it decides where no window does


@dataclass(frozen=True)
class Outline:
    """Where a person is.

    Args: mask: how much of each pixel is theirs. sure: 0..1, how far the photo's colours have confirmed it; 1 far
        from the edge.
    """

    mask: Plane
    sure: Plane


@dataclass(frozen=True)
class _Vote:
    """What one window found: its place, how far each of its pixels is believed, and which of them are the person."""

    place: tuple[slice, slice]
    weight: Plane
    person: Plane


def follow(photo: Pixels, outline: Plane, face_px: float) -> Outline:
    """Move a rough outline to the photo's edges nearby."""
    scale = min(1.0, _WORKING_FACE_PX / face_px)
    height, width = (max(8, round(side * scale)) for side in photo.shape[:2])
    small = np.asarray(cv2.resize(photo, (width, height), interpolation=cv2.INTER_AREA), np.uint8)
    rough = np.asarray(cv2.resize(outline, (width, height), interpolation=cv2.INTER_AREA), np.float32)
    face = face_px * scale
    solid = _without_small_holes(rough, face)
    known = _known(rough, solid, face)
    found = [_vote(small, known, face, spot) for spot in _spots(solid, known, face)]
    votes, weight = np.where(known < cv2.GC_PR_BGD, known, rough) * np.float32(_DOUBT), np.full_like(rough, _DOUBT)
    for vote in found:
        if vote:
            votes[vote.place] += vote.weight * vote.person
            weight[vote.place] += vote.weight
    seen = np.where(known == cv2.GC_FGD, 1, np.where(known == cv2.GC_BGD, 0, votes / weight)).astype(np.float32)
    mask = smoothstep(*_DECIDED, blur(seen, face * _SMOOTH))
    sure = np.where(known < cv2.GC_PR_BGD, 1, np.clip(weight * 4, 0, 1)).astype(np.float32)
    return Outline(_large(mask, photo, face_px), _large(blur(sure, face * 0.03), photo, face_px))


def _without_small_holes(rough: Plane, face: float) -> NDArray[np.uint8]:
    """Where the person is, 0 or 1; a shine on a button, a visor or glasses is no hole."""
    solid = (rough > 0.5).astype(np.uint8)  # noqa: PLR2004 -- half
    count, labels, sizes, _ = cv2.connectedComponentsWithStats(1 - solid, connectivity=4)
    for label in range(1, count):
        if sizes[label, cv2.CC_STAT_AREA] < _SMALL_HOLE * face**2:
            solid[labels == label] = 1
    return solid


def _known(rough: Plane, solid: NDArray[np.uint8], face: float) -> NDArray[np.uint8]:
    """What is certain and what is to be found out, in GrabCut's four words."""
    person, maybe = cv2.erode(solid, _disc(face * _REACH)), cv2.dilate(solid, _disc(face * _REACH))
    deep, near = cv2.erode(solid, _disc(face * _UNSURE_REACH)), cv2.dilate(solid, _disc(face * _UNSURE_REACH))
    is_person = (person > 0) & ((rough > _SURE) | (deep > 0))
    is_scene = (maybe == 0) & ((rough < 1 - _SURE) | (near == 0))
    probably = np.where(solid > 0, cv2.GC_PR_FGD, cv2.GC_PR_BGD)
    return np.where(is_person, cv2.GC_FGD, np.where(is_scene, cv2.GC_BGD, probably)).astype(np.uint8)


def _spots(solid: NDArray[np.uint8], known: NDArray[np.uint8], face: float) -> list[tuple[int, int]]:
    """Middles of windows along the outline, (row, column), half a window apart."""
    edge = cv2.morphologyEx(solid, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))
    rows, columns = np.nonzero((edge > 0) & (known >= cv2.GC_PR_BGD))
    waiting, spots = np.ones(len(rows), np.bool_), list[tuple[int, int]]()
    while waiting.any():
        first = int(np.argmax(waiting))
        spots.append((int(rows[first]), int(columns[first])))
        waiting &= np.hypot(rows - rows[first], columns - columns[first]) > face * _HALF_WINDOW
    return spots


def _vote(photo: Pixels, known: NDArray[np.uint8], face: float, spot: tuple[int, int]) -> _Vote | None:
    """Part person and scene in one window; None where too little is known."""
    half = max(8, round(face * _HALF_WINDOW))
    (top, left), (bottom, right) = (max(0, at - half) for at in spot), (at + half for at in spot)
    place = np.s_[top:bottom, left:right]
    view, words = np.ascontiguousarray(photo[place]), known[place].copy()
    if min(int((words == word).sum()) for word in (cv2.GC_FGD, cv2.GC_BGD)) < _LEAST_KNOWN:
        return None
    belief = float(np.clip((_ALIKE - _shared_colours(view, words)) / (_ALIKE - _DISTINCT), 0, 1))
    cv2.setRNGSeed(1)  # of this thread: the same photo gives the same outline
    cv2.grabCut(view, words, None, np.zeros((1, 65)), np.zeros((1, 65)), 1, cv2.GC_INIT_WITH_MASK)  # pyright: ignore[reportCallIssue, reportArgumentType]  # no rectangle is needed with a mask
    down, across = (_fade(at, half, size) for at, size in zip(spot, words.shape, strict=True))
    weight = (down[:, None] * across * belief).astype(np.float32)
    return _Vote(place, weight, (words & 1).astype(np.float32))


def _fade(at: int, half: int, size: int) -> Floats:
    """1 in a window's middle, falling to 0 at its sides, along one side; `size` is what lies inside the photo."""
    line = np.arange(size, dtype=np.float32) + max(0, at - half)
    return np.clip(1 - np.abs(line - at) / half, 0, 1).astype(np.float32)


def _shared_colours(view: Pixels, words: NDArray[np.uint8]) -> float:
    """How much of the person's colours are the scene's as well, 0..1."""
    shares = [
        cv2.calcHist([view], [0, 1, 2], (words == word).astype(np.uint8), [8] * 3, [0, 256] * 3) / (words == word).sum()
        for word in (cv2.GC_FGD, cv2.GC_BGD)
    ]
    return float(np.minimum(*shares).sum())


def _large(plane: Plane, photo: Pixels, face_px: float) -> Plane:
    """At the photo's size, without the steps of the small one."""
    size = (photo.shape[1], photo.shape[0])
    large = np.asarray(cv2.resize(plane, size, interpolation=cv2.INTER_CUBIC), np.float32)
    return np.clip(blur(large, face_px / _WORKING_FACE_PX * 0.6), 0, 1)


def _disc(radius: float) -> NDArray[np.uint8]:
    edge = 2 * max(1, round(radius)) + 1
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (edge, edge)), np.uint8)
