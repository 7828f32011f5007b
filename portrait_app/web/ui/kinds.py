"""The kinds of value furniture takes: each may be plain, or a Var that changes while it is looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypeAlias

if TYPE_CHECKING:
    import reflex as rx
    from reflex.event import EventType

Words: TypeAlias = "str | rx.Var[str]"
Truth: TypeAlias = "bool | rx.Var[bool]"
Amount: TypeAlias = "float | rx.Var[int] | rx.Var[float]"
Child: TypeAlias = "rx.Component | rx.Var[Any] | str"
Act: TypeAlias = "EventType[()]"
Tone: TypeAlias = Literal["plain", "busy", "good", "care", "error"]
