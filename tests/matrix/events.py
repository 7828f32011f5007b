"""Every event of every State, what each of its parameters is, and all that a browser may send in their place.

What is to reach a wall must not be refused before it: beside rubbish each event is sent what a page of ours sends, with
another's id where there is one, in a tab that holds that id where the event reads it from there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from portrait_app.domain.consent import VERSION
from tests.matrix.browser import handlers, state_of, texts_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.matrix.browser import Tab


@dataclass(frozen=True)
class Good:
    """A parameter that names nothing of anybody's, and one value of it that a page of ours sends."""

    value: Any


ID, IDS, TEXT = "an id", "ids", "a text"
CHOSEN, FORM, VARS = "a form that names rows", "a form with fields", "vars by their full names"
Kind = str | Good
NONE: dict[str, Kind] = {}
ANY_VAR: dict[str, Kind] = {"var_name": TEXT, "value": TEXT}  # Reflex's own in each State, which nobody may send
KNOWN: dict[str, dict[str, Kind]] = {
    "CreateState.choose_aspect": {"value": Good("1:1")},
    "CreateState.choose_count": {"value": Good(2)},
    "CreateState.choose_model": {"value": ID},
    "CreateState.choose_style": {"value": Good("noir")},
    "CreateState.enter": NONE,
    "CreateState.order": NONE,
    "CreateState.stop_portraits": NONE,
    "CreateState.try_again": {"loss": Good("in_doubt")},
    "DataState.ask": NONE,
    "DataState.ask_to_leave": NONE,
    "DataState.enter": NONE,
    "DataState.forget": NONE,
    "DataState.leave": NONE,
    "FaceState.choose_stay": {"value": Good("keep")},
    "FaceState.choose_stay_asked": NONE,
    "FaceState.delete_photos": NONE,
    "FaceState.enter": NONE,
    "FaceState.withdraw": NONE,
    "GalleryState.choose_model": {"value": ID},
    "GalleryState.choose_style": {"value": Good("noir")},
    "GalleryState.delete": {"portrait_id": ID},
    "GalleryState.delete_chosen": {"form": CHOSEN},
    "GalleryState.enter": NONE,
    "GalleryState.restore": {"portrait_ids": IDS},
    "GalleryState.select": NONE,
    "GalleryState.stop_selecting": NONE,
    "GalleryState.show_all": NONE,
    "GalleryState.show_more": NONE,
    "GalleryState.use_as_my_picture": {"portrait_id": ID},
    "HomeState.enter": NONE,
    "HomeState.stop_portraits": NONE,
    "AdmittingState.ask_to_take_back": {"invite_id": ID},
    "AdmittingState.ask_to_turn_away": {"account_id": ID},
    "AdmittingState.let_in": {"account_id": ID},
    "AdmittingState.take_back": NONE,
    "AdmittingState.turn_away": NONE,
    "KeyringState.ask_to_remove": {"way_id": ID},
    "KeyringState.ask_to_rename": {"way_id": ID},
    "KeyringState.remove": NONE,
    "KeyringState.rename": {"form": FORM},
    "OwnPictureState.look": NONE,
    "OwnPictureState.take_off": NONE,
    "OwnPictureState.wear": {"portrait_id": ID},
    "PreferencesState.be_told": {"occasion": Good("failed"), "channel": Good("mail"), "is_wanted": Good(False)},
    "PreferencesState.begin_with_aspect": {"value": Good("1:1")},
    "PreferencesState.begin_with_count": {"value": Good("4")},
    "PreferencesState.begin_with_model": {"value": ID},
    "PreferencesState.begin_with_style": {"value": Good("noir")},
    "PreferencesState.choose_locale": {"value": Good("de")},
    "PreferencesState.enter": NONE,
    "StayState.stay": NONE,
    "TrainState.ask_to_stop": {"training_id": ID},
    "TrainState.agree": {"version": Good(VERSION)},
    "TrainState.choose_stay": {"value": Good("keep")},
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
    "YouState.choose_hue": {"hue": Good(40.0)},
    "YouState.choose_theme": {"theme": Good("light")},
    "YouState.end_other_sessions": NONE,
    "YouState.end_session": {"session_id": ID},
    "YouState.enter": NONE,
    "YouState.invite": NONE,
    "YouState.send_confirmation": NONE,
    # Reflex's own.
    "FrontendEventExceptionState.handle_frontend_exception": {"info": TEXT, "component_stack": TEXT},
    "OnLoadInternalState.on_load_internal": NONE,
    "OnLoadInternalState.set_is_hydrated": {"value": Good(True)},
    "State.hydrate": NONE,
    "State.hydrate_and_load": {"vars": VARS, "hashes": Good(None)},
    "State.set_is_hydrated": {"value": Good(True)},
    "UpdateVarsInternalState.update_vars_internal": {"vars": VARS},
}
HELD = {
    "AdmittingState.take_back": ("_invite", None),
    "AdmittingState.turn_away": ("_chosen", None),
    "CreateState.order": ("model", None),
    "FaceState.choose_stay_asked": ("_stay_asked", "keep"),
    "GalleryState.show_more": ("next_page", None),
    "KeyringState.remove": ("_chosen", None),
    "KeyringState.rename": ("_chosen", None),
    "TrainState.choose_stay_asked": ("_stay_asked", "keep"),
    "TrainState.delete_asked": ("asked", None),
    "TrainState.stop": ("asked", None),
    "TrashState.delete_asked": ("_asked", None),
}
"""Events that say nothing and mean what the tab holds: in which var, and what; None is the id of a row."""
BEFORE: dict[str, dict[str, dict[str, Any]]] = {
    "CreateState.order": {"CreateState.enter": {}, "CreateState.choose_style": {"value": "noir"}},
}
"""What a person does in the room before they can do this."""
SETVARS = [name for name in handlers() if name.endswith(".setvar")]
FIELDS = ("your-name", "passkey-name", "id", "owner_id")
FILLED_IN = {"your-name": "Another Name", "passkey-name": "Another Name"}


