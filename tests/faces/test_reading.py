"""Faces found, measured and told apart, and people cut out, on real photos."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import combinations
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from portrait_app.faces import cut, matte
from portrait_app.faces.identity import SAME_PERSON, distance
from tests import photos

if TYPE_CHECKING:
    from portrait_app.faces.face import Face
    from portrait_app.faces.reader import FaceReader

PEOPLE = (*photos.PRESIDENTS, "somebody-else.jpg", "astronaut.png")


@pytest.fixture(scope="module")
def faces(reader: FaceReader) -> dict[str, Face]:
    """The largest face of each photo, read one after another."""
    return {name: reader.faces(photos.pixels(name))[0] for name in PEOPLE}


@pytest.fixture(scope="module")
def identities(reader: FaceReader, faces: dict[str, Face]) -> dict[str, np.ndarray]:
    return {name: reader.identity(photos.pixels(name), face) for name, face in faces.items()}


def test_photos_of_one_person_are_close(identities: dict[str, np.ndarray]) -> None:
    assert all(distance(identities[a], identities[b]) < 0.5 for a, b in combinations(photos.PRESIDENTS, 2))


def test_different_people_are_far_apart(identities: dict[str, np.ndarray]) -> None:
    people = ("president-1.jpg", "somebody-else.jpg", "astronaut.png")
    assert all(distance(identities[a], identities[b]) > SAME_PERSON + 0.1 for a, b in combinations(people, 2))


@pytest.mark.parametrize("degrees", [-40, -20, 20, 40])
def test_a_turned_photo_shows_the_same_person(
    degrees: float, faces: dict[str, Face], identities: dict[str, np.ndarray], reader: FaceReader
) -> None:
    turned = _turned(photos.pixels("president-3.jpg"), degrees)
    face = reader.faces(turned)[0]
    assert distance(reader.identity(turned, face), identities["president-3.jpg"]) < SAME_PERSON
    upright = faces["president-3.jpg"].pose
    assert face.pose.roll == pytest.approx(upright.roll - degrees, abs=5)
    assert face.pose.yaw == pytest.approx(upright.yaw, abs=6)


def test_a_mirrored_face_looks_the_other_way(faces: dict[str, Face], reader: FaceReader) -> None:
    pose = faces["president-2.jpg"].pose
    mirrored = reader.faces(photos.pixels("president-2.jpg")[:, ::-1].copy())[0].pose
    assert pose.yaw < -8  # he looks to the picture's left
    assert mirrored.yaw == pytest.approx(-pose.yaw, abs=3)


def test_the_points_lie_on_the_face_and_the_nose_is_nearest(faces: dict[str, Face]) -> None:
    face = faces["president-1.jpg"]
    assert face.points.shape == (468, 3)
    left, top, right, bottom = face.box
    assert (360, 115) < (left, top) < (390, 140)
    assert (600, 405) < (right, bottom) < (630, 430)
    assert np.linalg.norm(face.points[face.points[:, 2].argmin(), :2] - face.box.centre) < 0.25 * face.height
    assert face.mouth_openness > 0.2  # he laughs


@pytest.mark.parametrize("shape", [(1, 1), (1, 5000), (3000, 3), (63, 64)])
def test_the_oddest_shapes_hold_no_face_and_take_no_time(shape: tuple[int, int], reader: FaceReader) -> None:
    assert reader.faces(np.full((*shape, 3), 128, np.uint8)) == []


def test_many_threads_share_one_reader(faces: dict[str, Face], reader: FaceReader) -> None:
    with ThreadPoolExecutor(4) as pool:
        boxes = list(pool.map(lambda name: reader.faces(photos.pixels(name))[0].box, PEOPLE))
    assert boxes == [faces[name].box for name in PEOPLE]


@pytest.mark.parametrize("name", PEOPLE)
def test_the_mask_holds_the_face_and_leaves_the_corners(name: str, faces: dict[str, Face], reader: FaceReader) -> None:
    photo, face = photos.pixels(name), faces[name]
    mask = matte.refine(photo, reader.person_outline(photo, face), face.height)

    assert mask.shape == photo.shape[:2]
    assert mask.dtype == np.float32
    assert 0 <= mask.min() <= mask.max() <= 1
    inner = cut.square(face.box.centre, face.height * 0.6, 0, 64)
    assert cv2.warpAffine(mask, inner, (64, 64), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP).mean() > 0.99
    assert mask[:20, :20].max() < 0.05
    assert mask[:20, -20:].max() < 0.05
    unsure = ((mask > 0.05) & (mask < 0.95)).mean()
    assert unsure < 0.05  # an edge, no fog


def test_a_piece_cut_from_a_photo_is_where_its_matrix_says() -> None:
    ramp = np.repeat(np.arange(200, dtype=np.uint8)[None, :, None], 200, axis=0).repeat(3, axis=2)
    piece = cut.piece(ramp, cut.square((100, 100), 96, 0, 24), 24)
    across = cut.move(np.column_stack([np.arange(24.0), np.zeros(24)]), cut.square((100, 100), 96, 0, 24))[:, 0]
    assert piece[12, :, 0] == pytest.approx(across, abs=2.01)


def test_the_similarity_between_turned_points_is_found() -> None:
    points = np.array([[0, 0], [10, 0], [10, 5], [3, 8]], float)
    truth = cut.square((40, 30), 50, 0.7, 20)
    assert cut.similarity(points, cut.move(points, truth)) == pytest.approx(truth)
    assert cut.move(cut.move(points, truth), cut.inverse(truth)) == pytest.approx(points)


def _turned(photo: np.ndarray, degrees: float) -> np.ndarray:
    """Turn a photo counter-clockwise, on a canvas that holds all of it."""
    height, width = photo.shape[:2]
    edge = round((height**2 + width**2) ** 0.5)
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1)
    matrix[:, 2] += (edge - width) / 2, (edge - height) / 2
    return cv2.warpAffine(photo, matrix, (edge, edge), borderMode=cv2.BORDER_REPLICATE)
