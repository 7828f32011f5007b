"""The room before the door: what the studio is, for everybody."""

from portrait_app.web.welcome.page import DESCRIPTION, TITLE, welcome

__all__ = ["DESCRIPTION", "TITLE", "welcome"]
