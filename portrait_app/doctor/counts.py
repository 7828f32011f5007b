"""What the studio counted for whoever runs it: what nobody can settle or confirm, and news that nobody waited for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg

from portrait_app.doctor.finding import Finding

if TYPE_CHECKING:
    from portrait_app.settings import Settings

MOST_DOUBTS = 10
_DOUBTS = "SELECT kind, doubt FROM app.doubts() LIMIT %s"
_SETTLE = "python -m portrait_app doubts lists all, and how to settle each"
_STEPS = {
    "orders in doubt": _SETTLE,
    "jobs that nobody waits for and that the engine has not ended": (
        "the worker tells it to, for three days; the log says why it doesn't (event engine.throttled, or the chore's)"
    ),
    "jobs that the engine would not tell of": (
        "it refused to, or another account is signed in than the one that ordered them; look for them at the engine"
    ),
    "second jobs of one order that ended before they could be called off, and may have cost": (
        "the engine made two of one call; the log names both (event job.double): ask it for the second's price back"
    ),
    "doubtful jobs of people who have left": (
        "nobody knows their names, so nobody can ask: look for a face model at the engine that no row here names"
    ),
    "face models whose deletion is not confirmed": (
        "the log says why (event model.not_removed); delete the version at the engine by hand, and the studio notices"
    ),
    "uploads of photos that something on the way to the engine found too large": (
        "a proxy between here and REPLICATE_BASE_URL refuses them: have it pass bodies of 100 MB on to /v1/files"
    ),
    "portraits that are made and wait for a place": (
        "the store or the disk takes none, and the log says why; they are kept as soon as it does, and none is lost"
    ),
}
_LEFT = "the engine has not confirmed it, and is asked on; delete it there by hand, and the studio notices"
_LEFT_BY_A_JOB = (
    "it is asked what it made, and that is deleted; for one that doesn't say, this line names what it may have made, "
    "as soon as the engine has listed it. Delete nothing by hand before: nobody could tell then that it is gone"
)


def look(settings: Settings) -> list[Finding]:
    """Read the counts; nothing is said while the database is at rest."""
    from portrait_app.database.address import Address, Role  # noqa: PLC0415 -- SQLAlchemy, which the keeper does without

    try:
        with psycopg.connect(Address.of(settings).conninfo(Role.SERVICE), connect_timeout=5) as connection:
            counted = dict(connection.execute("SELECT name, number FROM app.counted() WHERE number > 0").fetchall())
            doubts = connection.execute(_DOUBTS, [MOST_DOUBTS]).fetchall()
            how_many_wait = connection.execute("SELECT app.how_many_wait()").fetchone()
            still_there = [what for (what,) in connection.execute("SELECT what FROM app.left_at_engine()").fetchall()]
    except (psycopg.Error, OSError):  # it is not made yet, or at rest
        return []
    findings = [Finding("Counted", f"{number} {name}", _STEPS.get(name, "")) for name, number in counted.items()]
    findings += [Finding("In doubt", f"{kind}, {doubt}", _SETTLE) for kind, doubt in doubts]
    findings += _door(settings, *how_many_wait or (0,))
    left = [Finding("Not deleted", f"{what}, of somebody who has left", _to_do(what)) for what in still_there]
    return findings + left


def _to_do(what: str) -> str:
    from portrait_app.services.farewells import MADE  # noqa: PLC0415 -- as above

    return _LEFT_BY_A_JOB if what.startswith("job ") and MADE not in what else _LEFT


def _door(settings: Settings, number: int) -> list[Finding]:
    """Say that somebody waits, which is nothing wrong; where there is a mail server they wait for nobody's tap."""
    if settings.confirms_addresses or not number:
        return []
    who = "somebody waits" if number == 1 else f"{number} wait"
    return [Finding("Door", f"{who} to be let in; the operator does it under You, or turns them away")]
