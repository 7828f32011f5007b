"""Two people with rows in every table that is somebody's, and objects of every kind in the bucket.

Whatever is Ada's carries her word, so that a crossing is found by searching for it. A new table needs a row of each
person here: `require_filled` fails until it has one.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from pwdlib.hashers.argon2 import Argon2Hasher
from sqlalchemy import create_engine, delete, inspect
from sqlalchemy.orm import Session as Rows

from portrait_app.domain.account import Account, Invite, Operator, Session
from portrait_app.domain.clock import now
from portrait_app.domain.consent import VERSION, Consent
from portrait_app.domain.export import Export, ExportStatus
from portrait_app.domain.generation import Asset, Generation, HeldPicture
from portrait_app.domain.identity import Identity
from portrait_app.domain.lifecycle import AssetStatus, GenerationStatus, OrderStatus, TrainingStatus
from portrait_app.domain.mail import Mail, MailKind
from portrait_app.domain.order import Delivery, Order, OrderKind, Watcher
from portrait_app.domain.passkey import Passkey
from portrait_app.domain.recovery import RecoveryCode
from portrait_app.domain.rows import new_id
from portrait_app.domain.selfie import Selfie, SelfieStatus
from portrait_app.domain.training import Training
from portrait_app.services import exports, thumbnails
from portrait_app.services.sessions import digest

if TYPE_CHECKING:
    from uuid import UUID

    from sqlmodel import SQLModel

    from portrait_app.database.address import Address

NOBODYS = {
    "actor_keys": "the key that actors are signed with",
    "alembic_version": "how far the migrations have come",
    "counts": "figures for whoever runs the studio",
    "errands": "what a browser left before anybody had signed in, by the hash of its words",
    "farewells": "an address until its receipt is sent, and what the engine still has of nobody",
    "paces": "whose turn it is at the engine",
    "tries": "limits, by a hash of who tried",
}
ONE_PERSONS = {"operators": "there is one operator"}
_hasher = Argon2Hasher(memory_cost=1024, time_cost=1, parallelism=1)
UNMARKED = 9  # shorter words are the trade's own: a status, a shape, a colour


@dataclass
class Person:
    """Somebody in the matrix. `secrets` is every text by which something of theirs would be recognised."""

    word: str
    is_operator: bool = False
    id: UUID = field(default_factory=new_id)
    password_hash: str = field(default_factory=lambda: _hasher.hash(secrets.token_urlsafe()))
    token: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    link: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    invite: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    rows: list[SQLModel] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)

    def ids(self) -> list[str]:
        """Every id of theirs, the account's first."""
        found = [row.id for row in self.rows if hasattr(row, "id")]  # type: ignore[attr-defined] -- just asked
        return list(dict.fromkeys(str(each) for each in (self.id, *found)))

    def secrets(self) -> list[str]:
        """What nobody else may ever be sent."""
        return [self.word, *self.ids(), self.token, self.link, self.invite, self.password_hash]

    def of(self, table: str) -> list[Any]:
        """Their rows of one table."""
        return [row for row in self.rows if row.__tablename__ == table]


def fill(address: Address, person: Person) -> None:
    """Write the person down, past every wall, as the database's owner alone can."""
    person.rows = [*_account(person), *_face_models(person), *_portraits(person), *_orders(person)]
    engine = create_engine(address.admin)
    with Rows(engine, expire_on_commit=False) as session:
        for row in person.rows:
            session.add(row)
            session.flush()
        session.commit()
    engine.dispose()
    person.keys = _keys(person)


def restore(address: Address, person: Person) -> None:
    """Put everything of theirs back as it was filled in, and take away what came since."""
    engine = create_engine(address.admin)
    with Rows(engine, expire_on_commit=False) as session:
        kinds: list[Any] = list(dict.fromkeys(type(row) for row in reversed(person.rows)))
        for kind in kinds:
            has_id, is_account = hasattr(kind, "id"), kind is Account
            column: Any = kind.id if has_id else kind.owner_id
            owner: Any = kind.id if is_account else kind.owner_id
            known = [getattr(row, "id", person.id) for row in person.of(kind.__tablename__)]
            session.execute(delete(kind).where(owner == person.id, column.not_in(known)))
        for row in person.rows:
            session.merge(row)
        session.commit()
    engine.dispose()


