"""Rules that every address among the settings keeps."""

from __future__ import annotations

import re
from ipaddress import ip_address
from urllib.parse import urlsplit

import idna

_USUAL_PORTS = {"http": 80, "https": 443}
_NAME = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*\.?")  # a host's, as browsers write it; some at home have a _
_NAMES_AT_HOME = (".localhost", ".local", ".internal", ".lan", ".home.arpa", ".test", ".invalid", ".example")


def require_port(address: str) -> None:
    """Raise ValueError when an address names a port that can't be."""
    try:
        port = urlsplit(address).port
    except ValueError:
        port = 0
    if port == 0:
        raise ValueError("should have a port between 1 and 65535, or none")


def site_of(address: str) -> str:
    """Return the address that people use as browsers write it: links, cookies, Origin and policy go by its letters.

    Raises:
        ValueError: saying what it should be.
    """
    parts = urlsplit(address.strip())
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("should be an address that begins with http:// or https://")
    require_port(address.strip())
    if "@" in parts.netloc:
        raise ValueError("should be an address without a name or password before an @, since it is in every mail")
    if parts.path.strip("/") or parts.query or parts.fragment or address.strip().endswith(("?", "#")):
        raise ValueError("should end after the host and its port: the studio needs a host, or a port, of its own")
    host = _host_of(parts.hostname)
    return origin_of(parts._replace(netloc=host if parts.port is None else f"{host}:{parts.port}", path="").geturl())


def _host_of(written: str) -> str:
    """Return a host as browsers write it: a name in ASCII (UTS 46), an address of numbers in its shortest form."""
    try:
        number = ip_address(written.partition("%")[0].removesuffix("."))  # which network's an address is, no link says
        return f"[{number}]" if ":" in written else str(number)
    except ValueError:  # a name
        pass
    try:
        name = written if written.isascii() else idna.encode(written, uts46=True).decode()
    except idna.IDNAError:
        name = ""
    if not _NAME.fullmatch(name) or name.rstrip(".").rpartition(".")[2].isdigit():
        raise ValueError("should have the name of a host, or its address in numbers, after http:// or https://")
    return name


def is_public(host: str) -> bool:
    """Whether a host may be reached from outside: no name or address that means something in one network alone."""
    name = host.removesuffix(".")  # of the root, which may be written and changes nothing
    try:
        return ip_address(name).is_global
    except ValueError:  # a name
        return "." in name and not name.endswith(_NAMES_AT_HOME)


def origin_of(address: str) -> str:
    """Return the origin of a web address as browsers write it: the host in small letters, its usual port left out."""
    parts = urlsplit(address)
    host = parts.hostname or ""
    named = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{named}" + (
        "" if parts.port in (None, _USUAL_PORTS.get(parts.scheme)) else f":{parts.port}"
    )
