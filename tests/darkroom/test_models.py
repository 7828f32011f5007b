"""What may be said of a model, and how models are found."""

from __future__ import annotations

import contextlib
import sqlite3
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator

from portrait_app.darkroom.store import Store
from tests.darkroom import contract

if TYPE_CHECKING:
    from pathlib import Path

    import httpx
    from replicate import AsyncReplicate

MINE = "models/darkroom/mine"
SAID = {"description": "Ada's face", "readme": "# Ada", "github_url": "https://example.com/ada"}


async def make(http: httpx.AsyncClient, called: str, **more: Any) -> httpx.Response:
    model = {"owner": "darkroom", "name": called, "visibility": "private", "hardware": "cpu"}
    return await http.post("models", json=model | more)


async def _listed(http: httpx.AsyncClient, **params: str) -> list[dict[str, Any]]:
    return (await http.get("models", params=params)).json()["results"]


async def test_what_is_said_of_a_model_can_be_changed(http: httpx.AsyncClient) -> None:
    await make(http, "mine", license_url="https://example.com/free")
    assert (await http.get(f"{MINE}/readme")).status_code == 404
    changed = await http.patch(MINE, json=SAID)
    assert changed.status_code == 200
    Draft202012Validator(contract.MODEL).validate(changed.json())
    assert (await http.get(MINE)).json() == changed.json()
    assert changed.json()["github_url"] == SAID["github_url"]
    assert changed.json()["license_url"] == "https://example.com/free"
    assert (await http.get(f"{MINE}/readme")).text == "# Ada"
    assert (await http.patch(MINE, json={"github_url": ""})).json()["github_url"] is None
    assert (await http.get(MINE)).json()["description"] == "Ada's face"


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("models/darkroom/other", {"visibility": "public"}, 422),
        ("models/darkroom/other", {"paper_url": "javascript:alert(1)"}, 422),
        ("models/darkroom/face-trainer", {"description": "mine now"}, 403),
        ("models/darkroom/nothing", {"description": "x"}, 404),
    ],
)
async def test_nothing_else_can_be_changed(
    http: httpx.AsyncClient, path: str, body: dict[str, Any], status: int
) -> None:
    await make(http, "other")
    assert (await http.patch(path, json=body)).status_code == status


@pytest.mark.parametrize("more", [{"hardware": "nonsense"}, {"name": "mine\n"}, {"cover_image_url": "file:///x"}])
async def test_a_model_that_cannot_be_is_not_made(http: httpx.AsyncClient, more: dict[str, Any]) -> None:
    answer = await make(http, "refused", **more)
    assert answer.status_code == 422
    assert answer.json()["invalid_fields"][0]["field"] == next(iter(more))


async def test_public_models_are_found_by_their_words(replicate: AsyncReplicate, http: httpx.AsyncClient) -> None:
    await make(http, "trainer-of-mine")
    found: Any = await replicate.models.search(body="Face TRAINER")
    plain = (await http.request("QUERY", "models", content="Face TRAINER")).json()["results"]
    assert [each["name"] for each in plain] == ["face-trainer"]
    assert [each.name for each in found.results] == ["face-trainer"]
    assert (await http.request("QUERY", "models", content="nothing of that")).json()["results"] == []


async def test_a_model_made_with_empty_links_has_none(http: httpx.AsyncClient) -> None:
    links = dict.fromkeys(("github_url", "paper_url", "license_url", "cover_image_url"), "")
    made = await make(http, "without-links", **links)
    assert made.status_code == 201
    Draft202012Validator(contract.MODEL).validate(made.json())
    assert {made.json()[name] for name in links} == {None}


async def test_a_private_model_is_found_by_its_name_alone(http: httpx.AsyncClient) -> None:
    await make(http, "kept-to-oneself")
    await make(http, "for-everybody", visibility="public")
    listed = {each["name"]: each["visibility"] for each in await _listed(http)}
    assert set(listed.values()) == {"public"}
    assert "for-everybody" in listed
    assert (await http.get("models/darkroom/kept-to-oneself")).status_code == 200


async def test_models_are_listed_in_the_order_asked_for(http: httpx.AsyncClient) -> None:
    await make(http, "newest", visibility="public")
    by_age = [each["created_at"] for each in (await _listed(http, sort_by="model_created_at"))]
    assert by_age == sorted(by_age, reverse=True)
    turned = [each["created_at"] for each in (await _listed(http, sort_by="model_created_at", sort_direction="asc"))]
    assert turned == sorted(turned)
    assert (await _listed(http))[-1]["latest_version"] is None
    assert (await _listed(http, sort_direction="asc"))[0]["latest_version"] is None
    for wrong in ({"sort_by": "beauty"}, {"sort_direction": "up"}):
        assert (await http.get("models", params=wrong)).status_code == 422


async def test_a_model_has_no_examples(http: httpx.AsyncClient) -> None:
    examples = await http.get("models/darkroom/portrait-motion/examples")
    assert examples.json() == {"next": None, "previous": None, "results": []}
    assert (await http.get("models/darkroom/nothing/examples")).status_code == 404


def test_the_folder_of_an_older_darkroom_is_widened(tmp_path: Path) -> None:
    path = tmp_path / "darkroom.sqlite"
    with contextlib.closing(sqlite3.connect(path)) as database:
        columns = "owner TEXT, name TEXT, visibility TEXT, hardware TEXT, description TEXT, created_at TEXT"
        database.execute(f"CREATE TABLE models ({columns}, run_count INTEGER, PRIMARY KEY (owner, name))")
        database.execute("INSERT INTO models VALUES ('darkroom', 'faces', 'private', 'cpu', NULL, '2026', 3)")
        database.commit()
    with contextlib.closing(Store(path)) as store:
        model = store.models.get("darkroom/faces")
    assert model
    assert (model.run_count, model.readme, model.links) == (3, None, {})
