"""The darkroom's rows: jobs, models, versions and uploaded files. Moments are ISO text, as in the wire."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

JobKind = Literal["prediction", "training"]
Status = Literal["starting", "processing", "succeeded", "failed", "canceled", "aborted"]
Event = Literal["start", "output", "logs", "completed"]

FINAL: frozenset[Status] = frozenset({"succeeded", "failed", "canceled", "aborted"})
EVENTS: tuple[Event, ...] = ("start", "output", "logs", "completed")


@dataclass(frozen=True, slots=True)
class Job:
    """A prediction or a training.

    `sequence` is the order of arrival. `folder` is the unguessable part of its outputs' addresses. `outputs` are
    file names in it, so that links follow the server when its address changes; `trained` is the version that a
    training made. `attempts` counts how often the work was begun: more than once when the server was killed.
    """

    sequence: int
    id: str
    kind: JobKind
    model: str
    version: str
    input: dict[str, Any]
    seed: int
    folder: str
    webhook: str | None
    webhook_events: tuple[Event, ...]
    created_at: str
    destination: str | None = None
    deadline: str | None = None
    status: Status = "starting"
    started_at: str | None = None
    completed_at: str | None = None
    outputs: tuple[str, ...] = ()
    trained: str | None = None
    error: str | None = None
    logs: str = ""
    attempts: int = 0
    is_told: bool = True
    is_removed: bool = False

    @property
    def is_final(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.status in FINAL


@dataclass(frozen=True, slots=True)
class Model:
    """A name under which versions are kept. `links` are addresses by their names, as "github_url"."""

    owner: str
    name: str
    visibility: str
    hardware: str
    description: str | None
    created_at: str
    run_count: int = 0
    readme: str | None = None
    links: dict[str, str] = field(default_factory=dict[str, str])

    @property
    def full_name(self) -> str:
        """`owner/name`."""
        return f"{self.owner}/{self.name}"


@dataclass(frozen=True, slots=True)
class Version:
    """One trained face model, by its 64 hexadecimal characters."""

    id: str
    model: str
    created_at: str


@dataclass(frozen=True, slots=True)
class File:
    """An uploaded file, kept for a day."""

    id: str
    name: str
    content_type: str
    size: int
    sha256: str
    md5: str
    metadata: dict[str, Any]
    created_at: str
    expires_at: str
