"""How long signing in takes by the form, beside the password's hash alone, which is slow on purpose."""

from __future__ import annotations

import time
import uuid
from typing import TYPE_CHECKING

import httpx
import psycopg

from portrait_app.services import passwords
from portrait_app.wiring import open_workshop
from tools import newcomers
from tools.bench.figure import Figure

if TYPE_CHECKING:
    from tools.bench.sitting import Sitting

RUNS = 40


async def measure(sitting: Sitting) -> list[Figure]:
    """Sign somebody in again and again, each time in a new browser; nobody has to wait for the limits."""
    password, email = f"{uuid.uuid4()}", f"{uuid.uuid4()}@example.com"
    async with open_workshop(sitting.running.settings) as workshop:
        await newcomers.signs_up(workshop.desk, name="Measured", email=email, password=password, device="bench")
    hashed = await passwords.hashed(password)
    by_form, alone = list[float](), list[float]()
    with psycopg.connect(workshop.address.conninfo(), autocommit=True) as admin:
        for _ in range(RUNS):
            admin.execute("DELETE FROM app.tries")
            by_form.append(await _signed_in(sitting.running.settings.public_url, email, password))
            began = time.perf_counter()
            assert await passwords.matches(password, hashed)
            alone.append((time.perf_counter() - began) * 1000)
    beside = "argon2id alone, 19 MiB"
    return [Figure.of_runs("signing in by the form", by_form, "ms", against=sorted(alone)[RUNS // 2], beside=beside)]


async def _signed_in(url: str, email: str, password: str) -> float:
    """Post the form over an open connection; return the ms until the answer."""
    async with httpx.AsyncClient(base_url=url, headers={"Origin": url}, timeout=30) as browser:
        await browser.get("/auth/sign-in")
        began = time.perf_counter()
        answer = await browser.post("/auth/sign-in", data={"email": email, "password": password})
        took = (time.perf_counter() - began) * 1000
    assert answer.status_code == 303, answer.text  # noqa: PLR2004 -- a refusal would prove nothing
    return took
