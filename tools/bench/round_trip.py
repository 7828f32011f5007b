"""How long a tap takes to the server and back into the page: at rest, and while a face is being learned."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.async_api import expect

from tools.bench.bare import bare_server
from tools.bench.figure import Figure
from tools.bench.sitting import PATIENCE_MS

if TYPE_CHECKING:
    from playwright.async_api import Page

    from tools.bench.sitting import Sitting

LIMIT_MS = 50.0
RUNS = 100
_AT_ONCE = 10

# Clicks the buttons in turn, and returns for each click the ms until the words in `said` are others.
_CLICK = """async ([buttons, said, runs]) => {
  const found = [];
  for (let run = 0; run < runs; run++) {
    const before = document.querySelector(said).textContent;
    found.push(await new Promise((resolve, reject) => {
      const observer = new MutationObserver(() => {
        if (document.querySelector(said).textContent === before) return;
        observer.disconnect();
        resolve(performance.now() - began);
      });
      observer.observe(document.body, { subtree: true, childList: true, characterData: true });
      setTimeout(() => reject(new Error("nothing came back")), 20_000);
      const began = performance.now();
      document.querySelector(buttons[run % buttons.length]).click();
    }));
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
  return found;
}"""
_OURS = (["[aria-label='More portraits']", "[aria-label='Fewer portraits']"], ".stepper output")
_BARE = (["button"], "output")


async def measure(sitting: Sitting) -> list[Figure]:
    """Tap one more and one fewer in the Create room, and as often on a bare page."""
    await sitting.first_hour()
    create, room = await sitting.tab("/create"), await sitting.tab("/train")
    await _show_one_portrait(create)
    async with bare_server(sitting.scratch) as url:
        bare = await (await sitting.context()).new_page()
        await bare.goto(url)
        await expect(bare.locator("[data-open]")).to_be_attached(timeout=PATIENCE_MS)
        idle_bare, idle = await _tapped(bare, _BARE, RUNS), await _tapped(create, _OURS, RUNS)
        await room.bring_to_front()
        await sitting.hand_in(room)
        busy_bare, busy = await _while_learning(sitting, room, bare, create)
    for page in (create, room, bare):
        await page.close()
    at_rest = Figure.of_runs("tap → page, at rest", idle, "ms", against=LIMIT_MS, beside="asked for at most")
    learning = Figure.of_runs("tap → page, while learning", busy, "ms", against=LIMIT_MS, beside="asked for at most")
    return [
        Figure.of_runs("bare echo, at rest", idle_bare, "ms", against=at_rest.value, beside="the studio's"),
        at_rest,
        Figure.of_runs("bare echo, while learning", busy_bare, "ms", against=learning.value, beside="the studio's"),
        learning,
    ]


async def _while_learning(sitting: Sitting, room: Page, bare: Page, create: Page) -> tuple[list[float], list[float]]:
    """Tap on both pages by turns while the training runs, a hundred times at most."""
    await sitting.begin(room)
    busy_bare: list[float] = []
    busy: list[float] = []
    while len(busy) < RUNS:
        busy_bare += await _tapped(bare, _BARE, _AT_ONCE)
        busy += await _tapped(create, _OURS, _AT_ONCE)
        if not await room.locator(".being-learned").count():
            break
    return busy_bare, busy


async def _show_one_portrait(create: Page) -> None:
    """Begin at one, so that a tap up and a tap down always find a number to go to."""
    shown = create.locator(".stepper output")
    while (now := int(await shown.inner_text())) > 1:
        await create.get_by_label("Fewer portraits").click()
        await expect(shown).to_have_text(str(now - 1), timeout=PATIENCE_MS)


async def _tapped(page: Page, what: tuple[list[str], str], runs: int) -> list[float]:
    await page.bring_to_front()
    return await page.evaluate(_CLICK, [*what, runs])
