"""A portrait as the gallery and its viewer show it: the picture, and the facts under it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from portrait_app.domain.lifecycle import AssetStatus
from portrait_app.domain.styles import STYLES
from portrait_app.web.views import Picture

if TYPE_CHECKING:
    from collections.abc import Iterable

    from portrait_app.domain.generation import Asset
    from portrait_app.domain.training import Training
    from portrait_app.ports.bucket import Links


@dataclass(frozen=True)
class Portrait:
    """One portrait, or the place it will take.

    Attributes:
        slide: id of its slide in the viewer.
        model: its face model's name.
        made_at: ISO 8601, in UTC; the browser says it in the person's own way.
        download: address that saves the original as `file_name`; empty while coming.
    """

    id: str
    slide: str
    style: str
    model: str
    made_at: str
    alt: str
    picture: Picture
    download: str
    file_name: str
    is_ready: bool

    @classmethod
    def of(cls, links: Links, row: Asset, model: str) -> Portrait:
        """Cut a portrait of the face model named `model`."""
        style = STYLES[row.style].title if row.style in STYLES else row.style
        file_name = _file_name(row, model, style)
        return cls(
            id=str(row.id),
            slide=f"slide-{row.id}",
            style=style,
            model=model,
            made_at=row.created_at.isoformat(),
            alt=f"{style} portrait of {model}" if model else f"{style} portrait",
            picture=Picture.of(links, row),
            download=links.to(row.key, download_as=file_name) if row.key else "",
            file_name=file_name,
            is_ready=row.status is AssetStatus.KEPT,
        )


@dataclass(frozen=True)
class Option:
    """Something to narrow the gallery to: what is sent, and what is read."""

    value: str
    label: str


def cut(links: Links, rows: Iterable[Asset], models: Iterable[Training]) -> list[Portrait]:
    """Cut portraits, each with the name of its face model."""
    names = {model.id: model.name for model in models}
    return [Portrait.of(links, row, names.get(row.training_id, "")) for row in rows]


def _file_name(row: Asset, model: str, style: str) -> str:
    """Name a file by what it shows and when it was made; the end of its id tells it from its siblings."""
    words = re.findall(r"\w+", f"{model} {style}".lower())
    ending = row.key.rpartition(".")[2] if row.key else "webp"
    return f"{'-'.join([*words, f'{row.created_at:%Y-%m-%d}', row.id.hex[-4:]])}.{ending}"