def _account(who: Person) -> list[SQLModel]:
    mine: dict[str, Any] = {"owner_id": who.id}
    email, soon = f"{who.word}@example.com", now() + timedelta(days=1)
    return [
        Account(id=who.id, email=email, name=f"{who.word} Person", password_hash=who.password_hash,
                look={"theme": "dark", "hue": 10}, verified_at=now()),
        *([Operator(owner_id=who.id)] if who.is_operator else []),
        *(
            # Fresh however long the matrix takes, or else the gate would refuse Bob before any wall does.
            Session(**mine, token_hash=digest(token), device=f"{who.word} {device}", expires_at=soon, created_at=soon,
                    is_proven=True)
            for token, device in ((who.token, "browser"), (f"{who.token}2", "phone"))
        ),
        Passkey(**mine, name=f"{who.word} key", credential_id=digest(who.word), public_key=digest(who.token)),
        RecoveryCode(**mine, position=0, code_hash=f"{who.word} hash"),
        Identity(**mine, provider="github", issuer="https://github.com", subject=f"{who.word} 7", label=email),
        Mail(**mine, kind=MailKind.CONFIRM, address=email, token_hash=digest(who.link), expires_at=soon),
        Invite(**mine, token_hash=digest(who.invite), expires_at=soon),
        Consent(**mine, text_version=VERSION, given_at=now()),
        Watcher(owner_id=who.id, until=soon),
        Export(**mine, status=ExportStatus.READY, ready_at=now(), expires_at=soon, trouble=f"{who.word} trouble"),
    ]  # fmt: skip


def _face_models(who: Person) -> list[SQLModel]:
    trouble = f"{who.word} trouble"
    common: dict[str, Any] = {"owner_id": who.id, "name": f"{who.word} face", "trainer": "darkroom"}
    states = (TrainingStatus.DRAFT, TrainingStatus.READY, TrainingStatus.LEARNING, TrainingStatus.FAILED)
    models = [
        Training(**common, status=status, phase=f"{who.word} phase", version=f"{who.word}/faces:1",
                 trouble=trouble if status is TrainingStatus.FAILED else None, started_at=now())
        for status in (*states, TrainingStatus.READY)
    ]  # fmt: skip
    models[-1].deleted_at = now()  # in the Trash
    photos: list[SQLModel] = []
    for model in models:
        for status in (SelfieStatus.FINE, SelfieStatus.DOUBTFUL, SelfieStatus.EXAMINING, SelfieStatus.REFUSED):
            made = Selfie(owner_id=who.id, training_id=model.id, filename=f"{who.word}.jpg", status=status,
                          hints=["blurred"], width=8, height=8, colour="#112233",
                          seen={"fingerprint": who.word.encode()[:8].hex(), "identity": [0.1, 0.2]})  # fmt: skip
            if status is SelfieStatus.EXAMINING:
                made.incoming_key = f"u/{who.id}/incoming/{made.id}"
            elif status is SelfieStatus.REFUSED:
                made.refusal = trouble
            else:
                made.key = f"u/{who.id}/selfies/{made.id}.jpg"
            photos.append(made)
    who.rows = [*models]
    return [*models, *photos]


