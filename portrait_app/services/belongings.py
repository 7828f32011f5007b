"""Everything that a person has here, read for them to take away: each kind of row as text, and each picture's name."""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from portrait_app.database.exports import pages_of
from portrait_app.domain.account import Account, Invite, Session
from portrait_app.domain.catalogue import TRAINERS
from portrait_app.domain.consent import Consent
from portrait_app.domain.export import Export
from portrait_app.domain.generation import Asset, Generation
from portrait_app.domain.identity import Identity
from portrait_app.domain.mail import Mail
from portrait_app.domain.order import Order
from portrait_app.domain.passkey import Passkey
from portrait_app.domain.recovery import RecoveryCode
from portrait_app.domain.selfie import Selfie
from portrait_app.domain.training import Training
from portrait_app.services.requests import prediction_input

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from sqlmodel import SQLModel

    from portrait_app.services.work import Work

SCHEMA = "portrait-studio-export/1"


class Section(NamedTuple):
    """One kind of row, and the columns of it that leave the house: no hash, no token, no key of a passkey."""

    name: str
    row: type[SQLModel]
    columns: str
    owner: str = "owner_id"


SECTIONS = (
    Section(
        "account",
        Account,
        "id name email verified_at look preferences picture_id usual_model_id photos_stay_days created_at two_steps_at "
        "leave_at let_in_at",
        owner="id",
    ),
    Section("consents", Consent, "id text_version given_at withdrawn_at"),
    Section("sessions", Session, "id device took_two_steps is_proven created_at seen_at expires_at revoked_at"),
    Section("passkeys", Passkey, "id name is_synced created_at used_at"),
    Section("recovery_codes", RecoveryCode, "id position created_at used_at"),
    Section("identities", Identity, "id provider issuer subject label created_at used_at"),
    Section("invitations", Invite, "id created_at expires_at used_at"),
    Section("mails", Mail, "id kind address created_at sent_at"),
    Section(
        "face_models",
        Training,
        "id name status trainer version phase trouble created_at started_at ended_at photos_deleted_at identity "
        "deleted_at removal_asked_at removed_at",
    ),
    Section(
        "selfies",
        Selfie,
        "id training_id filename status hints is_overruled refusal seen key width height colour created_at",
    ),
    Section(
        "orders",
        Generation,
        "id training_id style aspect count seed is_first_set status trouble created_at ended_at",
    ),
    Section(
        "portraits",
        Asset,
        "id generation_id training_id position style status key mime bytes width height colour likeness face loss "
        "trouble created_at kept_at deleted_at",
    ),
    Section(
        "engine_jobs",
        Order,
        "id kind training_id generation_id status job_id attempts tries is_double doubt version created_at sent_at "
        "ended_at",
    ),
    Section("exports", Export, "id status bytes created_at ready_at expires_at"),
)
LEFT_OUT = {
    "operators": "whether the studio is theirs is no data of theirs",
    "deliveries": "numbers of the engine's calls, forgotten after an hour",
    "held_pictures": "portraits on their way; a ZIP waits for them, since while there is no place for them it has none",
    "watchers": "that a tab is open just now",
}
"""Tables with an owner that no section holds, each with why."""


class File(NamedTuple):
    """A picture: where it lies in the bucket, and what it is called in the ZIP."""

    key: str
    name: str


@dataclass
class Belongings:
    """All of it: rows as lines of JSON by section, and the files they name."""

    sections: dict[str, list[bytes]] = field(default_factory=dict["str", "list[bytes]"])
    files: list[File] = field(default_factory=list[File])

    def document(self, made_at: datetime, missing: Sequence[str]) -> bytes:
        """Write `data.json`: a row a line. `missing` are files that were deleted while the ZIP was being made."""
        head = {"schema": SCHEMA, "made_at": made_at, "missing_files": list(missing)}
        parts = [f'"{name}": {_json(said)}'.encode() for name, said in head.items()]
        for name, rows in self.sections.items():
            parts.append(b'"%s": [\n%s\n]' % (name.encode(), b",\n".join(rows)) if rows else f'"{name}": []'.encode())
        return b"{\n" + b",\n".join(parts) + b"\n}\n"


async def read(work: Work) -> Belongings:
    """Read all that the person has, with their own rights: it can hold nothing that they could not see."""
    found, names = Belongings(), _Names()
    for section in SECTIONS:
        rows = found.sections.setdefault(section.name, [])
        columns = section.columns.split()
        async for page in pages_of(work.session, section.row, columns, section.owner, work.owner_id):
            for row in page:
                said = dict(zip(columns, row, strict=True))
                if key := names.complete(section.name, said):
                    found.files.append(File(key, said["file"]))
                rows.append(_json(said).encode())
    return found


class _Names:
    """Gives each picture its name in the ZIP, and adds to rows what follows from others."""

    def __init__(self) -> None:
        self._folders: dict[UUID, str] = {}
        self._trainers: dict[UUID, str] = {}
        self._seeds: dict[UUID, int] = {}
        self._numbers: Counter[str] = Counter()

    def complete(self, section: str, said: dict[str, Any]) -> str | None:
        """Add what this row's kind has besides its columns; return the key of its file, when it has one."""
        if section == "face_models":
            self._trainers[said["id"]] = said["trainer"]
            self._folders[said["id"]] = f"selfies/{len(self._folders) + 1}{_dashed(said['name'])}"
        elif section == "orders":
            self._seeds[said["id"]] = said["seed"]
            said |= self._as_sent(said)
        key: str | None = said.pop("key", None)
        if section == "portraits":
            said["seed"] = self._seeds[said["generation_id"]] + said["position"]
        if key is not None:
            said["file"] = self._name_of(section, said, key)
        return key

    def _name_of(self, section: str, said: dict[str, Any], key: str) -> str:
        ending = key.rpartition(".")[2]
        if section == "selfies":
            stem = f"{self._folders[said['training_id']]}/"
        else:
            folder = "videos" if said["mime"].startswith("video/") else "portraits"
            day = said["kept_at"] or said["created_at"]
            stem = f"{folder}/{day:%Y-%m-%d}{_dashed(said['style'])}-"
        self._numbers[stem] += 1
        return f"{stem}{self._numbers[stem]:02}.{ending}"

    def _as_sent(self, said: dict[str, Any]) -> dict[str, Any]:
        """What the engine is given for an order: made anew from the row, by what makes it when it is sent."""
        trainer = TRAINERS.get(self._trainers[said["training_id"]])
        try:
            sent = trainer and prediction_input(Generation(**said), trainer, seed=said["seed"])
        except KeyError:  # a style or a shape that this version of the studio no longer has
            sent = None
        return {"model": trainer and trainer.generator, "sent_to_engine": sent, "prompt": sent and sent.get("prompt")}


def _dashed(words: str) -> str:
    """Make a name fit for any file system: plain letters and digits, with a dash before; nothing when none is left."""
    plain = unicodedata.normalize("NFKD", words).encode("ascii", "ignore").decode().lower()
    kept = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:40]
    return f"-{kept}" if kept else ""


def _json(said: object) -> str:
    return json.dumps(said, ensure_ascii=False, default=_plain)


def _plain(said: object) -> str:
    return said.isoformat() if isinstance(said, datetime) else str(said)
