"""The web process for whoever changes the code: Reflex's preview mode builds the page and starts anew at each save."""

from __future__ import annotations

from reflex.reflex import cli

from portrait_app.settings import Settings


def main() -> int:
    """Serve until SIGTERM or SIGINT, on one port as the built page does, so that forms and links work alike."""
    settings = Settings.read()
    port = str(settings.port)
    cli(["run", "--env", "preview", "--frontend-port", port, "--backend-port", port], standalone_mode=False)
    return 0
