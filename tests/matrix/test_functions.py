"""Every function of the schema: who may call it, what it answers with, and that it says nothing of Ada to Bob.

A new function fails here until it has a line in `KNOWN`; those of the door have theirs in `functions_of_the_door.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest

from tests.matrix.askers import ASKERS, Asker
from tests.matrix.functions import SERVICE, USER, WHOSE, Known, said
from tests.matrix.functions_of_the_door import OF_THE_DOOR

if TYPE_CHECKING:
    from tests.matrix.conftest import Matrix

FUNCTIONS = """
SELECT p.proname || '(' || pg_get_function_identity_arguments(p.oid) || ')', pg_get_function_result(p.oid),
  ARRAY(SELECT rolname::text FROM pg_roles WHERE rolname IN ('app_user', 'app_service')
        AND has_function_privilege(rolname, p.oid, 'EXECUTE') ORDER BY 1),
  EXISTS (SELECT FROM aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) WHERE grantee = 0)
FROM pg_proc p WHERE p.pronamespace = 'app'::regnamespace ORDER BY 1
"""

KNOWN = OF_THE_DOOR | {
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
    "forgotten_leavers(older_than interval, most integer)": Known(
        SERVICE, "TABLE(chore text, id uuid)", "ids of what waits", ("forgotten_leavers('0', 99)",), is_open=True
    ),
    "known_versions(made text[])": Known(
        SERVICE, "TABLE(version text)", "that a face model is somebody's, to who names it", ("known_versions('{%}')",)
    ),
    "left_at_engine()": Known(
        SERVICE, "TABLE(what text)", "to whoever runs the studio: names at the engine, of nobody", ("left_at_engine()",)
    ),
    "note_farewell(which uuid, left_there jsonb, is_said boolean)": Known(
        SERVICE, "void", "says nothing", ("note_farewell('{hers}', '[]', true)",)
    ),
    "part(left_there jsonb)": Known(
        SERVICE, "uuid", "a farewell's id, when the time of the one it works for has come", ("part('[]')",)
    ),
    "forget_deliveries(older_than interval)": Known(
        SERVICE, "void", "says nothing; forgets ids of webhooks by age", ("forget_deliveries('100 years')",)
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
    "owner_of_order(order_id uuid, job text)": Known(
        SERVICE, WHOSE, "whose, to who names an order or a job", ("owner_of_order(gen_random_uuid(), '%')",)
    ),
    "stop_turns(what text, until_then interval)": Known(SERVICE, "void", "says nothing", ("stop_turns('x', '0')",)),
    "take_orders_to_look_at(most integer, again_after interval)": Known(
        SERVICE,
        "TABLE(id uuid, owner_id uuid, kind text, job_id text, status text, sent_at timestamp with time zone)",
        "ids and the engine's own name of each job that is due", ("take_orders_to_look_at(99, '0')",), True
    ),
    "take_turn(what text, step interval, burst interval)": Known(
        SERVICE, "double precision", "seconds to wait", ("take_turn('x', '1 s', '1 s')",)
    ),
    "usual_training(of_trainer text)": Known(
        SERVICE, "TABLE(middle_s double precision, most_s double precision, tail_s double precision)",
        "figures over many", ("usual_training('darkroom')",)
    ),
}  # fmt: skip


def test_the_matrix_knows_every_function_and_what_it_may_say(matrix: Matrix) -> None:
    with psycopg.connect(matrix.address.conninfo()) as connection:
        found = {row[0]: row[1:] for row in connection.execute(FUNCTIONS)}
    assert found == {name: (known.says, list(known.roles), False) for name, known in KNOWN.items()}, (
        "a function was added or changed: say in tests/matrix/functions_of_the_door.py, or in test_functions.py, "
        "who may call it and what it may say"
    )
    matrix.counts["functions"] = len(found)


@pytest.mark.parametrize("asker", ASKERS, ids=str)
def test_asvs_8_4_1_no_function_says_anything_of_ada_to_who_only_guesses(matrix: Matrix, asker: Asker) -> None:
    with asker.asking(matrix) as connection:
        for name, known in KNOWN.items():
            assert known.tries, f"{name} is not asked anything"
            calls = [call.replace("{hers}", one) for call in known.tries for one in _of(matrix, call)]
            for call in calls:
                answer = said(connection, call)
                if asker.role.value in known.roles:
                    assert not isinstance(answer, Exception), answer
                    assert _leaks(matrix, known, answer) == [], f"{name} says {answer}"
                else:
                    assert isinstance(answer, psycopg.errors.InsufficientPrivilege), f"{asker} may call {name}"
            matrix.counts.update({"cells": len(calls), "cells: functions": len(calls)})


def _of(matrix: Matrix, call: str) -> list[str]:
    return matrix.ada.ids() if "{hers}" in call else [""]


def _leaks(matrix: Matrix, known: Known, answer: str) -> list[str]:
    """What of hers was said; to workers, ids are, and how jobs are called at the engine and in doubt."""
    if known.is_open:
        answer = answer.replace(f"{matrix.ada.word}-", "").replace(f"{matrix.ada.word} doubt", "")
    return [
        hers for hers in matrix.ada.secrets() if hers in answer and not (known.is_open and hers in matrix.ada.ids())
    ]
