"""The sign-in pages are plain HTML: they keep what was typed, and say what is wrong beside it."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path

import pytest
from jinja2 import StrictUndefined
from starlette.requests import Request
from starlette.templating import Jinja2Templates

TEMPLATES = Path(__file__).parents[2] / "portrait_app" / "http" / "templates"
ASSETS = TEMPLATES.parents[2] / "assets"
ASKED = Request({"type": "http", "path": "/auth/page", "query_string": b"", "headers": [], "server": ("a", 80)})
WITH_PASSWORD = ["sign_up.html", "sign_in.html", "reset.html", "confirm.html", "password.html"]


class Elements(HTMLParser):
    """Every element of a page with its attributes, in order."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def all(self, tag: str, **attributes: str) -> list[dict[str, str | None]]:
        return [a for t, a in self.found if t == tag and all(a.get(k) == v for k, v in attributes.items())]

    def one(self, tag: str, **attributes: str) -> dict[str, str | None]:
        (only,) = self.all(tag, **attributes)
        return only


def page(template: str, **shown: object) -> Elements:
    return Elements(written(template, **shown))


def written(template: str, **shown: object) -> str:
    asked = {"request": ASKED, "values": {}, "errors": {}, "next": ""}
    return Jinja2Templates(TEMPLATES).env.get_template(template).render(asked | shown)


def test_what_was_typed_is_still_there_and_never_runs():
    shown = written(
        "sign_up.html", values={"name": '"><script>alert(1)</script>', "email": "sam@home"}, errors={"email": "?"}
    )
    assert "<script>alert" not in shown
    elements = Elements(shown)
    assert elements.one("input", name="name")["value"] == '"><script>alert(1)</script>'
    assert elements.one("input", name="email")["value"] == "sam@home"


@pytest.mark.parametrize("template", WITH_PASSWORD)
def test_asvs_6_2_6_and_6_2_7_a_password_is_hidden_can_be_shown_and_pasted_whole(template: str):
    elements = page(template, username="ada@example.com", is_here=False)
    fields = [field for field in elements.all("input") if str(field.get("autocomplete")).endswith("-password")]
    assert fields
    for field in fields:
        assert field["type"] == "password"
        assert not {"maxlength", "onpaste", "readonly", "value"} & set(field)
        assert elements.one("button", **{"data-shows": str(field["name"])})["type"] == "button"
    if template != "sign_up.html":
        assert any("username" in str(field.get("autocomplete")) for field in elements.all("input"))


@pytest.mark.parametrize("template", ["sign_up.html", "sign_in.html"])
def test_a_password_is_never_sent_back(template: str):
    assert "value" not in page(template, values={"password": "correct horse"}).one("input", name="password")


def test_an_error_belongs_to_its_field_and_the_cursor_waits_there():
    elements = page(
        "sign_up.html",
        values={"name": "Sam", "email": "sam"},
        errors={"email": "Not an address.", "password": "Short."},
    )
    wrong = elements.one("input", name="email")
    assert wrong["aria-invalid"] == "true"
    assert (wrong["aria-describedby"] or "").split() == ["email-error"]
    assert elements.one("p", id="email-error")
    assert [a["name"] for a in elements.all("input") if "autofocus" in a] == ["email"]
    assert "aria-invalid" not in elements.one("input", name="name")


def test_what_a_new_password_needs_belongs_to_its_field_and_stands_in_a_part_of_its_own():
    shown = page("reset.html", username="ada@example.com")
    field = shown.one("input", name="password")
    assert "password-hint" in (field["aria-describedby"] or "").split()
    assert shown.one("p", id="password-hint")
    assert [attributes for tag, attributes in shown.found if tag == "span" and "data-rule" in attributes]


def test_a_password_manager_knows_which_password_this_is():
    assert page("sign_up.html").one("input", name="password")["autocomplete"] == "new-password"
    assert page("sign_in.html").one("input", name="password")["autocomplete"] == "current-password"


def test_where_to_go_on_survives_the_other_form():
    elements = page("sign_in.html", next="/gallery?style=noir&page=2")
    assert elements.one("input", name="next")["value"] == "/gallery?style=noir&page=2"
    links = [link["href"] for link in elements.all("a", **{"class": "text-link"})]
    assert "/auth/sign-up?next=/gallery%3Fstyle%3Dnoir%26page%3D2" in links


@pytest.mark.parametrize("template", [*WITH_PASSWORD, "address.html", "forgot.html", "notice.html"])
def test_everything_a_page_asks_for_is_there(template: str):
    elements = page(template, headline="Lost", hint="Found", action=("Home", "/home"))
    asked = [a["href"] for a in elements.all("link")] + [a["src"] for t in ("script", "img") for a in elements.all(t)]
    assert [path for path in asked if not (ASSETS / str(path).lstrip("/")).is_file()] == []


def test_the_templates_escape_by_themselves():
    environment = Jinja2Templates(TEMPLATES).env
    environment.undefined = StrictUndefined
    assert "&lt;b&gt;" in environment.get_template("notice.html").render(headline="<b>", hint="", action=None)
