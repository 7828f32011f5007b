"""`python -m tests.chaos.begin FD`: loads our code once, and begins one of our own whenever it is asked to over FD.

Loading is most of a start, and kills make many of them. What is begun goes on as the studio's own does from there.
"""

from __future__ import annotations

import os
import pkgutil
import signal
import socket
import sys
from typing import TYPE_CHECKING

from portrait_app.house import leash, listening
from portrait_app.house.loading import unswept

if TYPE_CHECKING:
    from types import ModuleType

LONGEST_NAME, MOST_FILES = 64, 16


def main(asked: socket.socket) -> None:
    """Fork one for each name that comes, with the files that come along: its leash, its log, then where it listens."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # whoever asked sees it end; it need not be buried here
    with unswept():
        ours = pkgutil.resolve_name("tests.chaos.ours")
        pkgutil.resolve_name("portrait_app.jobs.worker")
    while name := (asked_for := socket.recv_fds(asked, LONGEST_NAME, MOST_FILES))[0]:
        files = asked_for[1]
        if (pid := os.fork()) == 0:
            asked.close()
            _begin(ours, name.decode(), *files)
            return
        for file in files:
            os.close(file)
        asked.sendall(f"{pid}\n".encode())


def _begin(ours: ModuleType, name: str, stdin: int, log: int, *hands: int) -> None:
    os.setsid()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    for file, number in ((stdin, 0), (log, 1), (log, 2)):
        os.dup2(file, number)
    os.close(stdin)
    os.close(log)
    sockets = [socket.socket(fileno=hand) for hand in hands]
    os.environ |= {leash.VARIABLE: "stdin"} | listening.handed_down(sockets)
    for one in sockets:
        one.detach()  # they are taken up by number
    leash.wear()
    leash.wait_for_go()
    ours.shorten()
    {"worker": ours.work, "web": ours.web}[name]()


if __name__ == "__main__":
    main(socket.socket(fileno=int(sys.argv[1])))
