"""What the browser keeps and is told: the installable app, the service worker's list, the furniture's markup."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import reflex as rx
from PIL import Image

from portrait_app.portrait_app import app
from portrait_app.web import shell, theme, ui
from portrait_app.web.train.photos import three_views
from portrait_app.web.ui.icon import OUTLINES, IconName

ASSETS = Path(__file__).parents[2] / "assets"
SHEETS = sorted((ASSETS / "css").rglob("*.css"))


def test_the_app_can_be_installed():
    manifest = json.loads((ASSETS / "manifest.webmanifest").read_text())
    assert manifest["start_url"] == "/home"
    assert {icon["purpose"] for icon in manifest["icons"]} == {"any", "maskable"}
    for icon in manifest["icons"]:
        with Image.open(ASSETS / icon["src"].lstrip("/")) as picture:
            assert f"{picture.width}x{picture.height}" == icon["sizes"]


def test_what_is_kept_for_offline_is_there_to_be_kept():
    worker = (ASSETS / "service-worker.js").read_text()
    kept = re.findall(r'"(/[\w/.-]+\.\w+)"', worker)
    assert "/offline.html" in kept
    assert [path for path in kept if not (ASSETS / path.lstrip("/")).is_file()] == []


@pytest.mark.parametrize("path", ["/_event/x", "/_upload", "/api/health", "/media/a.webp", "/ping", "/auth/sign-in"])
def test_nothing_of_a_person_passes_through_the_worker(path: str):
    (not_ours,) = re.findall(r"NOT_OURS = /(.+)/;", (ASSETS / "service-worker.js").read_text())
    assert re.search(not_ours, path)
    assert not re.search(not_ours, "/apiary")


def test_every_stylesheet_is_there_and_says_its_layer():
    assert sorted(theme.STYLESHEETS) == sorted(f"css/{each.relative_to(ASSETS / 'css')}" for each in SHEETS)
    for sheet in theme.STYLESHEETS:
        assert re.search(r"@layer (tokens|base|parts|rooms) \{", (ASSETS / sheet).read_text()), sheet


def test_a_button_opens_a_sheet_without_asking_the_server():
    opener = str(ui.button("Rename", opens="rename"))
    assert '"show-modal"' in opener
    assert 'id:"rename"' in str(ui.sheet("rename", "Rename", rx.el.p("…")))


@pytest.mark.parametrize("name", sorted(OUTLINES))
def test_an_icon_is_silent_and_stays_on_its_grid(name: IconName):
    assert '"aria-hidden":"true"' in str(ui.icon(name))
    absolute = re.findall(r"[MLHVAC](-?[\d.]+)", OUTLINES[name])
    assert all(0 <= float(number) <= 24 for number in absolute)


def test_where_no_stylesheet_comes_no_drawing_is_as_large_as_the_page():
    for drawn in (ui.icon("warning"), three_views()):
        svgs = str(drawn).split('jsx("svg"')[1:]
        assert svgs
        assert all(re.search(r'width:"\d\d"', svg) for svg in svgs)


def test_what_writes_itself_is_left_alone_when_react_comes_to_a_built_page():
    assert 'dangerouslySetInnerHTML:({ ["__html"] : "" })' in str(ui.locally.words("12 photos"))


def test_only_the_room_one_is_in_is_the_current_tab():
    framed = str(shell.frame("Gallery", active="gallery"))
    assert framed.count('"aria-current":"page"') == 1


@pytest.mark.parametrize("route", [route for route in app._unevaluated_pages if route not in ("index", "404")])
def test_each_room_looks_again_when_links_to_its_pictures_have_grown_too_old(route: str):
    room = str(app._unevaluated_pages[route].component())  # type: ignore[operator] -- pages are given as functions
    assert len(re.findall(r'"data-refreshes":"yes"', room)) == 1
    assert re.search(r'"data-refreshes":"yes",hidden:true,onClick:[^"]*"[\w.]+\.enter"', room)


def test_the_house_brings_no_stylesheet_or_toaster_of_the_framework():
    options = shell.app_options()
    assert options["reset_style"] is False
    assert options["toaster"] is None
