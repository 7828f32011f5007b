"""The web's sockets, held by the keeper: a taken port is known at once, and nobody is refused while web restarts."""

from __future__ import annotations

import contextlib
import errno
import os
import socket
from typing import TYPE_CHECKING

import psutil

from portrait_app.house.failures import PortRefused, PortTaken

if TYPE_CHECKING:
    from collections.abc import Generator

_BACKLOG = 512
_VARIABLE = "PORTRAIT_LISTEN_FDS"


@contextlib.contextmanager
def listening(host: str, port: int) -> Generator[list[socket.socket]]:
    """Listen on every address of the host: `localhost` is 127.0.0.1 and, where the machine has it, ::1.

    Raises: PortTaken, PortRefused.
    """
    with contextlib.ExitStack() as stack:
        yield [stack.enter_context(one) for one in _open(host, port)]


def handed_down(sockets: list[socket.socket]) -> dict[str, str]:
    """The environment that tells a child process which of its files are the sockets."""
    return {_VARIABLE: ",".join(str(one.fileno()) for one in sockets)}


def inherited() -> list[socket.socket]:
    """The sockets the keeper handed down to this process; [] when it was started by hand."""
    names = os.environ.pop(_VARIABLE, "")
    return [socket.socket(fileno=int(number)) for number in names.split(",") if number]


def free_port() -> int:
    """A loopback port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def is_free(port: int) -> bool:
    """Whether nobody listens on this loopback port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def is_held_by(pid: int, port: int) -> bool:
    """Whether this process, or one of those it started, listens on the port."""
    try:
        keeper = psutil.Process(pid)
        family = [keeper, *keeper.children(recursive=True)]
        return any(_listens(one, port) for one in family)
    except psutil.NoSuchProcess:
        return False


def _listens(process: psutil.Process, port: int) -> bool:
    try:
        held = process.net_connections("tcp")
    except psutil.AccessDenied:
        return False
    return any(one.status == psutil.CONN_LISTEN and one.laddr and one.laddr.port == port for one in held)


def _open(host: str, port: int) -> list[socket.socket]:
    opened: list[socket.socket] = []
    try:
        for family, address in _addresses(host, port):
            with contextlib.suppress(_NotHere):
                opened.append(_listen(family, address))
    except OSError as error:
        for one in opened:
            one.close()
        if error.errno == errno.EADDRINUSE:
            raise PortTaken(host, port) from error
        raise PortRefused(host, port, error.strerror or str(error)) from error
    if not opened:
        raise PortRefused(host, port, "this machine has no such address")
    return opened


def _addresses(host: str, port: int) -> list[tuple[int, tuple[str, int]]]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    return list(dict.fromkeys((int(family), (str(at[0]), int(at[1]))) for family, _, _, _, at in found))


class _NotHere(Exception):
    """The machine has no such address: ::1 where IPv6 is off."""


def _listen(family: int, address: tuple[str, int]) -> socket.socket:
    one = socket.socket(family, socket.SOCK_STREAM)
    try:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        one.bind(address)
        one.listen(_BACKLOG)
    except OSError as error:
        one.close()
        if error.errno in {errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT}:
            raise _NotHere from error
        raise
    return one
