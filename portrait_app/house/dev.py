"""The web process for whoever changes the code: Reflex's preview mode builds the page and starts anew at each save."""

from __future__ import annotations

from reflex.reflex import cli

from portrait_app.settings import Settings


def main() -> int:
    """Serve until SIGTERM or SIGINT, on one port as the built page does, so that forms and links work alike."""
    settings = Settings.read()
    port = str(settings.port)
    host = "127.0.0.1" if settings.host == "localhost" else settings.host  # its server takes numbers only
    at = ["--backend-host", host, "--frontend-port", port, "--backend-port", port]
    cli(["run", "--env", "preview", *at], standalone_mode=False)
    return 0
