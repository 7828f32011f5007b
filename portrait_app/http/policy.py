"""What a browser may load and run on our pages (Content Security Policy), down to each script inside them."""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

_INLINE_SCRIPT = re.compile(r"<script(?![^>]*\ssrc=)[^>]*>(.*?)</script>", re.DOTALL)
_INLINE_STYLE = re.compile(r"<style[^>]*>(.*?)</style>", re.DOTALL)
NOTHING = ""
"""Reflex's style library puts empty <style> elements in and fills them by rules, which are no inline text."""


def policy(built: Path, sockets: Iterable[str] = (), pictures: Sequence[str] = ()) -> str:
    """Return the policy for the pages that were built into a folder.

    Args:
        built: the built pages; their inline scripts and styles are named by their hashes, and no other runs.
        sockets: origins of the websocket, as `ws://host:port`: not every browser takes 'self' for them.
        pictures: origins that pictures and films come from, besides our own.
    """
    pages = [page.read_text(encoding="utf-8") for page in sorted(built.rglob("*.html"))]
    scripts = _hashes(text for page in pages for text in _INLINE_SCRIPT.findall(page))
    styles = _hashes([NOTHING, *(text for page in pages for text in _INLINE_STYLE.findall(page))])
    rules = {
        "default-src": ["'none'"],
        "script-src": ["'self'", *scripts],
        "style-src": ["'self'", *styles],
        "style-src-attr": ["'unsafe-inline'"],  # an attribute runs nothing; colours and sizes of pictures come so
        "img-src": ["'self'", "blob:", "data:", *pictures],
        "media-src": ["'self'", "blob:", *pictures],
        "font-src": ["'self'"],
        "connect-src": ["'self'", *sockets, *pictures],
        "worker-src": ["'self'"],
        "manifest-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "object-src": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
    return "; ".join(" ".join([rule, *sources]) for rule, sources in rules.items())


def _hashes(texts: Iterable[str]) -> Iterator[str]:
    # A browser hashes what it parsed, where every line ends in LF alone.
    plain = {text.replace("\r\n", "\n").replace("\r", "\n") for text in texts}
    return (f"'sha256-{b64encode(hashlib.sha256(text.encode()).digest()).decode()}'" for text in sorted(plain))
