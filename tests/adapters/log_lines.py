"""Lines of trainers' logs: our own, in the forms that real logs were seen to have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portrait_app.adapters.replicate.logs import read_log

if TYPE_CHECKING:
    from portrait_app.domain.report import Progress

PREFIXES = {"darkroom_train", "flux_train_replicate"}

DARKROOM = """Using seed: 7
Fetching photos
Starting train job
reading photos
darkroom_train:   0%|          | 0/12 [00:00<?, ?it/s]
darkroom_train:  50%|█████     | 6/12 [00:03<00:03,  2.00it/s]
learning texture
darkroom_train:  83%|████████▎ | 10/12 [00:07<00:01,  1.42it/s]
"""

FLUX_SET_UP = """2026-01-02T05:10:35Z | INFO  | [ Initiating ] chunk_size=150M dest=. url=https://weights.example/files.tar
Downloaded base weights in 26.6 seconds
Extracted 5 files from zip to input_images
Caption for input_images/1.jpg: a photo of TOK
Starting train job
# Running job: flux_train_replicate
Loading Flux model
Loading checkpoint shards:  50%|█████     | 2/4 [00:01<00:01,  1.50it/s]
"""
FLUX_BAR = "flux_train_replicate:  {percent}%|███| {done}/{total} [{elapsed}<{left}, {rate}, lr: 4.0e-04 loss: 2.4e-01]"


def read(log: str, steps: int | None = None) -> Progress | None:
    return read_log(log, bar_prefixes=PREFIXES, steps=steps)


def flux(done: int, total: int, left: str, rate: str) -> str:
    return FLUX_SET_UP + FLUX_BAR.format(
        percent=100 * done // total, done=done, total=total, elapsed="10:00", left=left, rate=rate
    )
