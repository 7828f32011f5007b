"""Queries about people and their sessions; the few that run before anyone is signed in are look-ups by function."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import func, text
from sqlalchemy.orm import defer
from sqlmodel import col, delete, select

from portrait_app.domain.account import Account, Invite, Operator, Session
from portrait_app.errors import SignedOut

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession


MOST_DOUBTS = 20
LINKS_LIVE = timedelta(hours=1)  # at most
_HASH: Any = Account.password_hash
_ONE_FIRST = text("SELECT pg_advisory_xact_lock(hashtextextended('the first account', 0))")


class Behind(NamedTuple):
    """A living session: whose, whether it was opened by two steps, and whether its owner asks for two."""

    id: UUID
    owner_id: UUID
    took_two_steps: bool
    asks_two_steps: bool


class Usage(NamedTuple):
    """How much the whole house is used: figures over everybody."""

    accounts: int
    active: int
    trainings: int
    portraits: int


class Waiting(NamedTuple):
    """Somebody who asked for an account and whom nobody has let in yet, one `of_all` who wait."""

    id: UUID
    name: str
    email: str
    since: datetime
    of_all: int


class HouseDoubt(NamedTuple):
    """An order of somebody's of which nobody can say whether the engine took it: what to look for there, and when."""

    kind: str
    doubt: str
    since: datetime


class Accounts:
    """The account of the person who asks."""

    def __init__(self, session: AsyncSession, owner_id: UUID) -> None:
        self.session = session
        self.owner_id = owner_id

    async def mine(self) -> Account:
        """Return the asker's own account."""
        found = (await self.session.scalars(select(Account).where(col(Account.id) == self.owner_id))).first()
        if found is None:
            raise SignedOut(f"no account {self.owner_id}")
        return found

    async def find(self) -> Account | None:
        """Return the asker's own account, or None when they have left.

        Without the password's hash, which no job may read.
        """
        mine = select(Account).where(col(Account.id) == self.owner_id)
        return (await self.session.scalars(mine.options(defer(_HASH, raiseload=True)))).first()

    async def email(self) -> str:
        """Return the asker's address alone: jobs, which write to people, can't read the rest of an account."""
        return (await self.session.scalars(select(col(Account.email)).where(col(Account.id) == self.owner_id))).one()

    async def held(self) -> Account | None:
        """Return the asker's own account, or None; others don't change it until this transaction ends."""
        mine = select(Account).where(col(Account.id) == self.owner_id)
        return (await self.session.scalars(mine.with_for_update(key_share=True))).first()

    async def hold(self) -> None:
        """Keep others from changing the account until this transaction ends.

        Who adds a row of this person's doesn't wait: of a job that did, with its row in hand, and of whoever holds the
        account and asks for that row, Postgres would end one in an error.
        """
        mine = select(col(Account.id)).where(col(Account.id) == self.owner_id)
        await self.session.execute(mine.with_for_update(key_share=True))

    async def session_by_id(self, session_id: UUID) -> Session | None:
        """Return one of the asker's sessions."""
        return (await self.session.scalars(select(Session).where(col(Session.id) == session_id))).first()

    async def sessions(self) -> Sequence[Session]:
        """Return the asker's living sessions, the last used first."""
        living = (
            select(Session)
            .where(col(Session.revoked_at).is_(None), col(Session.expires_at) > func.now())
            .order_by(col(Session.seen_at).desc(), col(Session.id).desc())
        )
        return (await self.session.scalars(living)).all()

    async def forget_old_sessions(self) -> None:
        """Delete the asker's sessions that ran out, once their end need end no link any more (`database/pixels`)."""
        await self.session.execute(delete(Session).where(col(Session.expires_at) < func.now() - LINKS_LIVE))

    async def is_operator(self) -> bool:
        """Whether the house is the asker's."""
        return (await self.session.scalars(select(Operator))).first() is not None

    async def usage(self) -> Usage | None:
        """Return how much the whole house is used, to its operator; None to anybody else."""
        found = (await self.session.execute(text("SELECT * FROM app.usage()"))).first()
        return Usage(*found) if found else None

    async def doubts(self) -> Sequence[HouseDoubt]:
        """Return the oldest orders in doubt of the whole house, to its operator; nothing to anybody else."""
        query = text("SELECT kind, doubt, since FROM app.doubts_of_house(:most)")
        found = await self.session.execute(query, {"most": MOST_DOUBTS})
        return [HouseDoubt(*row) for row in found]

    async def waiting(self, most: int) -> Sequence[Waiting]:
        """Return who has waited longest to be let in, to the operator; nothing to anybody else."""
        found = await self.session.execute(text("SELECT * FROM app.waiting(:most)"), {"most": most})
        return [Waiting(*row) for row in found]

    async def let_in(self, account_id: UUID) -> bool:
        """Let somebody in who waits, by the operator's word; False when the asker isn't, or nobody of this id waits."""
        return bool((await self.session.execute(text("SELECT * FROM app.let_in(:id)"), {"id": account_id})).first())

    async def turn_away(self, account_id: UUID) -> bool:
        """Delete the account of somebody who waits, by the operator's word; False as for `let_in`."""
        return bool((await self.session.execute(text("SELECT * FROM app.turn_away(:id)"), {"id": account_id})).first())

    async def invites(self) -> Sequence[Invite]:
        """Return the asker's invitations that can still be used, the newest first."""
        fresh = select(Invite).where(col(Invite.used_at).is_(None), col(Invite.expires_at) > func.now())
        return (await self.session.scalars(fresh.order_by(col(Invite.id).desc()))).all()

    async def take_back(self, invite_id: UUID) -> bool:
        """Delete an invitation of the asker's that can still be used; False when there is none of this id."""
        unused = delete(Invite).where(col(Invite.id) == invite_id, col(Invite.used_at).is_(None))
        gone = unused.where(col(Invite.expires_at) > func.now()).returning(col(Invite.id))
        return await self.session.scalar(gone) is not None


