"""The bench's figures say what was measured, and its tabs hear what a studio says."""

from __future__ import annotations

from datetime import UTC, datetime

import httpx
import psycopg
import pytest
from standardwebhooks import Webhook

from tools.bench.bare import bare_server
from tools.bench.bare_inbox import bare_inbox
from tools.bench.figure import Figure, row
from tools.bench.tabs import bare_tabs


def test_a_figure_of_many_runs_is_their_median_with_its_95th_percentile_beside_it() -> None:
    figure = Figure.of_runs("tap", [float(ms) for ms in range(1, 101)], "ms", against=101, beside="asked for at most")

    assert (figure.value, figure.runs, figure.ratio) == (50.5, 100, 0.5)
    assert figure.also["p95"] == pytest.approx(96, abs=1)


def test_of_few_runs_the_worst_stands_beside_the_median() -> None:
    assert Figure.of_runs("start", [4.0, 9.0, 5.0], "s").also == {"worst": 9.0}


def test_a_line_of_the_table_says_what_the_figure_is_held_against() -> None:
    line = row(Figure("face model", 15.0, "s", 20.0, "asked for at most"))

    assert line.split() == ["face", "model", "15.0", "s", "1", "0.75", "x", "20.0", "s", "asked", "for", "at", "most"]


def test_a_figure_that_is_held_against_nothing_has_no_ratio() -> None:
    assert Figure("all tabs", 12.0, "ms").ratio is None


async def test_every_open_tab_hears_what_is_told(tmp_path) -> None:
    async with bare_server(tmp_path) as url, bare_tabs(url, 3) as tabs, httpx.AsyncClient() as client:
        for tab in tabs:
            tab.expect("12 s left")
        await client.post(f"{url}/tell", content="about 12 s left")
        moments = [await tab.heard_at() for tab in tabs]

    assert len(moments) == 3


async def test_the_bare_inbox_takes_what_is_signed_and_refuses_the_rest(address) -> None:
    secret, message, now = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_1", datetime.now(UTC)
    headers = {"webhook-id": message, "webhook-timestamp": str(int(now.timestamp()))}
    signature = Webhook(secret).sign(message, now, "{}")
    async with bare_inbox(address.conninfo(), secret) as url, httpx.AsyncClient() as client:
        target = f"{url}?order=1"
        taken = await client.post(target, content="{}", headers={**headers, "webhook-signature": signature})
        forged = await client.post(target, content='{"a": 1}', headers={**headers, "webhook-signature": signature})
        with psycopg.connect(address.conninfo()) as connection:
            rows = connection.execute("SELECT webhook_id, order_id FROM bare.deliveries").fetchall()

    assert (taken.status_code, forged.status_code) == (200, 401)
    assert rows == [(message, "1")]
