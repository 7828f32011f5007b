"""Which browser on which device, in plain words, from what the browser says of itself."""

from __future__ import annotations

# The first that is found counts: nearly all of them also claim to be Safari and Chrome.
_BROWSERS = (
    ("Edg/", "Edge"), ("EdgA/", "Edge"), ("EdgiOS/", "Edge"), ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("FxiOS/", "Firefox"), ("Firefox/", "Firefox"), ("CriOS/", "Chrome"), ("Chrome/", "Chrome"),
    ("Chromium/", "Chrome"), ("Safari/", "Safari"),
)  # fmt: skip
_DEVICES = (
    ("iPhone", "an iPhone"), ("iPad", "an iPad"), ("Android", "Android"), ("CrOS", "a Chromebook"),
    ("Windows", "Windows"), ("Macintosh", "a Mac"), ("Linux", "Linux"),
)  # fmt: skip
UNKNOWN = "An unknown browser"


def in_words(user_agent: str) -> str:
    """Say "Safari on an iPhone" for a User-Agent header."""
    browser = next((name for mark, name in _BROWSERS if mark in user_agent), "")
    device = next((name for mark, name in _DEVICES if mark in user_agent), "")
    if browser and device:
        return f"{browser} on {device}"
    if device:
        return f"A browser on {device}"
    return browser or UNKNOWN
