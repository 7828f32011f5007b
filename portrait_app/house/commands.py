"""The short commands: what each does between reading the settings and ending."""

from __future__ import annotations

from portrait_app.database.address import Address
from portrait_app.settings import Settings


def run() -> int:
    """Start everything and keep it running."""
    from portrait_app.house import keeper  # noqa: PLC0415 -- `migrate` needs none of it

    return keeper.run(Settings.read(), _say)


def dev() -> int:
    """Start everything, with a web process that follows the sources."""
    from portrait_app.house import keeper  # noqa: PLC0415 -- `migrate` needs none of it

    return keeper.run(Settings.read(), _say, is_dev=True)


def migrate() -> int:
    """Bring the database up to date."""
    from portrait_app.database.migrate import upgrade  # noqa: PLC0415 -- the keeper, which stays small, needs none of it

    upgrade(Address.of(Settings.read()))
    return 0


def build() -> int:
    """Build the page if anything it is made of has changed."""
    from portrait_app.house import frontend  # noqa: PLC0415 -- `migrate` needs none of it
    from portrait_app.house.folder import log_file  # noqa: PLC0415 -- likewise

    log = log_file(Settings.read().data_dir, "build")
    log.parent.mkdir(parents=True, exist_ok=True)
    frontend.build_if_changed(log, _say)
    return 0


def models() -> int:
    """Fetch the model files that the data folder lacks."""
    from portrait_app.house import models as files  # noqa: PLC0415 -- likewise

    files.fetch(Settings.read().data_dir / "models", _say)
    return 0


def _say(line: str) -> None:
    print(line, flush=True)  # noqa: T201 -- for the person at the terminal
