"""`python -m portrait_app let-in ADDRESS`: lets in again whoever has lost password, passkey or every recovery code."""

from __future__ import annotations

import argparse
import asyncio
import getpass
import json
from typing import TYPE_CHECKING

from procrastinate.exceptions import ConnectorException
from sqlalchemy.exc import SQLAlchemyError

from portrait_app import logs
from portrait_app.doctor.awake import AtRest, require_awake
from portrait_app.domain.clock import now
from portrait_app.errors import PortraitError
from portrait_app.house.folder import log_file
from portrait_app.services import letting_in
from portrait_app.settings import Settings
from portrait_app.wiring import open_workshop

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from uuid import UUID

    from portrait_app.services.letting_in import Begun
    from portrait_app.wiring import Workshop

HOW = """\
Make sure first, by some other way than mail, that it is they who ask: the link takes the place of their second step.
You are shown no link and get no way in. While no mail server is set, the mail lies in the outbox of this machine.
"""
WHEN_USED = "The link sets a new password. With that, passkeys, recovery codes and accounts elsewhere are removed, and"
UNCONFIRMED = "Nobody has ever confirmed this address: make sure that it is really theirs, and not a typing error."


class NotWritten(PortraitError):
    """What is done in the operator's name is written down first."""

    headline = "It can't be written down that you did this"

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(f"{path}: {why}")
        self.hint = f"{path} could not be written ({why}). So nothing was changed."


def main(arguments: Sequence[str]) -> int:
    """Let somebody in; the exit code is 0 once the link is on its way.

    Raises: PortraitError: why not.
    """
    chosen = _parser().parse_args(arguments)
    logs.set_up("error")  # what is said here is for whoever asked
    return asyncio.run(_act(chosen.address))


async def _act(email: str) -> int:
    settings = Settings.read()
    require_awake(settings)
    try:
        async with open_workshop(settings) as workshop:
            said = await let_in(workshop, email)
    except (SQLAlchemyError, ConnectorException, OSError) as error:
        raise AtRest(type(error).__name__) from error
    print(said)  # noqa: T201 -- its purpose
    return 0


async def let_in(workshop: Workshop, email: str) -> str:
    """Let whoever has this address in again; say what was done.

    Raises: NobodyThere, NotWritten: nothing was done.
    """
    log = log_file(workshop.settings.data_dir, "operator")
    owner_id = await letting_in.find(workshop.desk, email)
    _write_down(log, owner_id)
    return _said(await letting_in.begin(workshop.desk, owner_id), email, log, workshop.settings)


def _write_down(log: Path, owner_id: UUID) -> None:
    """Add one line to the operator's log: who did what for whose account, and when. No address: logs hold ids."""
    line = {"event": "operator.lets_in", "account": str(owner_id), "by": _user(), "timestamp": now().isoformat()}
    try:
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("a", encoding="utf-8") as written:
            written.write(f"{json.dumps(line)}\n")
    except OSError as error:
        raise NotWritten(log, error.strerror or type(error).__name__) from error


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # an account without a name, as in a container
        return "unknown"


def _said(begun: Begun, email: str, log: Path, settings: Settings) -> str:
    browsers = f"{begun.signed_out or 'No'} browser{'s were' if begun.signed_out != 1 else ' was'} signed out."
    required = settings.two_steps == "required"
    steps = "a first passkey is asked for, as of everybody here" if required else "one step is enough again"
    lines = [
        f"A link is on its way to {email}, and to nobody else. It works once, for ten minutes.",
        browsers,
        f"{WHEN_USED} {steps}. Until then all of it stays.",
        f"{log} says that you did this.",
    ]
    if not begun.is_confirmed:
        lines.append(UNCONFIRMED)
    if not settings.smtp_host:
        outbox = settings.data_dir / "outbox"
        lines.append(f"No mail server is set: the mail is laid into {outbox}. It is theirs; bring it to them unopened.")
    return "\n".join(lines)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m portrait_app let-in",
        description=__doc__,
        epilog=HOW,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("address", metavar="ADDRESS", help="the e-mail address of their account")
    return parser
