"""Signed links: what opens, for how long, and everything that doesn't."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

import pytest

from portrait_app.adapters.buckets.links import WINDOW_S, Link, LinkRefused, LinkSigner

KEY = "u/11111111-1111-1111-1111-111111111111/portraits/a.webp"
OTHER_KEY = "u/22222222-2222-2222-2222-222222222222/portraits/a.webp"
NOON = 1_795_392_000 // WINDOW_S * WINDOW_S


class Clock:
    def __init__(self) -> None:
        self.now = float(NOON)

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def signer(clock: Clock) -> LinkSigner:
    return LinkSigner({"new": b"n" * 32, "old": b"o" * 32}, "/media", clock=clock)


def opened(signer: LinkSigner, link: str, method: str = "GET", **changed: str) -> Link:
    parts = urlsplit(link)
    return signer.verify(method, parts.path.removeprefix("/media/"), dict(parse_qsl(parts.query)) | changed)


def test_a_link_opens_its_object(signer: LinkSigner) -> None:
    assert opened(signer, signer.sign(KEY)) == Link(KEY, NOON + 2 * WINDOW_S, None)
    assert opened(signer, signer.sign(KEY), "HEAD").key == KEY
    assert opened(signer, signer.sign(KEY, download_as="Zoë & co.webp")).download_as == "Zoë & co.webp"


def test_a_link_is_the_same_within_half_an_hour_and_lives_for_half_an_hour_at_least(
    signer: LinkSigner, clock: Clock
) -> None:
    first = signer.sign(KEY)
    clock.now = NOON + WINDOW_S - 1
    assert signer.sign(KEY) == first
    clock.now = NOON + WINDOW_S
    assert signer.sign(KEY) != first
    clock.now = NOON + 2 * WINDOW_S - 1
    opened(signer, first)
    clock.now = NOON + 2 * WINDOW_S
    with pytest.raises(LinkRefused):
        opened(signer, first)


def test_keys_can_be_exchanged(signer: LinkSigner, clock: Clock) -> None:
    before = LinkSigner({"old": b"o" * 32}, "/media", clock=clock).sign(KEY)
    assert opened(signer, before).key == KEY
    with pytest.raises(LinkRefused):
        opened(LinkSigner({"new": b"n" * 32}, "/media", clock=clock), before)
    with pytest.raises(LinkRefused):
        opened(LinkSigner({"old": b"x" * 32}, "/media", clock=clock), before)


@pytest.mark.parametrize(
    "change",
    [
        {"e": str(NOON + 9 * WINDOW_S)},
        {"e": ""},
        {"e": "9" * 20},
        {"e": "١٢٣"},
        {"e": f"{NOON + 2 * WINDOW_S}\0"},
        {"e": f"+{NOON + 2 * WINDOW_S}"},
        {"d": "other.webp"},
        {"t": "1"},
        {"k": "old"},
        {"k": "none"},
        {"k": ""},
        {"s": ""},
        {"s": "\ud800"},
        {"s": "A" * 43},
    ],
)
def test_a_changed_link_opens_nothing(signer: LinkSigner, change: dict[str, str]) -> None:
    with pytest.raises(LinkRefused):
        opened(signer, signer.sign(KEY), **change)


def test_what_divides_the_parts_of_a_link_moves_nothing_from_one_into_another(signer: LinkSigner) -> None:
    link = signer.sign(KEY, download_as="a\0b.webp", turn="1")
    assert opened(signer, link).turn == "1"
    with pytest.raises(LinkRefused):
        opened(signer, link, t="1\0a", d="b.webp")


def test_what_is_no_key_is_opened_by_no_link_not_even_one_of_ours(signer: LinkSigner) -> None:
    with pytest.raises(LinkRefused):
        opened(signer, signer.sign(f"{KEY}/../b.webp"))


@pytest.mark.parametrize("key", [OTHER_KEY, "", f"{KEY}/../b.webp", "../../etc/passwd"])
def test_a_link_opens_no_other_object(signer: LinkSigner, key: str) -> None:
    query = dict(parse_qsl(urlsplit(signer.sign(KEY)).query))
    with pytest.raises(LinkRefused):
        signer.verify("GET", key, query)


@pytest.mark.parametrize("method", ["PUT", "DELETE", "POST"])
def test_a_link_to_look_at_is_not_one_to_change(signer: LinkSigner, method: str) -> None:
    with pytest.raises(LinkRefused):
        opened(signer, signer.sign(KEY), method)


def test_without_a_key_nothing_is_signed() -> None:
    for keys in ({}, {"1": b""}):
        with pytest.raises(ValueError, match="key"):
            LinkSigner(keys, "/media")
