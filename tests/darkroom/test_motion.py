"""A film of a portrait plays everywhere, ends where it begins, keeps the face a face, and is the same each time."""

from __future__ import annotations

import hashlib
import itertools
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import av
import cv2
import numpy as np
import pytest

from portrait_app.darkroom import motion, motion_fields, motion_paths
from portrait_app.darkroom.cancelled import Cancelled
from portrait_app.faces.identity import SAME_PERSON, distance
from tests.models import face_reader
from tests.photos import apart, photo, pixels, save
from tests.portrait_models import never

if TYPE_CHECKING:
    from pathlib import Path

EDGE_PX = 240
SECONDS = 2
PORTRAIT = "president-1.jpg"


def make(picture: Path, film: Path, *, how: str = "turn", seed: int = 1, **more: Any) -> list[tuple[int, int, str]]:
    """Make a small film; what was told on the way."""
    told: list[tuple[int, int, str]] = []
    given: dict[str, Any] = {
        "reader": face_reader(),
        "motion": how,
        "seconds": SECONDS,
        "seed": seed,
        "short_edge_px": EDGE_PX,
        "on_progress": lambda *news: told.append(news),
        "is_cancelled": never,
    }
    motion.film(picture, film, **(given | more))
    return told


def frames(film: Path) -> list[np.ndarray]:
    with av.open(str(film)) as opened:
        return [frame.to_ndarray(format="rgb24") for frame in opened.decode(video=0)]


