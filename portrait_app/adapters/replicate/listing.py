"""Reads the engine's lists of jobs: a hundred at once, newest first, and never from another host than the engine's."""

from __future__ import annotations

from contextlib import nullcontext, suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlencode, urlsplit

from portrait_app.adapters.replicate import wire
from portrait_app.adapters.replicate.calls import asking
from portrait_app.adapters.replicate.errors import EngineError, Unreadable
from portrait_app.domain.order import OrderKind

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable
    from contextlib import AbstractAsyncContextManager
    from datetime import datetime

    from portrait_app.domain.report import JobReport

    Turn = Callable[[], AbstractAsyncContextManager[None]]

MOST_PAGES = 20


@dataclass(frozen=True)
class Listed:
    """One job of a list, which may leave out logs and outputs.

    Attributes:
        report: what the list tells of it.
        created_at: None where that can't be read.
        body: as it came; without an input once the engine has removed it, an hour after the job's end.
    """

    report: JobReport
    created_at: datetime | None
    body: dict[str, Any]

    @property
    def has_input(self) -> bool:
        """Whether it can still be told by its input whose job it is."""
        return bool(wire.object_in(self.body.get("input"))) and not self.body.get("data_removed")


@dataclass(frozen=True)
class Page:
    """One page of a list. `is_last`: nothing follows that is young enough; `is_readable`: each entry was a job."""

    jobs: list[Listed]
    is_last: bool
    is_readable: bool = True


@dataclass(frozen=True)
class Trace:
    """What a search for a lost job came to.

    Attributes:
        job_id: the job that bears the fingerprint, or None.
        others: more jobs that bear it, as far as the list could be read: the engine made several of one call.
        nameless: jobs of that time whose input was removed: the lost one may be among them.
        is_whole: the list was read to its end, or to the time before, and each entry could be read.
        is_past: it shows a job that was created after the time in which the lost one can have been.
    """

    job_id: str | None
    nameless: tuple[str, ...] = ()
    is_whole: bool = True
    is_past: bool = False
    others: tuple[str, ...] = ()


@dataclass(frozen=True)
class UploadedFile:
    """A file at the engine, which forgets it after a day. `url` is its address there, and ours alone."""

    id: str
    url: str


class JobList:
    """Lists of trainings and of predictions. `never_lags`: they show each job from the moment at which it was taken.

    Args:
        base_url: the API's address, with `/v1`; next pages are only turned to there, since our token goes along.
        get: asks for an address and returns the JSON object in the reply.
        ahead: by how much the engine's clock is ahead of ours, as far as is known.
    """

    def __init__(
        self, base_url: str, get: Callable[[str], Awaitable[dict[str, Any]]], ahead: Callable[[], timedelta]
    ) -> None:
        self._base_url = base_url
        self._get = get
        self.ahead = ahead
        self.never_lags = False

    async def pages(self, kind: OrderKind, since: datetime, *, turn: Turn = nullcontext) -> AsyncGenerator[Page]:
        """Yield pages of jobs created after `since`, newest first.

        Where none was the last, the list wasn't read to its end: it is too long, or leads to where we don't follow.

        Args: turn: entered around each call, since a list may take twenty.
        Raises: EngineDown, Throttled, Refused.
        """
        filters = f"?{urlencode({'created_after': since.isoformat()})}" if kind is OrderKind.PREDICTION else ""
        url = f"{self._base_url}/{kind}s{filters}"
        for _ in range(MOST_PAGES):
            async with turn():
                with asking():
                    page = await self._get(url)
                    listed, is_readable = _listed(kind, page)
            young = [one for one in listed if one.created_at is None or one.created_at >= since]
            # An old one among young ones ends nothing: of one job the engine says now this time, now that.
            is_last = not page.get("next") or (bool(listed) and not young)
            yield Page(young, is_last, is_readable)
            following = self._next(page)
            if is_last or following is None:
                return
            url = following

    async def find(
        self, kind: OrderKind, *, fingerprint: str, since: datetime, until: datetime, turn: Turn = nullcontext
    ) -> Trace:
        """Look for a job whose reply was lost, among those created between `since` and `until`.

        Both are by our clock. Where the engine's differs, it is looked for in that time by either: never in less of it.

        Args: fingerprint: the zip's address for a training, the seed for a prediction. turn: as in `pages`.
        Raises: EngineDown, Throttled, Refused.
        """
        ahead, nameless, marked = self.ahead(), list[str](), list[str]()
        since, until = since + min(ahead, timedelta()), until + max(ahead, timedelta())
        is_whole, is_readable, is_past = False, True, False
        try:
            async for page in self.pages(kind, since, turn=turn):
                marked += [one.report.job_id for one in page.jobs if wire.is_marked(one.body, fingerprint)]
                for listed in page.jobs:
                    if listed.created_at is not None and listed.created_at > until:
                        is_past = True
                    elif not listed.has_input:
                        nameless.append(listed.report.job_id)
                is_whole, is_readable = page.is_last, is_readable and page.is_readable
        except EngineError:
            if not marked:  # else what was found is worth more than what may be beside it
                raise
        if marked:
            found, *others = dict.fromkeys(marked)  # a job may be on two pages when others come meanwhile
            return Trace(found, others=tuple(others))
        return Trace(None, tuple(nameless), is_whole and is_readable, is_past)

    async def find_files(self, name: str, *, turn: Turn = nullcontext) -> tuple[list[UploadedFile], bool]:
        """Look for files that were uploaded under this name, the newest first; and whether the list was read whole.

        Args: turn: as in `pages`.
        Raises: EngineDown, Throttled, Refused.
        """
        found: list[UploadedFile] = []
        url = f"{self._base_url}/files"
        for _ in range(MOST_PAGES):
            async with turn():
                with asking():
                    page = await self._get(url)
                    results = results_of(page)
            found += _called(name, results)
            following = self._next(page)
            if following is None:
                return found, not page.get("next")
            url = following
        return found, False

    def _next(self, page: dict[str, Any]) -> str | None:
        """Return the address of the page that follows, if it is the engine's own: the token goes nowhere else."""
        url = page.get("next")
        try:
            is_ours = isinstance(url, str) and urlsplit(url)[:2] == urlsplit(self._base_url)[:2]
        except ValueError:  # no address
            return None
        return url if is_ours else None


def _listed(kind: OrderKind, page: dict[str, Any]) -> tuple[list[Listed], bool]:
    """Read the jobs of a page; and whether each entry was one: an odd one hides no other, and may be the lost one."""
    found: list[Listed] = []
    results = results_of(page)
    for body in results:
        with suppress(Unreadable):
            found.append(Listed(wire.report_of(kind, body), wire.created_at(body), body))
    return found, len(found) == len(results)


def _called(name: str, results: list[dict[str, Any]]) -> list[UploadedFile]:
    """Return the files among what a page lists that bear this name, and can be told apart and read."""
    ours = (body for body in results if body.get("name") == name)
    files = ((body.get("id"), wire.object_in(body.get("urls")).get("get")) for body in ours)
    return [UploadedFile(file_id, url) for file_id, url in files if isinstance(file_id, str) and isinstance(url, str)]


def results_of(page: dict[str, Any]) -> list[dict[str, Any]]:
    """Return what a page lists.

    Raises: Unreadable: it is no list. Taken for an empty one it would prove that a lost order never arrived.
    """
    results = page.get("results")
    if not isinstance(results, list):
        raise Unreadable(f"a page whose results are {type(results).__name__}")
    return [wire.object_in(one) for one in cast("list[object]", results)]
