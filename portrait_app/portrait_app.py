"""The front door: the app, its pages, and the plain HTTP routes beside it."""

from __future__ import annotations

from contextlib import asynccontextmanager
from functools import cache
from typing import TYPE_CHECKING

import reflex as rx
from reflex.utils.prerequisites import get_web_dir
from reflex_base import constants
from starlette.applications import Starlette
from starlette.middleware import Middleware

from portrait_app import logs
from portrait_app.http.auth import Doors
from portrait_app.http.exports import export_routes
from portrait_app.http.headers import OVER_TLS, CareHeaders
from portrait_app.http.health import health_routes
from portrait_app.http.links import Letterbox
from portrait_app.http.media import media_routes
from portrait_app.http.oidc import ProviderDoors
from portrait_app.http.passkeys import PasskeyDoors
from portrait_app.http.policy import policy
from portrait_app.http.selfies import selfie_routes
from portrait_app.http.steps import StepDoors
from portrait_app.http.trash import trash_routes
from portrait_app.http.unanswered import last_words
from portrait_app.http.unsubscribing import unsubscribe_routes
from portrait_app.http.webhook import webhook_routes
from portrait_app.http.worn import WearsLook
from portrait_app.services import showing
from portrait_app.settings import Settings
from portrait_app.web import house, live, shell, voice
from portrait_app.web.arguments import ReadsArguments
from portrait_app.web.create.page import create_page
from portrait_app.web.create.state import CreateState
from portrait_app.web.gallery.page import gallery_page
from portrait_app.web.gallery.state import GalleryState
from portrait_app.web.home.page import home_page
from portrait_app.web.home.state import HomeState
from portrait_app.web.tab import OnePerson
from portrait_app.web.train.page import train_page
from portrait_app.web.train.state import TrainState
from portrait_app.web.welcome.lost import lost_page
from portrait_app.web.welcome.page import welcome_page
from portrait_app.web.you.data.page import data_page
from portrait_app.web.you.data.state import DataState
from portrait_app.web.you.face.page import face_page
from portrait_app.web.you.face.state import FaceState
from portrait_app.web.you.page import you_page
from portrait_app.web.you.preferences.page import preferences_page
from portrait_app.web.you.preferences.state import PreferencesState
from portrait_app.web.you.state import YouState
from portrait_app.web.you.trash.page import trash_page
from portrait_app.web.you.trash.state import TrashState
from portrait_app.wiring import open_workshop

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from starlette.routing import Route

DESCRIPTION = "Portraits of yourself in many styles, from a handful of selfies."


def own_routes() -> list[Route]:
    """Lay out the routes that are no Reflex pages; the house is furnished when the process has started."""
    return [
        *Doors(house.workshop).routes(),
        *PasskeyDoors(house.workshop).routes(),
        *StepDoors(house.workshop).routes(),
        *ProviderDoors(house.workshop).routes(),
        *Letterbox(house.workshop).routes(),
        *selfie_routes(house.workshop),
        *unsubscribe_routes(house.workshop),
        *export_routes(house.workshop),
        *trash_routes(house.workshop),
        *webhook_routes(house.workshop),
        *health_routes(house.workshop),
        *media_routes(
            lambda: house.workshop().desk.buckets, lambda link: showing.is_shown(house.workshop().desk, link)
        ),
    ]


@cache
def _headers() -> dict[str, str]:
    """Read the security policy off the pages, once they have been built; a start after a new build reads it anew."""
    settings = Settings.read()
    sockets = [f"ws{origin.removeprefix('http')}" for origin in settings.origins]
    built = get_web_dir() / constants.Dirs.STATIC
    pictures = [settings.store.origin] if settings.store else []
    headers = {"content-security-policy": policy(built, sockets, pictures)}
    return {**headers, **OVER_TLS} if settings.is_https else headers


@asynccontextmanager
async def _in_the_house() -> AsyncGenerator[None]:
    """Furnish the house while the process lives, and carry its news to open tabs."""
    settings = Settings.read()
    logs.set_up(settings.log_level)
    async with open_workshop(settings) as workshop:
        house.move_in(workshop)
        async with live.carrying_news(app), workshop.offers.kept_fresh():
            yield


app = rx.App(
    api_transformer=Starlette(
        routes=own_routes(),
        exception_handlers=last_words(lambda: house.workshop().settings),
        middleware=[Middleware(CareHeaders, more=_headers), Middleware(WearsLook, workshop_of=house.workshop)],
    ),
    backend_exception_handler=voice.backend_exception_handler,
    **shell.app_options(),
)
app.register_lifespan_task(_in_the_house)
app.add_middleware(ReadsArguments())
app.add_middleware(OnePerson())

app.add_page(welcome_page, route="/", title="Portrait Studio", description=DESCRIPTION)
app.add_page(lost_page, route="404", title="Nothing here · Portrait Studio", description=DESCRIPTION)
for route, title, page, state in (
    ("/home", "Home", home_page, HomeState),
    ("/train", "Train", train_page, TrainState),
    ("/create", "Create", create_page, CreateState),
    ("/gallery", "Gallery", gallery_page, GalleryState),
    ("/you", "You", you_page, YouState),
    ("/you/data", "Your data", data_page, DataState),
    ("/you/trash", "Trash", trash_page, TrashState),
    ("/you/face", "What is kept", face_page, FaceState),
    ("/you/preferences", "Preferences", preferences_page, PreferencesState),
):
    app.add_page(page, route=route, title=f"{title} · Portrait Studio", description=DESCRIPTION, on_load=state.enter)
