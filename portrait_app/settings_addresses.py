"""Rules that every address among the settings keeps."""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import urlsplit

_USUAL_PORTS = {"http": 80, "https": 443}
_NAMES_AT_HOME = (".localhost", ".local", ".internal", ".lan", ".home.arpa", ".test", ".invalid", ".example")


def require_port(address: str) -> None:
    """Raise ValueError when an address names a port that can't be."""
    try:
        port = urlsplit(address).port
    except ValueError:
        port = 0
    if port == 0:
        raise ValueError("should have a port between 1 and 65535, or none")


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