async def password_of(session: AsyncSession, email: str) -> tuple[UUID, str] | None:
    """Return whose address this is and the hash of their password, or None."""
    found = (
        await session.execute(text("SELECT id, password_hash FROM app.password_of(:email)"), {"email": email})
    ).first()
    return (found[0], found[1]) if found else None


async def session_of(
    session: AsyncSession, token_hash: bytes, idle: timedelta, touch_after: timedelta
) -> Behind | None:
    """Return the living session with this token, or None; note that it was used."""
    asked = {"hash": token_hash, "idle": idle, "touch": touch_after}
    columns = ", ".join(Behind._fields)
    found = (
        await session.execute(text(f"SELECT {columns} FROM app.session_of(:hash, :idle, :touch)"), asked)  # noqa: S608 -- our words
    ).first()
    return Behind(*found) if found else None


async def verified_account_at(session: AsyncSession, email: str) -> UUID | None:
    """Return whose address this is, when they have proven that it is theirs; None otherwise."""
    return await session.scalar(text("SELECT id FROM app.verified_account_at(:email)"), {"email": email})


async def take_try(session: AsyncSession, key: bytes, step: timedelta, burst: timedelta) -> float:
    """Take one try of a limit; return 0, or the seconds to wait for the next."""
    asked = {"key": key, "step": step, "burst": burst}
    return await session.scalar(text("SELECT app.take_try(:key, :step, :burst)"), asked) or 0.0


async def is_empty(session: AsyncSession) -> bool:
    """Whether the house is nobody's yet: no account was ever entered."""
    return bool(await session.scalar(text("SELECT app.is_empty()")))


async def is_empty_for_us(session: AsyncSession) -> bool:
    """Whether the house is nobody's yet, and stays so until this transaction ends: who asks meanwhile waits."""
    if not await is_empty(session):
        return False
    await session.execute(_ONE_FIRST)
    return await is_empty(session)


async def appoint_operator(session: AsyncSession) -> None:
    """Let the asker, who comes in, be the operator when there is none; accounts nobody ever entered go then."""
    await session.execute(text("SELECT app.appoint_operator()"))


async def tell_operator(session: AsyncSession) -> None:
    """Have the operator's open tabs look anew, whoever that is."""
    await session.execute(text("SELECT app.tell_operator()"))


async def come_by_invite(session: AsyncSession, token_hash: bytes) -> None:
    """Let the asker in by an invitation that was used up in this transaction."""
    await session.execute(text("SELECT app.come_by_invite(:hash)"), {"hash": token_hash})


async def forget_who_waits(session: AsyncSession, older_than: timedelta) -> int:
    """Delete accounts that nobody let in and whose address nobody confirmed, by age. Return how many."""
    return await session.scalar(text("SELECT app.forget_who_waits(:age)"), {"age": older_than}) or 0


async def is_invited(session: AsyncSession, token_hash: bytes) -> bool:
    """Whether an invitation with this token can still be used."""
    return bool((await session.execute(text("SELECT id FROM app.invite_of(:hash)"), {"hash": token_hash})).first())


async def use_invite(session: AsyncSession, token_hash: bytes) -> bool:
    """Use an invitation up; whoever comes second is told no."""
    return bool((await session.execute(text("SELECT id FROM app.use_invite(:hash)"), {"hash": token_hash})).first())
