"""Every event of every State x every id of Ada's x Bob and nobody: nothing of hers changes, nothing of hers is shown.

The events are found by introspection. A new one fails here until `KNOWN` says what its parameters are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from structlog.testing import capture_logs

from portrait_app.domain.events import CHANNEL, News
from tests.matrix.browser import Tab, handlers, state_of, texts_of

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from tests.matrix.conftest import Matrix
    from tests.matrix.filled import Person
    from tests.matrix.house import MatrixHouse

ID, IDS, WORD, NUMBER, TEXT, FORM, VARS = (
    "an id",
    "ids",
    "a word",
    "a number",
    "a text",
    "a form",
    "vars by their full names",
)
NONE: dict[str, str] = {}
ANY_VAR = {"var_name": WORD, "value": TEXT}  # Reflex's own in each State, which nobody may send
KNOWN: dict[str, dict[str, str]] = {
    "CreateState.choose_aspect": {"value": WORD},
    "CreateState.choose_count": {"value": NUMBER},
    "CreateState.choose_model": {"value": ID},
    "CreateState.choose_style": {"value": WORD},
    "CreateState.enter": NONE,
    "CreateState.order": NONE,
    "CreateState.stop_portraits": NONE,
    "CreateState.try_again": {"loss": WORD},
    "DataState.ask": NONE,
    "DataState.ask_to_leave": NONE,
    "DataState.enter": NONE,
    "DataState.forget": NONE,
    "DataState.leave": NONE,
    "FaceState.choose_stay": {"value": WORD},
    "FaceState.choose_stay_asked": NONE,
    "FaceState.delete_photos": NONE,
    "FaceState.enter": NONE,
    "FaceState.withdraw": NONE,
    "GalleryState.choose_model": {"value": ID},
    "GalleryState.choose_style": {"value": WORD},
    "GalleryState.delete": {"portrait_id": ID},
    "GalleryState.delete_chosen": {"form": FORM},
    "GalleryState.enter": NONE,
    "GalleryState.restore": {"portrait_ids": IDS},
    "GalleryState.select": NONE,
    "GalleryState.stop_selecting": NONE,
    "GalleryState.show_all": NONE,
    "GalleryState.show_more": NONE,
    "GalleryState.use_as_my_picture": {"portrait_id": ID},
    "HomeState.enter": NONE,
    "HomeState.stop_portraits": NONE,
    "KeyringState.ask_to_remove": {"way_id": ID},
    "KeyringState.ask_to_rename": {"way_id": ID},
    "KeyringState.remove": NONE,
    "KeyringState.rename": {"form": FORM},
    "OwnPictureState.look": NONE,
    "OwnPictureState.take_off": NONE,
    "OwnPictureState.wear": {"portrait_id": ID},
    "PreferencesState.be_told": {"occasion": WORD, "channel": WORD, "is_wanted": WORD},
    "PreferencesState.begin_with_aspect": {"value": WORD},
    "PreferencesState.begin_with_count": {"value": NUMBER},
    "PreferencesState.begin_with_model": {"value": ID},
    "PreferencesState.begin_with_style": {"value": WORD},
    "PreferencesState.choose_locale": {"value": WORD},
    "PreferencesState.enter": NONE,
    "StayState.stay": NONE,
    "TrainState.ask_to_stop": {"training_id": ID},
    "TrainState.agree": {"version": WORD},
    "TrainState.choose_stay": {"value": WORD},
    "TrainState.choose_stay_asked": NONE,
    "TrainState.delete": {"training_id": ID},
    "TrainState.delete_asked": NONE,
    "TrainState.enter": NONE,
    "TrainState.overrule": {"selfie_id": ID},
    "TrainState.remove": {"selfie_id": ID},
    "TrainState.restore": {"training_id": ID},
    "TrainState.retry": {"training_id": ID},
    "TrainState.set_name": {"name": TEXT},
    "TrainState.start": NONE,
    "TrainState.stop": NONE,
    "TrashState.ask_about_everything": NONE,
    "TrashState.ask_about_model": {"training_id": ID},
    "TrashState.ask_about_portrait": {"portrait_id": ID},
    "TrashState.delete_asked": NONE,
    "TrashState.enter": NONE,
    "TrashState.restore_all": NONE,
    "TrashState.restore_model": {"training_id": ID},
    "TrashState.restore_portrait": {"portrait_id": ID},
    "YouState.change_name": {"form": FORM},
    "YouState.check_health": NONE,
    "YouState.choose_hue": {"hue": NUMBER},
    "YouState.choose_theme": {"theme": WORD},
    "YouState.end_other_sessions": NONE,
    "YouState.end_session": {"session_id": ID},
    "YouState.enter": NONE,
    "YouState.invite": NONE,
    "YouState.send_confirmation": NONE,
    # Reflex's own.
    "FrontendEventExceptionState.handle_frontend_exception": {"info": TEXT, "component_stack": TEXT},
    "OnLoadInternalState.on_load_internal": NONE,
    "OnLoadInternalState.set_is_hydrated": {"value": WORD},
    "State.hydrate": NONE,
    "State.hydrate_and_load": {"vars": VARS, "hashes": TEXT},
    "State.set_is_hydrated": {"value": WORD},
    "UpdateVarsInternalState.update_vars_internal": {"vars": VARS},
}
pytestmark = pytest.mark.asyncio(loop_scope="module")
SETVARS = [name for name in handlers() if name.endswith(".setvar")]
FIELDS = ("your-name", "passkey-name", "id", "owner_id")


@pytest.fixture(scope="module")
def listening(matrix: Matrix) -> Generator[psycopg.Connection]:
    """Hears what every transaction tells."""
    with psycopg.connect(matrix.address.conninfo(), autocommit=True) as connection:
        connection.execute(f"LISTEN {CHANNEL}")
        yield connection


async def test_the_matrix_knows_every_event_and_its_parameters(matrix: Matrix) -> None:
    known = {name: list(parameters) for name, parameters in (KNOWN | dict.fromkeys(SETVARS, ANY_VAR)).items()}
    assert handlers() == known, "an event was added or changed: say in tests/matrix/test_handlers.py what it takes"
    matrix.counts["handlers"] = len(known)


@pytest.mark.parametrize("who", ["bob", "nobody", "an unknown cookie"])
@pytest.mark.parametrize("name", sorted([*KNOWN, *SETVARS]))
async def test_asvs_8_4_1_no_event_shows_or_changes_anything_of_ada(
    matrix: Matrix, matrix_house: MatrixHouse, listening: psycopg.Connection, name: str, who: str
) -> None:
    tab = Tab({"bob": matrix.bob.token, "nobody": "", "an unknown cookie": "guessed"}[who])
    before = matrix.prints(matrix.ada)
    cells, held = 0, ""
    list(listening.notifies(timeout=0))  # of whatever was before
    with capture_logs() as logs:
        some = (str(matrix.ada.id), str(matrix.ada.of("trainings")[1].id), matrix.ada.keys[0])
        is_brief = name in SETVARS or who == "an unknown cookie" or TEXT in KNOWN.get(name, NONE).values()
        for hers in some if is_brief else _asked_with(matrix.ada, name, every=who == "bob"):
            payloads = list(_payloads(name, hers, in_all_shapes=hers in some))
            if hers in matrix.ada.ids():  # a tab holds ids that were read as such, never any text
                await tab.hold(state_of(name), held := hers)
            told = await tab.send(name, payloads, f"/gallery?model={hers}&open={hers}&id={hers}")
            assert _crossed(matrix.ada, told, sent=f"{hers} {held}") == [], f"{name} with {hers}"
            cells += len(payloads)
            if {TEXT, FORM} & set(KNOWN.get(name, NONE).values()):
                matrix.restore_bob()  # he may have named himself after her
        news = [News.from_text(notice.payload) for notice in listening.notifies(timeout=0)]
    assert [each for each in news if each.owner_id == matrix.ada.id] == []
    assert matrix.prints(matrix.ada) == before
    assert [chore for chore in matrix_house.queue.take() if chore[1] == matrix.ada.id] == []
    assert [line for line in logs if line["event"] == "event.failed"] == []
    matrix.counts.update({"cells": cells, "cells: handlers": cells})


@pytest.mark.parametrize("room", ["CreateState", "GalleryState", "HomeState", "TrainState", "YouState"])
async def test_who_is_behind_the_tab_does_see_what_is_theirs(
    matrix: Matrix, matrix_house: MatrixHouse, room: str
) -> None:
    for person, other in ((matrix.ada, matrix.bob), (matrix.bob, matrix.ada)):
        tab = Tab(person.token)
        told = await tab.send(f"{room}.enter", [{}])
        assert _crossed(person, told, sent="") != []
        assert _crossed(other, told, sent="") == []


def _asked_with(ada: Person, name: str, *, every: bool) -> list[str]:
    """Her ids: each where an event takes one from Bob, else one of each kind; and some of her words."""
    every = every and bool({ID, IDS} & set(KNOWN.get(name, NONE).values()))
    tables = dict.fromkeys(row.__tablename__ for row in ada.rows)
    one_each = [str(getattr(ada.of(table)[0], "id", ada.id)) for table in tables]
    return list(dict.fromkeys([*(ada.ids() if every else one_each), ada.keys[0], f"{ada.word}@example.com"]))


def _payloads(name: str, hers: str, *, in_all_shapes: bool) -> Iterator[Any]:
    """Everything that Bob may send of hers in place of each parameter: as it is, in a list, in a dict, in a form."""
    parameters = KNOWN.get(name, ANY_VAR)
    if name in SETVARS:
        yield from ({"var_name": var, "value": hers} for var in texts_of(state_of(name)))
        return
    if not parameters:
        yield {}
        return
    yield {parameter: {IDS: [hers], FORM: {hers: "on"}}.get(kind, hers) for parameter, kind in parameters.items()}
    if not in_all_shapes:
        return
    form, entries = dict.fromkeys(FIELDS, hers), [[field, hers] for field in FIELDS]
    rooms = (state_of(each) for each in KNOWN)
    vars_ = {f"{room.get_full_name()}.{var}": hers for room in rooms for var in room.base_vars}
    for shape in (
        hers,
        [hers],
        {"id": hers},
        form,
        vars_,
        {"__reflex_form_data_entries": entries},
    ):
        yield dict.fromkeys(parameters, shape)


def _crossed(person: Person, told: str, *, sent: str) -> list[str]:
    """What of theirs was told, but for what was sent itself."""
    return [secret for secret in person.secrets() if secret in told and secret not in sent]
