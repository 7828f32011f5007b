"""What a first visit to each page brings over the wire, compressed as it comes."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from tools.bench.figure import Figure

if TYPE_CHECKING:
    from playwright.async_api import BrowserContext

    from tools.bench.sitting import Sitting

LIMIT_KB = 180.0  # of 1,000 bytes: the smaller of the two readings
ROOMS = ("/home", "/train", "/create", "/gallery", "/you")


async def measure(sitting: Sitting) -> list[Figure]:
    """Load each page with an empty cache; a kB is 1,000 bytes, and headers count."""
    signed_in = await (await sitting.context()).storage_state()
    figures: list[Figure] = []
    for path in ("/", "/auth/sign-up", *ROOMS):
        state = signed_in if path in ROOMS else None
        stranger = await sitting.browser.new_context(service_workers="block", storage_state=state)
        came = await _came(stranger, f"{sitting.running.url}{path}")
        await stranger.close()
        kb = {kind: size / 1000 for kind, size in came.items()}
        also = {"css": kb.get("Stylesheet", 0.0), "pictures": kb.get("Image", 0.0), "all": sum(kb.values())}
        name = f"first load of {path}: script"
        figures.append(Figure(name, kb.get("Script", 0.0), "kB", LIMIT_KB, "asked for at most", also=also))
    return figures


async def _came(context: BrowserContext, url: str) -> Counter[str]:
    """Load a page; return the bytes on the wire, headers included, by what they were."""
    page = await context.new_page()
    chrome = await context.new_cdp_session(page)
    kinds: dict[str, str] = {}
    came: Counter[str] = Counter()

    def answered(news: dict[str, Any]) -> None:
        kinds[news["requestId"]] = news["type"]

    def finished(news: dict[str, Any]) -> None:
        came[kinds.get(news["requestId"], "Other")] += int(news["encodedDataLength"])

    chrome.on("Network.responseReceived", answered)
    chrome.on("Network.loadingFinished", finished)
    await chrome.send("Network.enable")  # pyright: ignore[reportUnknownMemberType] -- its dict has no types
    await page.goto(url)
    await page.wait_for_load_state("networkidle")
    return came
