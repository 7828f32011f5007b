"""Every function of the schema: who may call it, what it answers with, and that it says nothing of Ada to Bob.

A new function fails here until it has a line in `KNOWN`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import uuid4

import psycopg
import pytest

from portrait_app.database.actor import signed
from portrait_app.database.address import Role
from tests.matrix.askers import ASKERS, Asker

if TYPE_CHECKING:
    from tests.matrix.conftest import Matrix

FUNCTIONS = """
SELECT p.proname || '(' || pg_get_function_identity_arguments(p.oid) || ')', pg_get_function_result(p.oid),
  ARRAY(SELECT rolname::text FROM pg_roles WHERE rolname IN ('app_user', 'app_service')
        AND has_function_privilege(rolname, p.oid, 'EXECUTE') ORDER BY 1),
  EXISTS (SELECT FROM aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) WHERE grantee = 0)
FROM pg_proc p WHERE p.pronamespace = 'app'::regnamespace ORDER BY 1
"""


@dataclass(frozen=True)
class Known:
    """What a function may do.

    Attributes:
        roles: who may call it.
        says: its result, as the catalogue writes it.
        why: what it may say, and to whom.
        tries: calls by which Bob, or nobody, tries to learn of Ada what he can't know: `{hers}` stands for each of
            her ids in turn. None of them may say anything of hers.
        is_open: of a worker's look-ups for whatever is due: it may say ids, and nothing else, of everybody.
    """

    roles: tuple[str, ...]
    says: str
    why: str
    tries: tuple[str, ...] = ()
    is_open: bool = False


USER, SERVICE, BOTH = ("app_user",), ("app_service",), ("app_service", "app_user")
WHOSE = "TABLE(id uuid, owner_id uuid)"
LINK = "TABLE(id uuid, owner_id uuid, kind text, address text)"
A_HASH = "sha256('guessed'::bytea)"

KNOWN = {
    "appoint_operator()": Known(USER, "void", "says nothing; the first who comes in alone", ("appoint_operator()",)),
    "come_by_invite(hash bytea)": Known(
        USER, "void", "says nothing; lets in who used an invitation in this transaction", (f"come_by_invite({A_HASH})",)
    ),
    "count_up(what text)": Known(SERVICE, "void", "says nothing", ("count_up('guessed')",)),
    "counted()": Known(SERVICE, "TABLE(name text, number bigint)", "figures over everybody", ("counted()",)),
    "doubts()": Known(
        SERVICE,
        "TABLE(id uuid, owner_id uuid, kind text, job_id text, doubt text, since timestamp with time zone)",
        "to whoever runs the studio: ids, and what could not be settled with the engine",
        ("doubts()",),
        is_open=True,
    ),
    "doubts_of_house(most integer)": Known(
        USER,
        "TABLE(id uuid, kind text, doubt text, since timestamp with time zone)",
        "to the operator alone: what could not be settled with the engine, without whose it is",
        ("doubts_of_house(99)",),
    ),
    "due_deletions(trash_stays interval, try_again_for interval, most integer)": Known(
        SERVICE,
        "TABLE(chore text, owner_id uuid, id uuid)",
        "ids of what waits",
        ("due_deletions('0', '0', 99)",),
        is_open=True,
    ),
    "farewell(which uuid)": Known(
        SERVICE,
        "TABLE(created_at timestamp with time zone, address text, still_there jsonb)",
        "an address until its receipt is sent, to who names the farewell",
        ("farewell(gen_random_uuid())", "farewell('{hers}')"),
    ),
    "forget_tries(whose bytea[])": Known(SERVICE, "void", "says nothing", (f"forget_tries(ARRAY[{A_HASH}])",)),
    "forgotten_leavers(older_than interval, most integer)": Known(
        SERVICE, "TABLE(chore text, id uuid)", "ids of what waits", ("forgotten_leavers('0', 99)",), is_open=True
    ),
    "left_at_engine()": Known(
        SERVICE, "TABLE(what text)", "to whoever runs the studio: names at the engine, of nobody", ("left_at_engine()",)
    ),
    "note_farewell(which uuid, left_there jsonb)": Known(
        SERVICE, "void", "says nothing", ("note_farewell('{hers}', '[]')",)
    ),
    "hand_on_house()": Known(SERVICE, "void", "says nothing; to somebody who is in, alone", ("hand_on_house()",)),
    "part(left_there jsonb)": Known(
        SERVICE, "uuid", "a farewell's id, when the time of the one it works for has come", ("part('[]')",)
    ),
    "forget_deliveries(older_than interval)": Known(
        SERVICE, "void", "says nothing; forgets ids of webhooks by age", ("forget_deliveries('100 years')",)
    ),
    "forget_who_waits(older_than interval)": Known(
        SERVICE, "bigint", "how many who were never let in were forgotten", ("forget_who_waits('100 years')",)
    ),
    "forgotten_chores(older_than interval, most integer)": Known(
        SERVICE, "TABLE(chore text, owner_id uuid, id uuid)", "ids of what waits", ("forgotten_chores('0', 99)",), True
    ),
    "forgotten_mails(older_than interval, most integer)": Known(
        SERVICE, "TABLE(owner_id uuid, id uuid)", "ids of what waits", ("forgotten_mails('0', 99)",), True
    ),
    "forgotten_exports(older_than interval, most integer)": Known(
        SERVICE,
        "TABLE(owner_id uuid, id uuid, is_over boolean)",
        "ids of what waits",
        ("forgotten_exports('0', 99)",),
        is_open=True,
    ),
    "identity_of(by_issuer text, of_subject text)": Known(
        USER, WHOSE, "whose, to who names both as the provider vouched", ("identity_of('https://github.com', '%')",)
    ),
    "invite_of(hash bytea)": Known(USER, "TABLE(id uuid)", "to who has the token", (f"invite_of({A_HASH})",)),
    "is_empty()": Known(USER, "boolean", "whether anybody ever came in", ("is_empty()",)),
    "leave_errand(hash bytea, note jsonb, lifetime interval)": Known(
        USER, "void", "says nothing", (f"leave_errand({A_HASH}, '{{}}', '-1 s')",)
    ),
    "let_in(account uuid)": Known(
        USER, "TABLE(id uuid)", "the id that the operator names, if it waits", ("let_in('{hers}')",)
    ),
    "link_of(hash bytea)": Known(USER, LINK, "to who has the mail's token", (f"link_of({A_HASH})",)),
    "owner_of_order(order_id uuid, job text)": Known(
        SERVICE, WHOSE, "whose, to who names an order or a job", ("owner_of_order(gen_random_uuid(), '%')",)
    ),
    "passkey_of(credential bytea)": Known(
        USER, "TABLE(id uuid, owner_id uuid, public_key bytea, sign_count bigint)",
        "the public half, to who names the credential", (f"passkey_of({A_HASH})",)
    ),
    "password_of(address text)": Known(
        USER, "TABLE(id uuid, password_hash character varying)", "to who names the address, exactly",
        ("password_of('%')", "password_of('%@example.com')", "password_of(NULL)")
    ),
    "session_of(hash bytea, idle interval, touch_after interval)": Known(
        USER, "TABLE(id uuid, owner_id uuid, took_two_steps boolean, asks_two_steps boolean)",
        "to who has the cookie's token", (f"session_of({A_HASH}, '99 years', '0')",)
    ),
    "stop_turns(what text, until_then interval)": Known(SERVICE, "void", "says nothing", ("stop_turns('x', '0')",)),
    "take_address(link uuid)": Known(
        USER, "TABLE(former text)", "their own former address, by a link just used", ("take_address('{hers}')",)
    ),
    "take_errand(hash bytea)": Known(
        USER, "TABLE(kept jsonb, is_in_time boolean)", "to who has its words", (f"take_errand({A_HASH})",)
    ),
    "take_orders_to_look_at(most integer, again_after interval)": Known(
        SERVICE,
        "TABLE(id uuid, owner_id uuid, kind text, job_id text, status text, sent_at timestamp with time zone)",
        "ids and the engine's own name of each job that is due", ("take_orders_to_look_at(99, '0')",), True
    ),
    "take_try(what bytea, step interval, burst interval)": Known(
        USER, "double precision", "seconds to wait", (f"take_try({A_HASH}, '1 s', '1 s')",)
    ),
    "take_turn(what text, step interval, burst interval)": Known(
        SERVICE, "double precision", "seconds to wait", ("take_turn('x', '1 s', '1 s')",)
    ),
    "tell_operator()": Known(USER, "void", "says nothing; has the operator's tabs look anew", ("tell_operator()",)),
    "turn_away(account uuid)": Known(
        USER, "TABLE(id uuid)", "the id that the operator names, if it waits", ("turn_away('{hers}')",)
    ),
    "uid()": Known(BOTH, "uuid", "who is asking", ("uid()",)),
    "usage()": Known(
        USER, "TABLE(accounts bigint, active bigint, trainings bigint, portraits bigint)",
        "figures, to the operator alone", ("usage()",)
    ),
    "use_invite(hash bytea)": Known(USER, "TABLE(id uuid)", "to who has the token", (f"use_invite({A_HASH})",)),
    "use_link(hash bytea)": Known(USER, LINK, "to who has the mail's token", (f"use_link({A_HASH})",)),
    "usual_training(of_trainer text)": Known(
        SERVICE, "TABLE(middle_s double precision, most_s double precision, tail_s double precision)",
        "figures over many", ("usual_training('darkroom')",)
    ),
    "verified_account_at(address text)": Known(
        USER, "TABLE(id uuid)", "whose, to who names the address, exactly", ("verified_account_at('%')",)
    ),
    "waiting(most integer)": Known(
        USER, "TABLE(id uuid, name text, email text, since timestamp with time zone)",
        "to the operator alone: name and address of who waits to be let in, until they are", ("waiting(99)",)
    ),
}  # fmt: skip


def test_the_matrix_knows_every_function_and_what_it_may_say(matrix: Matrix) -> None:
    with psycopg.connect(matrix.address.conninfo()) as connection:
        found = {row[0]: row[1:] for row in connection.execute(FUNCTIONS)}
    assert found == {name: (known.says, list(known.roles), False) for name, known in KNOWN.items()}, (
        "a function was added or changed: say in tests/matrix/test_functions.py who may call it and what it may say"
    )
    matrix.counts["functions"] = len(found)


@pytest.mark.parametrize("asker", ASKERS, ids=str)
def test_asvs_8_4_1_no_function_says_anything_of_ada_to_who_only_guesses(matrix: Matrix, asker: Asker) -> None:
    with asker.asking(matrix) as connection:
        for name, known in KNOWN.items():
            assert known.tries, f"{name} is not asked anything"
            calls = [call.replace("{hers}", one) for call in known.tries for one in _of(matrix, call)]
            for call in calls:
                said = _said(connection, call)
                if asker.role.value in known.roles:
                    assert not isinstance(said, Exception), said
                    assert _leaks(matrix, known, said) == [], f"{name} says {said}"
                else:
                    assert isinstance(said, psycopg.errors.InsufficientPrivilege), f"{asker} may call {name}"
            matrix.counts.update({"cells": len(calls), "cells: functions": len(calls)})


def _of(matrix: Matrix, call: str) -> list[str]:
    return matrix.ada.ids() if "{hers}" in call else [""]


def _leaks(matrix: Matrix, known: Known, said: str) -> list[str]:
    """What of hers was said; to workers, ids are, and how jobs are called at the engine and in doubt."""
    if known.is_open:
        said = said.replace(f"{matrix.ada.word}-", "").replace(f"{matrix.ada.word} doubt", "")
    return [hers for hers in matrix.ada.secrets() if hers in said and not (known.is_open and hers in matrix.ada.ids())]


def test_the_figures_are_for_the_operator_alone(matrix: Matrix) -> None:
    with Asker(Role.USER, "bob").asking(matrix) as connection:
        assert connection.execute("SELECT * FROM app.usage()").fetchall() == []
        assert connection.execute("SELECT * FROM app.operators").fetchall() == []


def test_who_waits_is_shown_to_the_operator_while_they_wait_and_let_in_by_nobody_else(matrix: Matrix) -> None:
    waits = uuid4()
    matrix.admin.execute(
        "INSERT INTO app.accounts (id, email, name, password_hash, look, preferences, created_at) "
        "VALUES (%s, 'eve@waits.example', 'Eve', '', '{}', '{}', now())",
        [waits],
    )
    try:
        for asker in ASKERS:
            with asker.asking(matrix) as connection:
                for call in ("waiting(9)", f"let_in('{waits}')", f"turn_away('{waits}')"):
                    said = _said(connection, call)
                    assert said == "[]" or isinstance(said, psycopg.errors.InsufficientPrivilege), f"{asker}: {call}"
        with psycopg.connect(matrix.address.conninfo(Role.USER)) as connection:
            hers = signed(matrix.ada.id, matrix.address.actor_key)
            connection.execute("SELECT set_config('app.actor', %s, false)", [hers])
            shown = connection.execute("SELECT id, name, email FROM app.waiting(9)").fetchall()
            assert shown == [(waits, "Eve", "eve@waits.example")]
            assert connection.execute("SELECT * FROM app.accounts WHERE id = %s", [waits]).fetchall() == []
            assert connection.execute("SELECT * FROM app.let_in(%s)", [waits]).fetchall() == [(waits,)]
            assert _said(connection, "waiting(9)") == _said(connection, f"turn_away('{waits}')") == "[]"
            connection.rollback()
    finally:
        matrix.admin.execute("DELETE FROM app.accounts WHERE id = %s", [waits])


def test_another_persons_link_changes_nobody_elses_address(matrix: Matrix) -> None:
    before = matrix.prints(matrix.ada)
    with Asker(Role.USER, "bob").asking(matrix) as connection:
        used = connection.execute("SELECT owner_id FROM app.use_link(sha256(%s))", [matrix.ada.link.encode()])
        assert used.fetchone() == (matrix.ada.id,)  # whoever has the mail has the link
        taken = connection.execute("SELECT * FROM app.take_address(%s)", [matrix.ada.of("mails")[0].id])
        assert taken.fetchall() == []
    assert matrix.prints(matrix.ada) == before


def _said(connection: psycopg.Connection, call: str) -> str | Exception:
    try:
        with connection.transaction(force_rollback=True):
            return str(connection.execute(f"SELECT * FROM app.{call}".encode()).fetchall())
    except psycopg.Error as error:
        return error
