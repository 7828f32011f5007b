"""What the matrix asks of Ada does something where it is asked of one's own: else a refusal would prove nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from structlog.testing import capture_logs

from tests.matrix.browser import Tab
from tests.matrix.events import KNOWN, ask_as_a_page_does, names_a_row

if TYPE_CHECKING:
    from collections.abc import MutableMapping
    from typing import Any

    from tests.matrix.conftest import Matrix
    from tests.matrix.house import MatrixHouse

pytestmark = pytest.mark.asyncio(loop_scope="module")

SAID_OF_ROWS = {
    "AdmittingState.ask_to_take_back": "NotOpen",
    "AdmittingState.ask_to_turn_away": "NobodyWaits",
    "AdmittingState.let_in": "NobodyWaits",
    "AdmittingState.turn_away": "NobodyWaits",
    "TrainState.retry": "DraftInTheWay",
    "TrainState.start": "StillLooking",
    "YouState.invite": "NotYours",
}
"""Events that say no to one's own as well, by what they have read of one's rows, or since only the operator may."""
OF_THE_TAB_ALONE = {
    *("CreateState.choose_aspect", "CreateState.choose_count", "CreateState.choose_style"),
    *("GalleryState.select", "GalleryState.stop_selecting", "TrashState.ask_about_everything"),
    *("FrontendEventExceptionState.handle_frontend_exception", "UpdateVarsInternalState.update_vars_internal"),
    *("OnLoadInternalState.on_load_internal", "OnLoadInternalState.set_is_hydrated", "State.set_is_hydrated"),
    *("State.hydrate", "State.hydrate_and_load"),
}
"""Events that read and write no row, and so ask nobody who they are."""
FOUND_NOTHING = {"NotFound", "NobodyWaits", "NotOpen", "TooLate"}
"""What is said of a row that isn't there, and of one that can't be brought back any more."""
NARROWS = {"GalleryState.choose_model", "GalleryState.show_more", "PreferencesState.begin_with_model"}
"""Events that look for what goes with an id, and say nothing where nothing does; the last says it by itself."""


@pytest.mark.parametrize("name", sorted(KNOWN))
async def test_what_bob_asks_of_his_own_is_done(matrix: Matrix, matrix_house: MatrixHouse, name: str) -> None:
    matrix.forget_tries()  # another test may have asked for as many mails as one gets in an hour
    tab, said = await Tab(matrix.bob.token).open(), []
    for his in matrix.bob.ids() if names_a_row(name) else matrix.bob.ids()[:1]:
        with capture_logs() as logs:
            await ask_as_a_page_does(tab, name, his)
        said.append(_refusal(logs))
        if said[-1] in ("", SAID_OF_ROWS.get(name)):
            return
    pytest.fail(f"{name} reached nothing of his own, so of hers it proves nothing: {sorted(set(said))}")


@pytest.mark.parametrize("name", sorted(name for name in KNOWN if names_a_row(name)))
async def test_of_adas_nothing_is_found(matrix: Matrix, matrix_house: MatrixHouse, name: str) -> None:
    tab, said = await Tab(matrix.bob.token).open(), set[str]()
    for hers in matrix.ada.ids():
        with capture_logs() as logs:
            await ask_as_a_page_does(tab, name, hers)
        said.add(_refusal(logs))
    assert said <= (FOUND_NOTHING | ({""} if name in NARROWS else set())), name


@pytest.mark.parametrize("name", sorted(KNOWN.keys() - OF_THE_TAB_ALONE))
async def test_nobody_is_told_to_sign_in(matrix: Matrix, matrix_house: MatrixHouse, name: str) -> None:
    for row_id in (matrix.ada.ids()[0], str(matrix.ada.of("trainings")[1].id)):
        assert "page.toSignIn" in await ask_as_a_page_does(await Tab().open(), name, row_id)


def _refusal(logs: list[MutableMapping[str, Any]]) -> str:
    """Why the last event was refused, or failed; nothing when it wasn't."""
    refused = [
        str(line.get("why", line["event"])) for line in logs if line["event"] in ("event.refused", "event.failed")
    ]
    return refused[-1] if refused else ""
