"""Every event of every State, sent as no page of ours sends it: by the way that events take, to the real database."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

import pytest
from reflex.event import Event
from reflex_base.event.processor import BaseStateEventProcessor
from reflex_base.registry import RegistrationContext
from structlog.testing import capture_logs

from portrait_app.domain.look import Look
from portrait_app.portrait_app import app

if TYPE_CHECKING:
    from collections.abc import Iterator

    from portrait_app.domain.training import Training
    from portrait_app.services.sessions import SignedIn
    from tests.builders import House

A_LONG_TEXT = "na" * 60_000
BAD: dict[str, Any] = {
    "an empty dict": {},
    "nothing": None,
    "an empty list": [],
    "a huge number": 10**30,
    "a NUL": "\0",
    "a dict in a dict": {"your-name": {"your-name": {"$ne": None}}},
    "a broken form": {"__reflex_form_data_entries": [1, 2]},
    "no number": float("nan"),
    "endless": float("-inf"),
    "a truth": True,
    "a long text": A_LONG_TEXT,
}


def handlers() -> dict[str, list[str]]:
    """Every event of our own States, with its parameters' names."""
    return {
        name: list(inspect.signature(known.handler.fn).parameters)[1:]
        for name, known in RegistrationContext.get().event_handlers.items()
        if known.states[0].__module__.startswith("portrait_app.")
    }


def payloads(parameters: list[str]) -> Iterator[Any]:
    """What a browser may send in place of these."""
    for value in BAD.values():
        yield {"never_heard_of": value}
        if parameters:
            yield dict.fromkeys(parameters, value)
    if parameters:
        yield {}
    yield from (None, [1], "text", 7)


class Browser:
    """One browser at the socket: what its tabs are told is kept."""

    def __init__(self, token: str) -> None:
        self._headers = {"cookie": f"session={token}", "origin": "http://house"}
        self.told: list[str] = []
        self.shown: list[tuple[str, Any]] = []
        self._events = BaseStateEventProcessor(
            middleware=app, backend_exception_handler=app.backend_exception_handler, graceful_shutdown_timeout=60
        )

    async def emit_update(self, update: Any, token: str) -> None:
        """What Reflex sends to the tab."""
        self.told += [str(event) for event in update.events]
        for vars_ in update.delta.values():
            self.shown += vars_.items()

    async def send(self, name: str, sent: list[Any]) -> None:
        """Send an event with each of these payloads, and wait for what comes of it."""
        self._events.configure(event_namespace=self)  # type: ignore[arg-type] -- all that is asked of one here
        async with self._events:
            for payload in sent:
                data = {"token": "tab", "headers": self._headers, "asPath": "/", "pathname": "/"}
                await self._events.enqueue("tab", Event(name=name, payload=payload, router_data=data))


def test_the_events_are_found() -> None:
    found = {name.rpartition(".")[2] for name in handlers()}
    assert {"enter", "change_name", "choose_hue", "order", "start", "delete", "setvar"} <= found


@pytest.mark.parametrize("name", sorted(handlers()), ids=lambda name: ".".join(name.split("____")[-1:]))
async def test_whatever_a_browser_sends_is_refused_in_words_and_changes_nothing(
    house: House, ada: SignedIn, model: Training, name: str
) -> None:
    sent = list(payloads(handlers()[name]))
    browser = Browser(ada.token)
    with capture_logs() as logs:
        await browser.send(name, sent)
    assert [line for line in logs if line["event"] != "event.refused"] == []
    refused = sum(line["event"] == "event.refused" for line in logs)
    assert len(browser.told) >= refused > len(sent) * 0.8
    assert not any("our fault" in words for words in browser.told)
    async with house.desk.for_person(ada.owner_id) as work:
        account = await work.accounts.mine()
        draft = await work.trainings.draft()
        assert (account.name, Look.of(account.look)) == ("Ada Lovelace", Look())
        assert draft is None or draft.name == ""
        assert [training.id for training in await work.trainings.ready()] == [model.id]
    assert house.queue.waiting == []


async def test_what_could_not_be_understood_is_said_so(ada: SignedIn) -> None:
    browser = Browser(ada.token)
    change_name = next(name for name in handlers() if name.endswith(".change_name"))
    await browser.send(change_name, ["no form at all"])
    (told,) = browser.told
    assert "We could not understand that" in told


async def test_no_browser_sets_a_var_by_itself(ada: SignedIn) -> None:
    setters = [name for name in handlers() if name.endswith(".setvar")]
    assert setters
    for name in setters:
        browser = Browser(ada.token)
        await browser.send(name, [{"var_name": "is_here", "value": True}])
        assert "We could not understand that" in browser.told[0]