def _portraits(who: Person) -> list[SQLModel]:
    ready = next(row for row in who.rows if isinstance(row, Training) and row.status is TrainingStatus.READY)
    states = {GenerationStatus.READY: AssetStatus.KEPT, GenerationStatus.PAINTING: AssetStatus.FETCHING}
    made: list[SQLModel] = []
    for number, (status, of_asset) in enumerate(states.items()):
        order = Generation(owner_id=who.id, training_id=ready.id, style="noir", count=3, seed=number, status=status,
                           is_first_set=not number, trouble=f"{who.word} trouble")  # fmt: skip
        made.append(order)
        for position in range(3):
            asset = Asset(owner_id=who.id, generation_id=order.id, training_id=ready.id, position=position,
                          style="noir", status=of_asset, source_url=f"http://engine/{who.word}.jpg", mime="image/jpeg",
                          bytes=4, width=8, height=8, colour="#112233", likeness=0.3)  # fmt: skip
            if of_asset is AssetStatus.KEPT:
                asset.key = f"u/{who.id}/portraits/{asset.id}.jpg"
                asset.deleted_at = now() if position == 2 else None  # in the Trash
            else:
                asset.trouble = f"{who.word} trouble"
            made.append(asset)
            if position == 0 and of_asset is AssetStatus.FETCHING:
                picture = f"{who.word} picture".encode()
                made.append(HeldPicture(id=asset.id, owner_id=who.id, picture=picture, bytes=len(picture)))
    who.rows += made
    return made


def _orders(who: Person) -> list[SQLModel]:
    learning = next(row for row in who.rows if isinstance(row, Training) and row.status is TrainingStatus.LEARNING)
    painting = next(row for row in who.rows if isinstance(row, Generation) and row.status is GenerationStatus.PAINTING)
    common: dict[str, Any] = {"owner_id": who.id, "status": OrderStatus.RUNNING, "sent_at": now(), "look_at": now()}
    orders = [
        Order(**common, kind=kind, training_id=training, generation_id=generation, job_id=f"{who.word}-{kind}",
              fingerprint=f"{who.word}-{kind}", file_id=f"{who.word}-file", doubt=f"{who.word} doubt")
        for kind, training, generation in (
            (OrderKind.TRAINING, learning.id, None),
            (OrderKind.PREDICTION, painting.training_id, painting.id),
        )
    ]  # fmt: skip
    again = Order(**common, kind=OrderKind.PREDICTION, training_id=painting.training_id, generation_id=painting.id,
                  retry_of=orders[1].id, ended_at=now())  # fmt: skip
    came = [Delivery(owner_id=who.id, webhook_id=f"{who.word}-{order.kind}", order_id=order.id) for order in orders]
    return [*orders, again, *came]


def _keys(who: Person) -> list[str]:
    """The name of every object that the rows name: originals, thumbnails, selfies, uploads, exports."""
    named = [key for row in who.rows if (key := getattr(row, "key", None))]
    incoming = [key for row in who.rows if (key := getattr(row, "incoming_key", None))]
    packed = [exports.key_of(row) for row in who.of("exports")]
    return [*incoming, *packed, *(small for key in named for small in thumbnails.keys(key))]


def require_filled(connection: Any, people: tuple[Person, ...]) -> dict[str, str]:
    """Return the column that names the owner, by table; fails for a table in which somebody has no row."""
    tables = {name for (name,) in connection.execute(
        "SELECT relname FROM pg_class WHERE relnamespace = 'app'::regnamespace AND relkind IN ('r', 'p')")}  # fmt: skip
    owners = {table: "id" if table == "accounts" else "owner_id" for table in tables - NOBODYS.keys()}
    for table, owner in owners.items():
        for person in people:
            count = connection.execute(f"SELECT count(*) FROM app.{table} WHERE {owner} = %s", [person.id]).fetchone()
            alone = table in ONE_PERSONS and not person.is_operator
            assert count[0] or alone, f"{table} has no row of {person.word}: put one into tests/matrix/filled.py"
    return owners


def unmarked(person: Person) -> list[str]:
    """Texts of theirs by which nobody would recognise them: the matrix can't see those cross."""
    names = {column.key for row in person.rows for column in inspect(type(row)).columns}
    texts = {(row.__tablename__, name, value) for row in person.rows for name in names
             if isinstance(value := getattr(row, name, None), str) and len(value) > UNMARKED}  # fmt: skip
    known = (
        person.word,
        person.password_hash,
        str(person.id),
        "https://github.com",
        "image/jpeg",
        "prediction",
        VERSION,
    )
    return [f"{table}.{name}: {value}" for table, name, value in texts if not any(each in value for each in known)]
