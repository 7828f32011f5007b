"""Accounts elsewhere: signing in with one, making an account by one, linking and unlinking them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy.exc import IntegrityError

from portrait_app.adapters.oidc import ProviderError
from portrait_app.database.accounts import verified_account_at
from portrait_app.database.address import Role
from portrait_app.database.identities import identity_of
from portrait_app.domain.account import Account
from portrait_app.domain.clock import now
from portrait_app.domain.identity import Identity
from portrait_app.domain.rows import new_id
from portrait_app.domain.text import one_line
from portrait_app.services import ways
from portrait_app.services.accounts import LONGEST_NAME, SignedIn, open_session

if TYPE_CHECKING:
    from uuid import UUID

    from portrait_app.domain.identity import Claim
    from portrait_app.services.work import Desk, Work


class Unverified(ProviderError):
    """The provider says an address and not that it is theirs: whoever types ours there would get in."""

    headline = "Your address isn't verified there"
    words = (
        "{name} hasn't made sure that your e-mail address is yours. Verify it there and come back; or sign in here "
        "another way, and add {name} under You."
    )


class AddressKnown(ProviderError):
    """There is an account with this address, and nobody has proven here that it is theirs."""

    headline = "There is an account with this address"
    words = "Sign in to it with its password or passkey; then add {name} under You. Nothing was changed."


class LinkedElsewhere(ProviderError):
    """Another person of this studio signs in with this account."""

    headline = "Somebody signs in with this account already"
    words = "This {name} account belongs to another account of this studio. Nothing was changed."


async def sign_in(desk: Desk, claim: Claim, name: str, device: str) -> SignedIn:
    """Open a session for whoever this is, and make them an account when they are new.

    Args:
        desk: where work begins.
        claim: what the provider said, checked.
        name: what the provider is called.
        device: what the browser says that it is.

    Raises:
        Unverified: they are new here, and the provider doesn't vouch for their address.
        AddressKnown: the address has an account whose owner has not proven that it is theirs.
    """
    async with desk.for_nobody(Role.USER) as session:
        known = await identity_of(session, claim.issuer, claim.subject)
        owner_id = known[1] if known else None
        if owner_id is None and not claim.is_verified:
            raise Unverified(name, "new here")
        linked_to = None if owner_id else await verified_account_at(session, claim.email)
    if owner_id is not None:
        return await _enter(desk, owner_id, claim, device)
    if linked_to is not None:
        return await _link_and_enter(desk, linked_to, claim, device)
    return await _make(desk, claim, name, device)


async def link(work: Work, claim: Claim, name: str) -> None:
    """Let the person this work is for sign in with an account elsewhere from now on; twice is no error.

    Raises:
        LinkedElsewhere: another person does.
    """
    known = await identity_of(work.session, claim.issuer, claim.subject)
    if known is not None and known[1] != work.owner_id:
        raise LinkedElsewhere(name, str(known[0]))
    if known is None:
        work.session.add(_identity(work, claim))
    await work.tell("account", work.owner_id)


async def unlink(work: Work, identity_id: UUID) -> None:
    """Have an account elsewhere open nothing here any more.

    Raises:
        NotFound: the asker has none of this id.
        LastWayIn: nothing else would let them in.
    """
    identity = await work.identities.get(identity_id)
    await ways.require_another(work)
    await work.session.delete(identity)
    await work.tell("account", work.owner_id)


async def _enter(desk: Desk, owner_id: UUID, claim: Claim, device: str) -> SignedIn:
    async with desk.for_person(owner_id) as work:
        for identity in await work.identities.all():
            if (identity.issuer, identity.subject) == (claim.issuer, claim.subject):
                identity.used_at = now()
        return SignedIn(owner_id, open_session(work, device))


async def _link_and_enter(desk: Desk, owner_id: UUID, claim: Claim, device: str) -> SignedIn:
    """Both sides have proven the same address: the account's owner here, this person there."""
    async with desk.for_person(owner_id) as work:
        work.session.add(_identity(work, claim))
        await work.tell("account", owner_id)
        return SignedIn(owner_id, open_session(work, device))


async def _make(desk: Desk, claim: Claim, name: str, device: str) -> SignedIn:
    called = one_line(claim.name)[:LONGEST_NAME] or claim.email.partition("@")[0]
    account = Account(id=new_id(), name=called, email=claim.email, password_hash="", verified_at=now())
    try:
        async with desk.for_person(account.id) as work:
            work.session.add(account)
            await work.session.flush()
            work.session.add(_identity(work, claim))
            return SignedIn(account.id, open_session(work, device))
    except IntegrityError as error:
        if "accounts_email" not in str(error.orig):
            raise
        raise AddressKnown(name, "unproven address") from None


def _identity(work: Work, claim: Claim) -> Identity:
    return Identity(
        owner_id=work.owner_id,
        provider=claim.provider,
        issuer=claim.issuer,
        subject=claim.subject,
        label=one_line(claim.email or claim.name)[:254],
        used_at=now(),
    )
