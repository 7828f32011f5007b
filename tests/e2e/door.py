"""Who waits at the door, and how the operator answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.async_api import expect

from tests.e2e.people import PASSWORD

if TYPE_CHECKING:
    from playwright.async_api import Page


async def lets_in(page: Page, stranger: Page) -> None:
    """Two ask, and Ada, whose room stands open, sees both at once: one is let in, one turned away."""
    waiting = page.locator(".line", has_text="Asked")
    for name in ("Bob", "Mallory"):
        await stranger.goto("/auth/sign-up")
        for box, typed in (("name", name), ("email", f"{name.lower()}@example.com"), ("password", PASSWORD)):
            await stranger.fill(f"#{box}", typed)
        await stranger.get_by_role("button", name="Create account").click()
        await expect(stranger.locator("h1")).to_have_text("Ask to be let in")
        await expect(waiting.filter(has_text=f"{name.lower()}@example.com")).to_be_visible()
    await page.get_by_role("button", name="Let Bob in").click()
    await expect(waiting).to_have_count(1)
    await page.get_by_role("button", name="Turn Mallory away").click()
    await page.get_by_role("button", name="Turn away", exact=True).last.click()
    await expect(waiting).to_have_count(0)
    await stranger.get_by_role("link", name="Sign in").click()
    await stranger.fill("#email", "bob@example.com")
    await stranger.fill("#password", PASSWORD)
    await stranger.get_by_role("button", name="Sign in", exact=True).click()
    await expect(stranger.locator("h1")).to_have_text("Hello, Bob")
