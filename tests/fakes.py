"""Stand-ins that obey the contract and write down what was asked of them."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from portrait_app.adapters.replicate.bounded import is_too_late
from portrait_app.adapters.replicate.errors import NotSent
from portrait_app.adapters.replicate.listing import Listed, Page, Trace
from portrait_app.domain.lifecycle import OrderStatus
from portrait_app.domain.report import JobReport

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from datetime import datetime
    from uuid import UUID

    from portrait_app.domain.chores import Chore
    from portrait_app.domain.order import OrderKind


@dataclass(frozen=True)
class Uploaded:
    id: str
    url: str


@dataclass
class FakeEngine:
    """An engine in memory, with the gateway's methods. `fails_next` is raised by the next call that creates a job,
    after the job was accepted when `accepts_all_the_same` says so: a reply lost on its way. `asked` and `canceled` are
    the jobs it was asked about and told to end. `versions` are its face models; one that it `deletes_slowly` is there
    until the test takes it away. Its list is `list_is_past` once it shows a job younger than any lost one can be;
    it was looked at from `looked_since` on, and `looked_until` is how old that is. `name` is whose account it is;
    face models go to its `destination`, which alone is listed."""

    known: dict[str, tuple[str, JobReport]] = field(default_factory=dict)
    created: list[dict[str, Any]] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    fails_next: Exception | None = None
    accepts_all_the_same: bool = False
    asked: list[str] = field(default_factory=list)
    canceled: list[str] = field(default_factory=list)
    ignores_cancel: bool = False
    trouble_with: dict[str, Exception] = field(default_factory=dict)
    unlisted: set[str] = field(default_factory=set)
    nameless: tuple[str, ...] = ()
    lists_outputs: bool = True
    list_fails: Exception | None = None
    list_is_whole: bool = True
    list_is_past: bool = False
    never_lags: bool = False
    pages_read: int = 0
    looked_since: Any = None
    looked_until: Any = None
    refuses_training: Exception | None = None
    refuses_portraits: dict[str, Exception] = field(default_factory=dict)
    versions: set[str] = field(default_factory=set)
    bodies: dict[str, dict[str, Any]] = field(default_factory=dict)
    pushed_at: dict[str, datetime] = field(default_factory=dict)
    deletes_slowly: bool = False
    is_ahead: timedelta = timedelta()
    name: str = "me"
    destination: str = "me/faces"

    @property
    def places(self) -> FakeEngine:
        """Where trainings take place."""
        return self

    async def pushed(self) -> tuple[list[tuple[str, datetime | None]], bool]:
        listed = [version for version in self.versions if version.partition(":")[0] == self.destination]
        return [(version, self.pushed_at.get(version)) for version in listed], True

    async def whose(self) -> str:
        return self.name

    @property
    def jobs(self) -> FakeEngine:
        """Its lists."""
        return self

    def ahead(self) -> timedelta:
        return self.is_ahead

    async def check_trainer(self, trainer: Any) -> bool:
        if self.refuses_training is not None:
            raise self.refuses_training
        return bool(trainer)

    async def check_face_model(self, generator: Any, version: str) -> bool:
        if version in self.refuses_portraits:
            raise self.refuses_portraits[version]
        return bool(generator)

    async def upload(self, name: str, data: bytes) -> Uploaded:
        again = sum(known.partition("#")[0] == name for known in self.files)
        file_id = f"{name}#{again}" if again else name  # a file of the same name is another file
        self.files[file_id] = data
        return Uploaded(file_id, f"http://engine/files/{file_id}")

    async def delete_file(self, file_id: str) -> None:
        self._fail_about(file_id)
        self.files.pop(file_id, None)

    async def start_training(self, trainer: Any, *, photos_url: str, seed: int, webhook: str | None) -> JobReport:
        return self._create(photos_url, {"trainer": trainer.key, "webhook": webhook, "seed": seed})

    async def start_prediction(self, *, version: str, input: dict[str, Any], webhook: str | None) -> JobReport:  # noqa: A002 -- the gateway's word
        return self._create(str(input["seed"]), {"version": version, "input": input, "webhook": webhook})

    async def find_files(self, name: str, *, turn: Any = nullcontext) -> tuple[list[Uploaded], bool]:
        async with turn():
            found = [known for known in self.files if known.partition("#")[0] == name]
        return [Uploaded(known, f"http://engine/files/{known}") for known in reversed(found)], True

    async def look_at(self, kind: OrderKind, job_id: str) -> JobReport:
        self.asked.append(job_id)
        self._fail_about(job_id)
        return self.known[job_id][1]

    async def cancel(self, kind: OrderKind, job_id: str) -> JobReport:
        self.canceled.append(job_id)
        self._fail_about(job_id)
        if not self.ignores_cancel and not self.known[job_id][1].status.is_final:
            self.say(job_id, JobReport(job_id, OrderStatus.CANCELED))
        return self.known[job_id][1]

    async def delete_version(self, version: str) -> None:
        self._fail_about(version)
        if not self.deletes_slowly:
            self.versions.discard(version)

    async def is_version_gone(self, version: str) -> bool:
        self.asked.append(version)
        return version not in self.versions

    async def account(self) -> str:
        return self.name

    async def find(self, kind: OrderKind, *, fingerprint: str, since: Any, until: Any, turn: Any) -> Trace:
        async with turn():
            pass
        if self.list_fails is not None:
            raise self.list_fails
        listed = (job for job, (known, _) in self.known.items() if known == fingerprint and job not in self.unlisted)
        self.looked_since, self.looked_until = since, until
        found, *others = [*listed] or [None]
        whole = {"is_whole": self.list_is_whole, "is_past": self.list_is_past}
        return Trace(found, self.nameless, **whole, others=tuple(job for job in others if job))

    async def pages(self, kind: OrderKind, since: Any, *, turn: Any) -> AsyncGenerator[Page]:
        async with turn():
            pass
        if self.list_fails is not None:
            raise self.list_fails
        self.pages_read += 1
        whole = {"output": None, "logs": ""} if self.lists_outputs else {}
        listed = [(job, report) for job, (_, report) in self.known.items() if job not in self.unlisted]
        jobs = [Listed(report, None, whole | self.bodies.get(job, {})) for job, report in listed]
        yield Page(jobs, is_last=True)

    def say(self, job_id: str | None, report: JobReport) -> None:
        """Have it say this of a job from now on."""
        assert job_id is not None
        self.known[job_id] = (self.known[job_id][0], report)

    def _fail_about(self, job_id: str) -> None:
        if job_id in self.trouble_with:
            raise self.trouble_with[job_id]

    def _create(self, fingerprint: str, asked: dict[str, Any]) -> JobReport:
        if is_too_late():
            raise NotSent("too late to be sent")
        failure, self.fails_next = self.fails_next, None
        if failure is not None and not self.accepts_all_the_same:
            raise failure
        self.created.append(asked)
        report = JobReport(f"job{len(self.created)}", OrderStatus.STARTING)
        self.known[report.job_id] = (fingerprint, report)
        if failure is not None:
            raise failure
        return report


@dataclass
class FakeQueue:
    """A queue that only remembers; `take` hands over what waits. Mails wait apart: each sign-up sends one."""

    waiting: list[tuple[Chore, UUID, UUID]] = field(default_factory=list)
    mails: list[tuple[UUID, UUID]] = field(default_factory=list)

    async def put_off(self, chore: Chore, owner_id: UUID, row_id: UUID) -> None:
        if chore.value == "send_mail":
            self.mails.append((owner_id, row_id))
        else:
            self.waiting.append((chore, owner_id, row_id))

    async def forget(self, owner_id: UUID) -> None:
        self.waiting = [each for each in self.waiting if each[1] != owner_id]
        self.mails = [each for each in self.mails if each[0] != owner_id]

    def take(self) -> list[tuple[Chore, UUID, UUID]]:
        taken, self.waiting = self.waiting, []
        return taken
