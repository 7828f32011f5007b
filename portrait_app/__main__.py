"""The studio's command: `python -m portrait_app run` starts all of it, the others one part each."""

from __future__ import annotations

import argparse
import pkgutil
import sys
from dataclasses import dataclass

from portrait_app.errors import PortraitError
from portrait_app.house import leash
from portrait_app.house.failures import explained
from portrait_app.house.loading import unswept


@dataclass(frozen=True)
class Command:
    """One thing the command line can do; its code is imported only when asked for."""

    does: str
    function: str
    takes_arguments: bool = False
    stands_on_database: bool = False
    has_a_log: bool = False


COMMANDS = {
    "run": Command("start everything and keep it running", "portrait_app.house.commands:run"),
    "dev": Command("the same, building anew at each save", "portrait_app.house.commands:dev"),
    "web": Command("serve the page, the websocket and the routes", "portrait_app.house.web:main", has_a_log=True),
    "preview": Command(
        "serve the page and watch the sources", "portrait_app.house.dev:main", stands_on_database=True, has_a_log=True
    ),
    "worker": Command(
        "do the chores: send, watch and keep jobs",
        "portrait_app.jobs.worker:main",
        stands_on_database=True,
        has_a_log=True,
    ),
    "darkroom": Command("run the built-in engine alone", "portrait_app.darkroom.__main__:main", takes_arguments=True),
    "migrate": Command("bring the database up to date", "portrait_app.house.commands:migrate"),
    "build": Command("build the page if it has changed", "portrait_app.house.commands:build"),
    "models": Command("fetch the model files, checked by SHA-256", "portrait_app.house.commands:models"),
    "doctor": Command("say what is configured, what is missing, and what to do next", "portrait_app.doctor:main"),
    "doubts": Command(
        "list what could not be settled with the engine, or settle it",
        "portrait_app.doctor.doubts:main",
        takes_arguments=True,
    ),
    "let-in": Command(
        "let in again whoever has lost what opens their account",
        "portrait_app.doctor.let_in:main",
        takes_arguments=True,
    ),
}


def main(arguments: list[str]) -> int:
    """Run one command.

    Returns: the exit code; 1 after a failure that has been said in one sentence.
    """
    leash.wear()
    known, rest = _parser().parse_known_args(arguments)
    command = COMMANDS[known.command]
    if rest and not command.takes_arguments:
        _parser().error(f"unrecognized arguments: {' '.join(rest)}")
    with unswept():
        function = pkgutil.resolve_name(command.function)
    if command.stands_on_database:
        leash.wait_for_go()
    try:
        return function(rest) if command.takes_arguments else function()
    except PortraitError as error:
        return _say(error)
    except OSError as error:
        if command.has_a_log:
            raise  # whoever reads a log is helped by all of it
        return _say(explained(error))
    except KeyboardInterrupt:
        return 130


def _say(error: PortraitError) -> int:
    print(f"{error.headline}. {error.hint}", file=sys.stderr)  # noqa: T201 -- for the person at the terminal
    return 1


def _parser() -> argparse.ArgumentParser:
    lines = "\n".join(f"  {name:<9} {command.does}" for name, command in COMMANDS.items())
    parser = argparse.ArgumentParser(
        prog="python -m portrait_app",
        description=f"{__doc__}\n\ncommands:\n{lines}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        add_help=False,
    )
    parser.add_argument("command", choices=COMMANDS, metavar="command")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
