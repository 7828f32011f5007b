"""What painters do, as filters: flow, strokes, flat patches of colour, canvas."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from portrait_app.darkroom.planes import blur, luminance

if TYPE_CHECKING:
    from portrait_app.darkroom.planes import Floats, Picture


def flow(picture: Picture, sigma: float) -> Floats:
    """The direction along the edges at each pixel: (height, width, 2) unit vectors.

    Source: smoothed structure tensor (Brox et al. 2006, as Kyprianidis and Kang 2011 use it).
    """
    light = luminance(picture)
    x = cv2.Scharr(light, cv2.CV_32F, 1, 0) / 32
    y = cv2.Scharr(light, cv2.CV_32F, 0, 1) / 32
    xx, xy, yy = blur(x * x, sigma), blur(x * y, sigma), blur(y * y, sigma)
    angle = 0.5 * np.arctan2(2 * xy, xx - yy) + np.pi / 2
    return np.dstack([np.cos(angle), np.sin(angle)]).astype(np.float32)


def kuwahara(picture: Picture, radius: float) -> Picture:
    """Flat patches with sharp borders: each pixel takes the mean of whichever side of it varies least.

    The generalised Kuwahara filter (Papari et al. 2007) with eight sectors; a sector is a Gaussian spot beside the
    pixel, so that one blur serves all eight.
    """
    height, width = picture.shape[:2]
    mean = blur(picture, radius / 2.5)
    square = blur(picture * picture, radius / 2.5)
    spread = np.sqrt(np.maximum((square - mean * mean).sum(axis=2), 0)).astype(np.float32)
    total, weight = np.zeros_like(picture), np.zeros((height, width), np.float32)
    for sector in range(8):
        angle = sector * np.pi / 4
        shift = np.array([[1, 0, -np.cos(angle) * radius / 2], [0, 1, -np.sin(angle) * radius / 2]], np.float32)
        there = _moved(spread, shift)
        trust = 1 / (1e-6 + there * 12 + (there * 25) ** 4)
        total += _moved(mean, shift) * trust[..., None]
        weight += trust
    return (total / weight[..., None]).astype(np.float32)


def canvas(shape: tuple[int, int], rng: np.random.Generator) -> Floats:
    """The weave of linen: crossing threads, deviation 1."""
    noise = rng.standard_normal(shape, np.float32)
    threads = cv2.GaussianBlur(noise, (0, 0), sigmaX=5, sigmaY=0.8) + cv2.GaussianBlur(
        noise, (0, 0), sigmaX=0.8, sigmaY=5
    )
    return (threads / threads.std()).astype(np.float32)


def _moved(plane: Floats, shift: Floats) -> Floats:
    size = (plane.shape[1], plane.shape[0])
    return np.asarray(
        cv2.warpAffine(plane, shift, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT), np.float32
    )
