"""Recovery codes: eight words to put away, each of which stands in for a lost passkey once."""

from __future__ import annotations

import asyncio
import secrets
from typing import TYPE_CHECKING

from portrait_app.domain.mail import MailKind
from portrait_app.domain.recovery import AT_ONCE, RecoveryCode
from portrait_app.services import limits, mails, passwords
from portrait_app.services.complaints import WrongInput

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from portrait_app.services.work import Desk, Work

# Crockford's base 32 leaves out what is taken for something else. The first letter names the code's place in the set,
# so that one slow hash is checked and not eight; the other nine are random: 45 bits (ASVS 5.0 6.5.4 asks for 20).
LETTERS = "0123456789abcdefghjkmnpqrstvwxyz"
_MISREAD = str.maketrans("oil", "011", "- \t")
_LENGTH = 10
WRONG = "This is none of your codes, or it was used before. Each works once."


def made() -> list[str]:
    """Make a new set, as it is shown to the person: `0h4k9-x2m7q`."""
    return [_shown(LETTERS[place] + _random(_LENGTH - 1)) for place in range(AT_ONCE)]


async def hashes_of(codes: Sequence[str]) -> list[str]:
    """Return what is kept of them. It takes a third of a second, so not within a transaction."""
    return list(await asyncio.gather(*(passwords.hashed(_read(code)) for code in codes)))


async def replace(work: Work, hashes: Sequence[str]) -> None:
    """Keep a new set in place of the old one, of which none works any more."""
    await work.recovery_codes.forget()
    work.session.add_all(
        RecoveryCode(owner_id=work.owner_id, position=place, code_hash=kept) for place, kept in enumerate(hashes)
    )


async def find(desk: Desk, owner_id: UUID, typed: str) -> UUID:
    """Return which of the person's codes this is.

    Raises:
        TooManyTries: they have tried too often; nothing was looked at.
        WrongInput: it is none of theirs.
    """
    await limits.take(desk, limits.CODE_OF_PERSON, str(owner_id))
    code = _read(typed)
    place = LETTERS.find(code[:1]) if len(code) == _LENGTH else -1
    async with desk.for_person(owner_id) as work:
        known = await work.recovery_codes.at(place)
    is_right = await passwords.matches(code, known.code_hash if known else None)
    if known is None or known.used_at or not is_right:
        raise WrongInput({"code": WRONG})
    return known.id


async def use(work: Work, code_id: UUID) -> None:
    """Use a code up, and say so by mail.

    Raises:
        WrongInput: somebody else was quicker.
    """
    if not await work.recovery_codes.use(code_id):
        raise WrongInput({"code": WRONG})
    await mails.write(work, MailKind.CODE_USED, (await work.accounts.mine()).email)
    await work.tell("account", work.owner_id)


def _random(count: int) -> str:
    return "".join(secrets.choice(LETTERS) for _ in range(count))


def _shown(code: str) -> str:
    return f"{code[: _LENGTH // 2]}-{code[_LENGTH // 2 :]}"


def _read(typed: str) -> str:
    """Read a code however it was typed: in capitals, without its dash, an o for a zero."""
    return typed.strip().casefold().translate(_MISREAD)[: _LENGTH + 1]
