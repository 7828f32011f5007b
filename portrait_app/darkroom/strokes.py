"""Paints a picture anew with brush strokes, from broad to fine, as a painter builds up a canvas.

Source: Hertzmann, "Painterly Rendering with Curved Brush Strokes of Multiple Sizes" (SIGGRAPH 1998).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from portrait_app.darkroom.painting import flow
from portrait_app.darkroom.planes import blur

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from portrait_app.darkroom.planes import Floats, Picture, Plane


@dataclass(frozen=True)
class Brush:
    """One size of brush.

    Args: radius: px. tolerance: how far the canvas may be from the picture before this brush is taken, 0..1.
    longest: of a stroke, in radii.
    """

    radius: float
    tolerance: float
    longest: int = 9


@dataclass(frozen=True)
class Painted:
    """A painting.

    Args: picture: its colours. height: how thick the paint lies, 0..1.
    """

    picture: Picture
    height: Plane


def paint(picture: Picture, brushes: Sequence[Brush], care: Plane, rng: np.random.Generator) -> Painted:
    """Paint `picture`.

    Args: brushes: the broadest first. care: 0..1, where the painter is more exact: tolerance falls to a quarter.
    """
    board = np.zeros((*picture.shape[:2], 4), np.uint8)  # RGB and the height of the paint
    board[..., :3] = np.round(blur(picture, brushes[0].radius * 1.5) * 255).astype(np.uint8)
    for brush in brushes:
        goal = blur(picture, brush.radius * 0.45)
        off = np.abs(board[..., :3].astype(np.float32) / 255 - goal).sum(axis=2)
        _lay(board, goal, _starts(off / (1 - 0.75 * care), brush, rng), brush, rng)
    return Painted(board[..., :3].astype(np.float32) / 255, board[..., 3].astype(np.float32) / 255)


def _starts(off: Plane, brush: Brush, rng: np.random.Generator) -> NDArray[np.int32]:
    """Where a stroke is due: the worst pixel of each cell that is off by more than the brush tolerates; (n, 2) x, y."""
    step = max(2, round(brush.radius))
    rows, columns = off.shape[0] // step, off.shape[1] // step
    cells = off[: rows * step, : columns * step].reshape(rows, step, columns, step).swapaxes(1, 2)
    flat = cells.reshape(rows, columns, step * step)
    due = np.argwhere(flat.mean(axis=2) > brush.tolerance)
    worst = flat[due[:, 0], due[:, 1]].argmax(axis=1)
    spots = np.stack([due[:, 1] * step + worst % step, due[:, 0] * step + worst // step], axis=1)
    return rng.permutation(spots).astype(np.int32)


def _lay(
    board: NDArray[np.uint8], goal: Picture, starts: NDArray[np.int32], brush: Brush, rng: np.random.Generator
) -> None:
    """Draw one layer: trace all its strokes together, then lay them down one after another."""
    if not len(starts):
        return
    paths, lengths = _trace(goal, board, starts, brush)
    colours = goal[starts[:, 1], starts[:, 0]] * 255
    colours = colours * (1 + rng.normal(0, 0.022, (len(starts), 1))) + rng.normal(0, 1.2, (len(starts), 3))
    heights = rng.uniform(40, 255, (len(starts), 1))
    paints = np.clip(np.concatenate([colours, heights], axis=1), 0, 255)
    thickness = max(1, round(brush.radius * 2))
    for path, length, paint_ in zip(np.round(paths * 8).astype(np.int32), lengths, paints.tolist(), strict=True):
        cv2.polylines(board, [path[:length]], False, paint_, thickness, cv2.LINE_AA, 3)


def _trace(
    goal: Picture, board: NDArray[np.uint8], starts: NDArray[np.int32], brush: Brush
) -> tuple[Floats, NDArray[np.int64]]:
    """Follow the flow from each start until the colour of the stroke no longer helps; (n, steps, 2) and lengths."""
    height, width = goal.shape[:2]
    heading_at = flow(goal, brush.radius * 0.9)
    spot = starts.astype(np.float32)
    own = goal[starts[:, 1], starts[:, 0]]
    heading = heading_at[starts[:, 1], starts[:, 0]]
    paths: list[Floats] = [spot]
    alive = np.ones(len(starts), np.bool_)
    lengths = np.ones(len(starts), np.int64)
    for step in range(brush.longest):
        spot = spot + heading * brush.radius * alive[:, None]
        x = np.clip(spot[:, 0], 0, width - 1).astype(np.int32)
        y = np.clip(spot[:, 1], 0, height - 1).astype(np.int32)
        painted = board[y, x, :3].astype(np.float32) / 255
        helps = np.abs(goal[y, x] - own).sum(axis=1) <= np.abs(goal[y, x] - painted).sum(axis=1) + brush.tolerance * 0.5
        alive &= helps | (step < 1)
        lengths += alive
        paths.append(spot)
        ahead = heading_at[y, x]
        ahead = np.where((ahead * heading).sum(axis=1, keepdims=True) < 0, -ahead, ahead)
        heading = 0.35 * heading + 0.65 * ahead
        heading = heading / (np.linalg.norm(heading, axis=1, keepdims=True) + 1e-6)
    return np.stack(paths, axis=1), np.maximum(lengths, 2)
