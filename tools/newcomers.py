"""Lets tests and measurements have as many people as they need, each signed in, without an operator's tap for each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg

from portrait_app.services import accounts, sessions
from portrait_app.services.accounts import SignUp

if TYPE_CHECKING:
    from portrait_app.database.address import Address
    from portrait_app.services.sessions import SignedIn
    from portrait_app.services.work import Desk


async def signs_up(
    desk: Desk, *, name: str, email: str, password: str, device: str, mode: SignUp = SignUp.OPEN, invite: str = ""
) -> SignedIn:
    """Sign somebody up in a house without a mail server, and let them in as its operator would.

    Raises:
        WrongInput, NotInvited: as for everybody.
        SignedOut: no account came of it: the address has one, or somebody else used the invitation.
    """
    account = await accounts.ask_for_account(desk, name=name, email=email, password=password, mode=mode, invite=invite)
    account_id = account.id
    if signed := await accounts.come_first(desk, account, device, mode, invite):
        return signed
    await accounts.make_account(desk, account, mode, invite)
    let_in(desk.database.address, email)
    async with desk.for_person(account_id) as work:
        await work.accounts.mine()
        return await sessions.open_session(work, device, is_proven=True)


def let_in(address: Address, email: str) -> bool:
    """Let somebody in, past the operator. False where there is no such account yet, or it is let in."""
    with psycopg.connect(address.conninfo()) as admin:
        let = "UPDATE app.accounts SET let_in_at = now() WHERE email = %s AND let_in_at IS NULL"
        return admin.execute(let, [email]).rowcount > 0
