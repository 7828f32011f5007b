"""What is said about selfies, on real photos and on what can go wrong with them."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

import pytest

from portrait_app import pictures
from portrait_app.faces.fingerprint import bits_apart, fingerprint
from portrait_app.faces.quality import Examination, Hint, examine, hints, near_duplicates, outliers
from tests import awkward, photos

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from portrait_app.faces.reader import FaceReader


def test_twelve_good_selfies_get_no_hint(twelve: list[Examination]) -> None:
    assert [hints(seen) for seen in twelve] == [()] * 12


def test_twelve_different_selfies_of_one_person_hold_no_duplicate_and_no_stranger(twelve: list[Examination]) -> None:
    assert near_duplicates([seen.fingerprint for seen in twelve]) == set()
    assert outliers([seen.identity for seen in twelve]) == set()


@pytest.mark.parametrize(
    ("make", "hint"),
    [
        (awkward.blurred, Hint.BLURRED),
        (awkward.dark, Hint.TOO_DARK),
        (awkward.bright, Hint.TOO_BRIGHT),
        (awkward.two_people, Hint.SEVERAL_PEOPLE),
        (awkward.far_away, Hint.FACE_TOO_SMALL),
        (awkward.no_face, Hint.NO_FACE),
    ],
)
def test_each_flaw_is_named_and_nothing_else_is(
    make: Callable[[Path], Path], hint: Hint, reader: FaceReader, tmp_path: Path
) -> None:
    assert hints(_examined(make(tmp_path), reader)) == (hint,)


def test_a_passer_by_far_behind_does_not_count(reader: FaceReader, tmp_path: Path) -> None:
    photo = pictures.open_picture(awkward.with_a_passer_by(tmp_path))
    assert len(reader.faces(photo)) == 2
    assert hints(examine(photo, reader)) == ()


def test_a_photo_without_a_face_has_nothing_but_a_fingerprint(reader: FaceReader, tmp_path: Path) -> None:
    seen = _examined(awkward.no_face(tmp_path), reader)
    assert seen == Examination(seen.fingerprint)


def test_the_same_photo_saved_again_is_a_near_duplicate_of_the_first(
    twelve: list[Examination], reader: FaceReader, tmp_path: Path
) -> None:
    original, again = (
        _examined(path, reader) for path in (photos.photo("president-1.jpg"), awkward.near_duplicate(tmp_path))
    )
    prints = [*(seen.fingerprint for seen in twelve), original.fingerprint, again.fingerprint]
    assert near_duplicates(prints) == {13}


def test_unrelated_photos_are_far_apart() -> None:
    one, other = (fingerprint(photos.pixels(name)) for name in ("astronaut.png", "cat.png"))
    assert bits_apart(one, other) > 20
    assert bits_apart(one, one) == 0


def test_somebody_else_among_the_twelve_is_found(twelve: list[Examination], reader: FaceReader) -> None:
    stranger = examine(photos.pixels("somebody-else.jpg"), reader)
    assert outliers([*(seen.identity for seen in twelve[:5]), stranger.identity]) == {5}


def test_a_photo_without_a_face_is_no_stranger(twelve: list[Examination]) -> None:
    assert outliers([None, *(seen.identity for seen in twelve[:3]), None]) == set()
    assert outliers([None]) == outliers([]) == set()


def test_of_two_people_with_as_many_photos_neither_is_the_stranger(
    twelve: list[Examination], reader: FaceReader
) -> None:
    other, astronaut = (
        examine(photos.pixels(name), reader).identity for name in ("somebody-else.jpg", "astronaut.png")
    )
    assert outliers([twelve[0].identity, other]) == set()
    assert outliers([twelve[0].identity, twelve[1].identity, other, other]) == set()
    assert outliers([twelve[0].identity, other, astronaut]) == set()


def test_an_examination_survives_json(twelve: list[Examination]) -> None:
    assert Examination(**json.loads(json.dumps(asdict(twelve[0])))) == twelve[0]


def _examined(path: Path, reader: FaceReader) -> Examination:
    return examine(pictures.open_picture(path), reader)
