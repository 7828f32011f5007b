"""Everything a darkroom must still know after it was killed."""

from portrait_app.darkroom.store.rows import File, Job, Model, Version
from portrait_app.darkroom.store.store import Store

__all__ = ["File", "Job", "Model", "Store", "Version"]
