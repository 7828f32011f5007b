"""The whole studio: killed in any part it goes on, and when it ends nothing of it is left."""

from __future__ import annotations

import signal

import psutil

from tests.e2e.running import studio


async def test_it_goes_on_whatever_is_killed_and_leaves_no_process(tmp_path):
    async with studio(tmp_path) as running:
        await running.healthy()
        parts = [running.postgres(), *map(running.part, ("web", "worker", "darkroom"))]
        for part in parts:
            part.kill()
        await running.healthy()

        await running.stop(signal.SIGKILL)  # the keeper itself
        await running.start()
        await running.healthy()

        assert running.process is not None
        everybody = [*psutil.Process(running.process.pid).children(recursive=True), running.postgres()]
        await running.stop(signal.SIGINT)
        assert [process for process in everybody if process.is_running()] == []
