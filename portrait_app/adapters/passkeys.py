"""Speaks WebAuthn: what a browser is asked for, and whether its answer holds.

By the WebAuthn recommendation (Level 3, chapters 7.1 and 7.2), checked by py_webauthn. The user must be verified, by
face, finger or PIN, so that a passkey is two factors in one.
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import webauthn
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, options_to_json_dict, parse_client_data_json
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    CredentialDeviceType,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from portrait_app.errors import PortraitError
from portrait_app.settings_addresses import origin_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from portrait_app.database.passkeys import Lock
    from portrait_app.domain.account import Account
    from portrait_app.domain.passkey import Passkey

Answer = dict[str, Any]
"""What a browser sends: a PublicKeyCredential as its `toJSON` writes it. Nothing of it is believed unchecked."""

NAME = "Portrait Studio"
_VERIFIED = UserVerificationRequirement.REQUIRED


class NoPasskeysHere(PortraitError):
    """The studio's address is one that no browser gives passkeys to."""

    headline = "Passkeys don't work at this address"


class PasskeyRefused(PortraitError):
    """The answer of an authenticator doesn't hold, or nobody here has this passkey: the words are the same."""

    headline = "That passkey doesn't open anything here"
    hint = "Nothing was changed. Try another one, or sign in another way."


@dataclass(frozen=True)
class House:
    """Whom passkeys are made for: browsers give them to pages of this origin alone."""

    name: str
    origin: str

    @classmethod
    def at(cls, public_url: str) -> House:
        """Read it from the address that people use.

        Raises:
            NoPasskeysHere: it is a number, or neither https nor this very machine; the hint says which.
        """
        parts = urlsplit(public_url)
        host = parts.hostname or ""
        error = NoPasskeysHere(public_url)
        if _is_number(host):
            error.hint = (
                f"They belong to a name, and {host} is a number. Whoever runs the studio can give it a name with "
                "APP_URL; on its own computer, http://localhost works."
            )
            raise error
        if parts.scheme != "https" and host != "localhost" and not host.endswith(".localhost"):
            error.hint = f"Browsers give them to https:// pages alone, and this is {parts.scheme}://{host}."
            raise error
        return cls(host, origin_of(public_url))


@dataclass(frozen=True)
class Question:
    """What a browser is to ask its authenticators, and the challenge in it, by which the answer will be known."""

    challenge: str
    options: dict[str, Any]


@dataclass(frozen=True)
class Made:
    """The public half of a new passkey."""

    credential_id: bytes
    public_key: bytes
    sign_count: int
    is_synced: bool


def ask_for_any(house: House) -> Question:
    """Ask for any passkey of this house, whosever it is."""
    options = webauthn.generate_authentication_options(rp_id=house.name, user_verification=_VERIFIED)
    return Question(bytes_to_base64url(options.challenge), options_to_json_dict(options))


def ask_for_a_new_one(house: House, account: Account, known: Sequence[Passkey]) -> Question:
    """Ask for a new passkey that a sign-in needs no address with, on none of the devices that have one already."""
    options = webauthn.generate_registration_options(
        rp_id=house.name,
        rp_name=NAME,
        user_id=account.id.bytes,
        user_name=account.email,
        user_display_name=account.name,
        exclude_credentials=[PublicKeyCredentialDescriptor(id=each.credential_id) for each in known],
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=_VERIFIED
        ),
    )
    return Question(bytes_to_base64url(options.challenge), options_to_json_dict(options))


def challenge_in(answer: Answer) -> str:
    """Return the challenge that an answer says it answers.

    Raises:
        PasskeyRefused: it can't be read.
    """
    try:
        said = parse_client_data_json(base64url_to_bytes(answer["response"]["clientDataJSON"]))
    except Exception as error:  # on garbage the library raises whatever its parsing raised
        raise PasskeyRefused(f"client data: {type(error).__name__}") from error
    return bytes_to_base64url(said.challenge)


def credential_in(answer: Answer) -> bytes:
    """Return the id of the credential that an answer is said to be made with.

    Raises:
        PasskeyRefused: it can't be read.
    """
    try:
        return base64url_to_bytes(answer["rawId"])
    except Exception as error:  # on garbage the library raises whatever its parsing raised
        raise PasskeyRefused(f"credential: {type(error).__name__}") from error


def made(house: House, challenge: str, answer: Answer) -> Made:
    """Read a new passkey.

    Raises:
        PasskeyRefused: whatever the check stumbles over in it.
    """
    try:
        new = webauthn.verify_registration_response(
            credential=answer,
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=house.name,
            expected_origin=house.origin,
            require_user_verification=True,
        )
    except Exception as error:  # on garbage the library raises whatever its parsing raised
        raise PasskeyRefused(f"{type(error).__name__}: {error}") from error
    is_synced = new.credential_device_type is CredentialDeviceType.MULTI_DEVICE
    return Made(new.credential_id, new.credential_public_key, new.sign_count, is_synced)


def count_of(house: House, lock: Lock, challenge: str, answer: Answer) -> int:
    """Check an answer against the key that it must be signed with; return how often the authenticator says it signed.

    Raises:
        PasskeyRefused: whatever the check stumbles over in it.
    """
    try:
        handle = base64url_to_bytes(answer["response"]["userHandle"])
        verified = webauthn.verify_authentication_response(
            credential=answer,
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=house.name,
            expected_origin=house.origin,
            credential_public_key=lock.public_key,
            credential_current_sign_count=lock.sign_count,
            require_user_verification=True,
        )
    except Exception as error:  # on garbage the library raises whatever its parsing raised
        raise PasskeyRefused(f"{type(error).__name__}: {error}") from error
    _require_theirs(handle, lock.owner_id)
    return verified.new_sign_count


def _require_theirs(handle: bytes, owner_id: UUID) -> None:
    if handle != owner_id.bytes:
        raise PasskeyRefused("the credential is another person's")


def _is_number(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
