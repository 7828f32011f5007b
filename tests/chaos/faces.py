"""Face models, ours and the provider's: each is somebody's, nobody has another's, and none goes that nobody deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.chaos.harness import House
    from tests.chaos.provider import Provider

    Row = dict[str, Any]

_LEARNED = """
SELECT t.id, t.version, o.job_id FROM app.trainings t JOIN app.orders o ON o.training_id = t.id
  WHERE o.kind = 'training' AND o.status = 'done'
"""


def differences(house: House, provider: Provider) -> Iterator[str]:
    """Say what is wrong with the face models as a whole."""
    trainings = house.rows("SELECT id, name, version, removal_asked_at FROM app.trainings")
    known = {_hash(row["version"]) for row in trainings if row["version"]}
    for version in provider.versions.keys() ^ known:
        name = provider.versions.get(version)
        yield f"the face model of {name} is nobody's" if name else f"{version} is gone"
    for row in trainings:
        if (row["removal_asked_at"] is None) == (row["id"] in house.deleted):
            wish = "is there, and its person deleted it" if row["id"] in house.deleted else "was deleted by nobody"
            yield f"the face model {row['name']} {wish}"
    for row in house.rows(_LEARNED):
        name, job = provider.made.get(_hash(version_of(house, row) or "")), provider.jobs[row["job_id"]]
        if name != job.plan.name:
            yield f"{job.plan.name} was given the face model of {name}"


def of_training(house: House, training: Row, *, is_ready: bool) -> Iterator[str]:
    """Say what is wrong with one that was to be learned, or not."""
    version = version_of(house, training)
    if (training["status"] == "ready") != is_ready or (version is not None) != is_ready:
        yield f"the training is {training['status']} with {version}"
    if not is_ready and not training["trouble"]:
        yield "the training failed without a word"


def version_of(house: House, training: Row) -> str | None:
    """Name a face model at the provider; one that its person deleted by the name that it had then, and no other."""
    return house.deleted.get(training["id"], training["version"])


def _hash(version: str) -> str:
    return version.rpartition(":")[2]
