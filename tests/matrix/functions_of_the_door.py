"""The functions by which people come in: what each may say, and to whom."""

from __future__ import annotations

from tests.matrix.functions import A_HASH, BOTH, SERVICE, USER, WHOSE, Known

LINK = "TABLE(id uuid, owner_id uuid, kind text, address text)"

OF_THE_DOOR = {
    "appoint_operator()": Known(USER, "void", "says nothing; the first who comes in alone", ("appoint_operator()",)),
    "come_by_invite(hash bytea)": Known(
        USER, "void", "says nothing; lets in who used an invitation in this transaction", (f"come_by_invite({A_HASH})",)
    ),
    "forget_tries(whose bytea[])": Known(SERVICE, "void", "says nothing", (f"forget_tries(ARRAY[{A_HASH}])",)),
    "forget_who_waits(older_than interval)": Known(
        SERVICE, "bigint", "how many who were never let in were forgotten", ("forget_who_waits('100 years')",)
    ),
    "hand_on_house()": Known(SERVICE, "void", "says nothing; to somebody who is in, alone", ("hand_on_house()",)),
    "how_many_wait()": Known(SERVICE, "bigint", "to whoever runs the studio: how many wait", ("how_many_wait()",)),
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
    "take_address(link uuid)": Known(
        USER, "TABLE(former text)", "their own former address, by a link just used", ("take_address('{hers}')",)
    ),
    "take_errand(hash bytea)": Known(
        USER, "TABLE(kept jsonb, is_in_time boolean)", "to who has its words", (f"take_errand({A_HASH})",)
    ),
    "take_try(what bytea, step interval, burst interval)": Known(
        USER, "double precision", "seconds to wait", (f"take_try({A_HASH}, '1 s', '1 s')",)
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
    "verified_account_at(address text)": Known(
        USER, "TABLE(id uuid)", "whose, to who names the address, exactly", ("verified_account_at('%')",)
    ),
    "waiting(most integer)": Known(
        USER, "TABLE(id uuid, name text, email text, since timestamp with time zone, of_all bigint)",
        "to the operator alone: name and address of who waits to be let in, until they are", ("waiting(99)",)
    ),
}  # fmt: skip
