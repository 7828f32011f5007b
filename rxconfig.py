"""Reflex's configuration, made of our settings."""

from __future__ import annotations

import reflex as rx

from portrait_app.settings import Settings
from portrait_app.web.reflex_client import BUILT_FOR, ReflexClient

_settings = Settings.read()

config = rx.Config(
    app_name="portrait_app",
    api_url=BUILT_FOR,
    cors_allowed_origins=_settings.origins,
    # Views of the database, and with each the headers of its tab, cookie included: never on a disk.
    state_manager_mode=rx.constants.StateManagerMode.MEMORY,
    telemetry_enabled=False,
    show_built_with_reflex=False,
    plugins=[ReflexClient()],
    disable_plugins=[rx.plugins.SitemapPlugin],  # everything behind the first page is private
)