@pytest.fixture(scope="module")
def turned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One film for the tests that look at it."""
    film = tmp_path_factory.mktemp("motion") / "turned.mp4"
    make(photo(PORTRAIT), film)
    return film


def test_the_film_is_what_every_browser_plays(turned: Path):
    with av.open(str(turned)) as opened:
        stream = opened.streams.video[0]
        assert (stream.codec_context.name, stream.codec_context.pix_fmt) == ("h264", "yuv420p")
        assert (stream.average_rate, stream.frames, min(stream.width, stream.height)) == (24, 48, EDGE_PX)
        assert stream.codec_context.colorspace == 1  # BT.709, said in the file
    boxes = turned.read_bytes()
    assert boxes.index(b"moov") < boxes.index(b"mdat")  # it plays before it is there


def test_no_key_frame_pulses_on_the_way(tmp_path: Path):
    grain = np.random.default_rng(1).normal(0, 8, pixels(PORTRAIT).shape)
    grainy = save(tmp_path / "grainy.png", np.clip(pixels(PORTRAIT) + grain, 0, 255).astype(np.uint8))
    make(grainy, tmp_path / "film.mp4", how="breathe", seconds=4)
    with av.open(str(tmp_path / "film.mp4")) as opened:
        assert sum(packet.is_keyframe for packet in opened.demux(video=0) if packet.size) == 1
    shown = frames(tmp_path / "film.mp4")
    steps = [apart(one, other) for one, other in itertools.pairwise(shown)]
    assert max(steps) < 3 * np.median(steps)
    assert apart(shown[-1], shown[0]) < 3.5 * np.median(steps)  # nor where it begins again


def test_the_first_frame_is_the_picture_and_the_last_leads_back_to_it(turned: Path):
    shown = frames(turned)
    height, width = shown[0].shape[:2]
    picture = cv2.resize(pixels(PORTRAIT), (width, height), interpolation=cv2.INTER_AREA)
    assert apart(shown[0], picture) < 4
    steps = [apart(one, other) for one, other in itertools.pairwise(shown)]
    assert apart(shown[-1], shown[0]) < max(apart(frame, shown[0]) for frame in shown) / 2
    assert max(steps) < 8 * np.median(steps)  # and none between


def test_it_stays_the_same_person_while_the_head_turns(turned: Path):
    shown = frames(turned)
    read = face_reader()
    start, half = (read.faces(shown[number])[0] for number in (0, 12))
    assert 1.5 < abs(half.pose.yaw - start.pose.yaw) < 12
    assert distance(read.identity(shown[12], half), read.identity(shown[0], start)) < SAME_PERSON / 2


@pytest.mark.parametrize("how", motion_paths.ALL)
def test_the_same_seed_makes_the_same_file_and_another_seed_another(how: str, tmp_path: Path):
    for name, seed in (("first", 3), ("again", 3), ("other", 4)):
        make(photo(PORTRAIT), tmp_path / name, how=how, seed=seed, seconds=1)
    first, again, other = (
        hashlib.sha256((tmp_path / name).read_bytes()).digest() for name in ("first", "again", "other")
    )  # not the bytes themselves: pytest would compare those for minutes
    assert first == again
    assert first != other


_MOVES = """
import sys, numpy, fractions, pathlib
from portrait_app.darkroom.motion_film import Film
noise = numpy.random.default_rng(1).integers(0, 255, (150, 120, 3), dtype=numpy.uint8).repeat(2, 0).repeat(2, 1)
with Film(pathlib.Path(sys.argv[1]), (240, 300), fractions.Fraction(24), 24) as film:
    for number in range(24):
        film.add(numpy.ascontiguousarray(numpy.roll(noise // 2, number, axis=1)))
"""


def test_what_lay_in_memory_before_is_in_no_film(tmp_path: Path):
    made: set[str] = set()
    for fill in ("0", "1", "165"):  # glibc fills what it hands out with it; elsewhere this is a plain repetition
        film = tmp_path / fill
        subprocess.run([sys.executable, "-c", _MOVES, film], env=os.environ | {"MALLOC_PERTURB_": fill}, check=True)
        made.add(hashlib.sha256(film.read_bytes()).hexdigest())
    assert len(made) == 1


def test_nothing_is_torn_or_folded_at_the_height_of_the_turn():
    scene = motion.prepare(photo(PORTRAIT), face_reader(), EDGE_PX)
    assert scene.fields
    path = motion_paths.ALL["turn"].plan(SECONDS, np.random.default_rng(1), has_person=True)
    for part in (0.25, 0.75):
        moved = motion_fields.grid_of(scene.size) + scene.fields.moved(path(part))
        across, down = np.diff(moved[..., 0], axis=1), np.diff(moved[..., 1], axis=0)
        step = scene.size[0] / moved.shape[1]
        assert 0.5 * step < across.min() < across.max() < 1.5 * step
        assert 0.5 * step < down.min() < down.max() < 1.5 * step


def test_what_is_far_from_the_person_stands_still():
    scene = motion.prepare(photo(PORTRAIT), face_reader(), EDGE_PX)
    assert scene.fields
    path = motion_paths.ALL["turn"].plan(SECONDS, np.random.default_rng(1), has_person=True)
    moved = np.linalg.norm(scene.fields.moved(path(0.25)), axis=2)
    assert moved[:6, :3].max() < 0.1  # the corner of the room
    assert moved.max() > 3  # the nose


def test_without_a_face_the_camera_moves_alone_and_says_so(tmp_path: Path):
    told = make(photo("cat.png"), tmp_path / "cat.mp4")
    assert "no single face found; the camera moves alone" in [phase for _, _, phase in told]
    shown = frames(tmp_path / "cat.mp4")
    assert apart(shown[0], shown[24]) > 3


def test_a_group_is_not_made_to_turn_one_head(tmp_path: Path):
    two = np.hstack([pixels(PORTRAIT), pixels(PORTRAIT)])
    scene = motion.prepare(save(tmp_path / "two.jpg", two), face_reader(), EDGE_PX)
    assert scene.fields is None


def test_a_small_picture_keeps_its_size_and_odd_edges_become_even(tmp_path: Path):
    small = save(tmp_path / "small.png", cv2.resize(pixels(PORTRAIT), (131, 165), interpolation=cv2.INTER_AREA))
    make(small, tmp_path / "small.mp4")
    assert frames(tmp_path / "small.mp4")[0].shape in {(164, 130, 3), (164, 132, 3), (166, 132, 3), (166, 130, 3)}


def test_what_is_too_small_or_no_picture_is_named_as_the_reason(tmp_path: Path):
    tiny = save(tmp_path / "tiny.png", np.zeros((50, 300, 3), np.uint8))
    with pytest.raises(motion.Unmovable, match="too small: its shorter side has 50 px"):
        make(tiny, tmp_path / "film.mp4")
    tiny.write_text("not a picture")
    with pytest.raises(motion.Unmovable, match="could not be read"):
        make(tiny, tmp_path / "film.mp4")


def test_every_frame_is_told_of_and_cancelling_stops_between_two(tmp_path: Path):
    told = make(photo(PORTRAIT), tmp_path / "film.mp4", seconds=1)
    assert [done for done, _, _ in told] == sorted(done for done, _, _ in told)
    assert told[-1][:2] == (24, 24)
    count = itertools.count()
    with pytest.raises(Cancelled):
        make(photo(PORTRAIT), tmp_path / "film.mp4", is_cancelled=lambda: next(count) > 5)
