"""The look a page wears, as the studio knows it: put on as soon as the page hears of it (js/furniture.js)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reflex_components_core.el.elements.base import BaseHTML

if TYPE_CHECKING:
    import reflex as rx

    from portrait_app.web.ui.kinds import Words


class WornLook(BaseHTML):
    """An element that is never seen. When its value changes, so does what the page wears."""

    tag = "worn"  # Reflex names a component of its own after it, which can't have a dash
    alias = "worn-look"


def worn_look(look: Words) -> rx.Component:
    """Have the page wear this, in the words of the cookie `look` (web/theme.py); empty changes nothing."""
    return WornLook.create(custom_attrs={"value": look}, hidden=True)
