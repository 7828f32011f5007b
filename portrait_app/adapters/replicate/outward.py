"""Connections to the world outside alone: never to this machine or its network, whatever a name resolves to."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import TYPE_CHECKING, Any, cast

import httpcore

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

# All of IPv6 that is given to networks of the internet. What lies outside has an IPv4 address inside, to which a
# translator would lead (RFC 4291, 6052, 7915, 8215), or means something within one network alone.
_GIVEN_OUT = ip_network("2000::/3")


class Forbidden(Exception):
    """The host's address is not one of the public internet."""


class OutwardNetwork(httpcore.AsyncNetworkBackend):
    """Resolves a name once, looks at every address it has, and connects to the first that answers of those it saw.

    Args: but: the one host and port that may be anywhere.
    """

    def __init__(self, but: tuple[str, int] | None = None) -> None:
        self._but = but
        self._plain = cast("httpcore.AsyncNetworkBackend", httpcore.AnyIOBackend())

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 -- the signature is httpcore's
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connect.

        Raises: Forbidden: an address of this host is not public. httpcore.ConnectError, httpcore.ConnectTimeout.
        """
        try:
            found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except UnicodeError as error:  # a label of it is empty, or too long
            raise Forbidden("a host that can't be a name") from error
        except OSError as error:
            raise httpcore.ConnectError(f"{host} has no address") from error
        addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
        if (host, port) != self._but and not all(is_public(address) for address in addresses):
            raise Forbidden(f"{host} is at {', '.join(addresses)}")
        return await self._first_that_answers(addresses, port, timeout, local_address, socket_options)

    async def _first_that_answers(
        self, addresses: Sequence[str], port: int, within_s: float | None, *options: Any
    ) -> httpcore.AsyncNetworkStream:
        """Connect to one after the other: an address of IPv6 may lead nowhere from here, where one of IPv4 does."""
        each_s = within_s / len(addresses) if within_s is not None else None
        for address in addresses[:-1]:
            with contextlib.suppress(httpcore.ConnectError, httpcore.ConnectTimeout):
                return await self._plain.connect_tcp(address, port, each_s, *options)
        return await self._plain.connect_tcp(addresses[-1], port, each_s, *options)

    async def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,  # noqa: ASYNC109 -- the signature is httpcore's
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Refuse.

        Raises: Forbidden.
        """
        del timeout, socket_options
        raise Forbidden(path)

    async def sleep(self, seconds: float) -> None:
        """Wait; httpcore asks for it between tries."""
        await asyncio.sleep(seconds)


def is_public(address: str) -> bool:
    """Whether it is an address of the public internet; IPv4 hidden inside IPv6 is not."""
    ip = ip_address(address.partition("%")[0])
    if isinstance(ip, IPv6Address):
        if ip.ipv4_mapped is not None:
            return _is_public(ip.ipv4_mapped)
        if ip not in _GIVEN_OUT or ip.sixtofour or ip.teredo:
            return False
    return _is_public(ip)


def _is_public(ip: IPv4Address | IPv6Address) -> bool:
    return ip.is_global and not ip.is_multicast