def takes(name: str, *kinds: str) -> bool:
    """Whether an event has a parameter of one of these kinds."""
    return any(kind in kinds for kind in KNOWN.get(name, ANY_VAR).values())


def names_a_row(name: str) -> bool:
    """Whether an event is about one row that a browser can name, by a parameter or by what its tab holds."""
    return HELD.get(name, ("", ""))[1] is None or takes(name, ID, IDS, CHOSEN)


def as_a_page_sends(name: str, row_id: str) -> dict[str, Any]:
    """What a page of ours sends with an event, about this row."""
    instead: dict[Kind, Any] = {IDS: [row_id], CHOSEN: {row_id: "on"}, FORM: FILLED_IN, TEXT: "a text", VARS: {}}
    parameters = KNOWN[name].items()
    return {each: kind.value if isinstance(kind, Good) else instead.get(kind, row_id) for each, kind in parameters}


async def ask_as_a_page_does(tab: Tab, name: str, row_id: str) -> str:
    """Send an event about a row as a page of ours would that came to hold its id; return what the tab is told."""
    for earlier, payload in BEFORE.get(name, {}).items():
        await tab.send(earlier, [payload])
    var, good = HELD.get(name, ("", None))
    if var:
        await tab.hold(state_of(name), row_id if good is None else good, only=var)
    return await tab.send(name, [as_a_page_sends(name, row_id)], f"/gallery?model={row_id}&open={row_id}&id={row_id}")


def payloads(name: str, hers: str, *, in_all_shapes: bool) -> Iterator[Any]:
    """Everything that Bob may send of hers in place of each parameter: as it is, in a list, in a dict, in a form."""
    parameters = KNOWN.get(name, ANY_VAR)
    if name in SETVARS:
        yield from ({"var_name": var, "value": hers} for var in texts_of(state_of(name)))
        return
    if not parameters:
        yield {}
        return
    instead = {IDS: [hers], CHOSEN: {hers: "on"}, FORM: {hers: "on"}}
    yield {each: instead.get(str(kind), hers) for each, kind in parameters.items()}
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
