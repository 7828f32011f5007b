"""What docs/replicate.md says that a person reads is what the studio says, of each way in which an order can fail."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from portrait_app.adapters.replicate import errors, troubles
from portrait_app.domain.cause import Cause
from portrait_app.domain.generation import Loss
from portrait_app.services import orders, progress, reconcile, silence, strays

if TYPE_CHECKING:
    from collections.abc import Iterator

LINES = (Path(__file__).parents[1] / "docs" / "replicate.md").read_text().split("## What can go wrong")[1].splitlines()
READ = " ".join(line.rstrip(" |").rpartition("|")[2].lower() for line in LINES if line.startswith("| "))

CAUSES = {
    Cause.SAFETY: "held back by the safety check",
    Cause.NO_FACE: "no face could be found in these photos",
    Cause.BAD_INPUT: "couldn't work with these settings",
    Cause.MEMORY: "ran out of memory",
    Cause.NEVER_STARTED: "took too long to start",
    Cause.INTERRUPTED: "was interrupted",
    Cause.TOO_LONG: "took too long and was stopped",
    Cause.NOT_IN_TIME: "didn't get to it in time",
    Cause.NO_MODEL: "ended without a face model",
    Cause.UNNAMED: "no longer says which face model it made",
    Cause.UNKNOWN: "something broke on the",
}
SAID_OTHERWISE = {Cause.GONE: "of each portrait that is lost"}
REFUSALS: dict[type[errors.Refused], str] = {
    errors.Refused: "the portrait engine said no",
    errors.OutOfCredit: "account has run out of credit",
    errors.WrongToken: "the studio can't sign in to its portrait engine",
    errors.PublicDestination: "your face model would not be private",
    errors.BadInput: "can't work with this",
    errors.ModelDiffers: "the portrait engine has changed",
    errors.TooLarge: "these photos are too much at once",
    errors.TrainerGone: "what learns new faces is no longer",
    errors.DestinationGone: "there is no place for your face model",
    errors.FaceModelGone: "is no longer at the",
}
ENDS = {
    orders.UNSENDABLE: "could not be reached for a day",
    orders.BUSY: "had too much to do to take this",
    orders.NOT_READ: "your photos could not be read for a",
    orders.BROKEN: "the studio itself could not send this for a",
    orders.INCOMPLETE: "no longer in the studio",
    orders.STOPPED: "takes no upload of this size",
    orders.CHECKING: "making sure that it arrived",
    progress.IN_DOUBT: "nobody can say whether",
    progress.CALLED_OFF: "you called this off",
    progress.STOPPED: "it was stopped at the portrait engine",
    reconcile.VANISHED: "has lost track of this",
    reconcile.STUCK: "so it was called off",
    silence.SILENT: "didn't answer for so long",
    silence.REFUSED: "no longer tells the studio what became of this",
    silence.UNHEARD: "the studio itself could not work with what came of this",
    silence.UNCONFIRMED: "hasn't said that it stopped",
    strays.NOTHING_AFTER_ALL: "never took it",
}


def _all(kind: type[errors.Refused]) -> Iterator[type[errors.Refused]]:
    yield kind
    for one in kind.__subclasses__():
        yield from _all(one)


@pytest.mark.parametrize("said", [*CAUSES.values(), *REFUSALS.values(), *ENDS.values()])
def test_the_table_has_a_line_for_it(said: str) -> None:
    assert said in READ


def test_it_is_what_the_studio_says() -> None:
    words = {troubles.WORDS[cause]: said for cause, said in CAUSES.items()} | ENDS
    words |= {error.headline: said for error, said in REFUSALS.items()}
    assert [said for text, said in words.items() if said not in text.lower()] == []


def test_no_way_to_fail_is_left_out() -> None:
    assert set(CAUSES) | set(SAID_OTHERWISE) == set(Cause)
    assert set(REFUSALS) | {errors.Missing} == set(_all(errors.Refused))  # that one is always said by name
    of_ones_own = {Loss.CALLED_OFF, Loss.NOT_MADE, Loss.IN_DOUBT, Loss.NEVER_TAKEN}  # said of all together
    assert [loss for loss in set(Loss) - of_ones_own if loss.words not in READ] == []
