"""What a tab wears that was shut while another look was chosen elsewhere, and is opened again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from portrait_app.domain.look import Look
from portrait_app.services import accounts
from tests.matrix.browser import Tab

if TYPE_CHECKING:
    from portrait_app.services.sessions import SignedIn
    from tests.builders import House


@pytest.mark.parametrize("event", ["State.hydrate", "State.hydrate_and_load"])
async def test_a_tab_that_comes_back_does_not_put_on_what_it_wore_before(
    house: House, ada: SignedIn, event: str
) -> None:
    tab = Tab(ada.token, ident=f"back-{event}")
    assert '"auto.265"' in await tab.send("HomeState.enter", [{}])
    async with house.desk.for_person(ada.owner_id) as work:
        await accounts.change_look(work, Look("dark", 30))
    assert "auto.265" not in await tab.send(event, [{}])  # the page came with dark.30, by its cookie
    assert '"dark.30"' in await tab.send("HomeState.enter", [{}])
