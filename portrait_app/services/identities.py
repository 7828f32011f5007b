"""Accounts elsewhere: signing in with one, making an account by one, linking and unlinking them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy.exc import IntegrityError

from portrait_app.adapters.oidc import ProviderError
from portrait_app.database.accounts import appoint_operator, verified_account_at
from portrait_app.database.address import Role
from portrait_app.database.identities import identity_of
from portrait_app.domain.account import Account
from portrait_app.domain.clock import now
from portrait_app.domain.identity import Identity
from portrait_app.domain.rows import new_id
from portrait_app.domain.text import one_line
from portrait_app.services import accounts, fresh, sessions, steps, ways
from portrait_app.services.accounts import NotInvited
from portrait_app.services.complaints import LONGEST_NAME, about_email
from portrait_app.services.errands import TooLate

if TYPE_CHECKING:
    from uuid import UUID

    from portrait_app.domain.identity import Claim
    from portrait_app.services.accounts import SignUp
    from portrait_app.services.sessions import SignedIn, Someone
    from portrait_app.services.steps import Entered
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


@dataclass(frozen=True)
class Newcomer:
    """Whoever comes from a provider.

    Attributes:
        claim: what the provider said, checked.
        provider: what it is called.
        device: what the browser says that it is.
        mode: who may make an account.
        invite: the token of an invitation, or nothing.
    """

    claim: Claim
    provider: str
    device: str
    mode: SignUp
    invite: str = ""


async def sign_in(desk: Desk, comer: Newcomer) -> Entered:
    """Open a session for whoever this is, and make them an account when they are new.

    A provider counts as one step, unless it says that it asked for two (ASVS 5.0 6.8.4).

    Raises:
        Unverified: they are new here, and the provider doesn't vouch for their address.
        AddressKnown: the address has an account whose owner has not proven that it is theirs, or asks for two steps.
        NotInvited: they are new here, and sign-up isn't open to whoever asks.
        TooLate: what they were known by changed in another tab meanwhile.
    """
    claim = comer.claim
    async with desk.for_nobody(Role.USER) as session:
        known = await identity_of(session, claim.issuer, claim.subject)
        owner_id = known[1] if known else None
        if owner_id is None and (not claim.is_verified or about_email(claim.email)):
            raise Unverified(comer.provider, "new here")
        linked_to = None if owner_id else await verified_account_at(session, claim.email)
    if owner_id is not None:
        return await _enter(desk, owner_id, comer)
    try:
        return await (_link_and_enter(desk, linked_to, comer) if linked_to else _make(desk, comer))
    except (IntegrityError, NotInvited) as error:
        return await _enter_if_known_by_now(desk, comer, error)


async def link(work: Work, someone: Someone, claim: Claim, name: str) -> None:
    """Let the person this work is for sign in with an account elsewhere from now on; twice is no error.

    Raises:
        NotFresh: they signed in some time ago.
        LinkedElsewhere: another person does.
    """
    await fresh.require(work, someone)
    known = await identity_of(work.session, claim.issuer, claim.subject)
    if known is not None and known[1] != work.owner_id:
        raise LinkedElsewhere(name, str(known[0]))
    if known is not None:
        return
    work.session.add(_identity(work, claim))
    try:
        await ways.changed(work)
    except IntegrityError as error:
        raise LinkedElsewhere(name, "meanwhile") from error


async def unlink(work: Work, someone: Someone, identity_id: UUID) -> None:
    """Have an account elsewhere open nothing here any more; every other browser is signed out.

    Raises:
        NotFresh: the person signed in some time ago.
        NotFound: the asker has none of this id.
        LastWayIn: nothing else would let them in.
    """
    await fresh.require(work, someone)
    identity = await work.identities.get(identity_id)
    await ways.require_another(work)
    await work.session.delete(identity)
    await ways.taken_away(work, but=someone.session_id)


async def _enter_if_known_by_now(desk: Desk, comer: Newcomer, error: IntegrityError | NotInvited) -> Entered:
    """Let in whom another of their own tabs made known a moment ago; refuse others for what stood in their way."""
    async with desk.for_nobody(Role.USER) as session:
        known = await identity_of(session, comer.claim.issuer, comer.claim.subject)
    if known is not None:
        return await _enter(desk, known[1], comer)
    if isinstance(error, NotInvited):
        raise error
    if "accounts_email" in str(error.orig):
        raise AddressKnown(comer.provider, "unproven address") from None
    raise TooLate("changed in another tab meanwhile") from error


async def _enter(desk: Desk, owner_id: UUID, comer: Newcomer) -> Entered:
    claim = comer.claim
    async with desk.for_person(owner_id) as work:
        await work.accounts.hold()
        mine = {(each.issuer, each.subject): each for each in await work.identities.all()}
        if (claim.issuer, claim.subject) not in mine:
            raise TooLate("removed meanwhile")
        mine[claim.issuer, claim.subject].used_at = now()
        if claim.took_two_steps:
            return await _open(work, comer)
        return await steps.after_one(work, comer.device, is_proven=claim.is_proven)


async def _link_and_enter(desk: Desk, owner_id: UUID, comer: Newcomer) -> SignedIn:
    """Both sides have proven the same address: the account's owner here, this person there.

    It is one step: where two are asked for, the way in is added by who has taken both. The account is held: whoever
    changes the address at this moment, or signs everybody out, comes before it or after.
    """
    async with desk.for_person(owner_id) as work:
        await work.accounts.hold()
        if await verified_account_at(work.session, comer.claim.email) != owner_id:
            raise TooLate("another address since")
        if await ways.asks_two(work):
            raise AddressKnown(comer.provider, "asks for two steps")
        work.session.add(_identity(work, comer.claim))
        await ways.changed(work)
        return await _open(work, comer)


async def _make(desk: Desk, comer: Newcomer) -> SignedIn:
    claim = comer.claim
    called = one_line(claim.name)[:LONGEST_NAME] or claim.email.partition("@")[0]
    account = Account(id=new_id(), name=called, email=claim.email, password_hash="", verified_at=now())
    async with desk.for_person(account.id) as work:
        await accounts.add(work, account, comer.mode, comer.invite)
        await appoint_operator(work.session)
        work.session.add(_identity(work, claim))
        return await _open(work, comer)


async def _open(work: Work, comer: Newcomer) -> SignedIn:
    claim = comer.claim
    return await sessions.open_session(
        work, comer.device, is_proven=claim.is_proven, took_two_steps=claim.took_two_steps
    )


def _identity(work: Work, claim: Claim) -> Identity:
    return Identity(
        owner_id=work.owner_id,
        provider=claim.provider,
        issuer=claim.issuer,
        subject=claim.subject,
        label=one_line(claim.email or claim.name)[:254],
        used_at=now(),
    )
