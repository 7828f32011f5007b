"""The model files, fetched into the data folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portrait_app.faces import weights
from portrait_app.house.failures import ModelsNotFetched, explained

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def fetch(folder: Path, say: Callable[[str], None]) -> None:
    """Fetch what the folder lacks.

    Raises: ModelsNotFetched: a registry does not give it. FileNotUsable: the folder can't be written.
    """
    try:
        weights.fetch(folder, say=say)
    except weights.MissingModelFiles as error:
        raise ModelsNotFetched(str(error)) from error
    except OSError as error:
        raise explained(error, folder) from error
