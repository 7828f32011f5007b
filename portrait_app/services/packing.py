"""Packs a person's belongings into a ZIP, a file at a time: whoever has ten thousand portraits needs no more memory."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any
from zipfile import ZIP_DEFLATED, ZIP_STORED

from zipstream import ZipStream

from portrait_app.domain.clock import now
from portrait_app.domain.export import KEPT_FOR
from portrait_app.errors import NotFound
from portrait_app.services.belongings import SCHEMA

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable

    from portrait_app.ports.bucket import Bucket
    from portrait_app.services.belongings import Belongings

README = """\
Everything that Portrait Studio had of you on {day}.

portraits/   Each portrait in full size, named by its day, its style and a number.
videos/      Each video, named in the same way. There is no such folder when there are none.
selfies/     The photos that are still kept, a folder for each face model.
data.json    Everything else, as text. Any text editor opens it, and any program reads it.

What is in data.json ("schema" is {schema}; another number there means another form):

account      Your name, your address, how the studio looks for you, and what you prefer.
consents     Your word on whose photos these are: when you gave it, to which text, and when you took it back.
sessions     The browsers you signed in with, and when.
passkeys, identities, recovery_codes   The ways in besides a password: what they are called, and when they were used.
invitations  Those you made, and when.
mails        What was sent to you lately, and when. What they said is not kept.
face_models  What was learned from your photos: a name, when, and what the engine calls it. "identity" is the middle of
             the measures of your face, kept once the photos are deleted. The model itself stays with the engine; it
             is of no use anywhere else. One of the darkroom's holds the best of your photos, cut around you.
selfies      What was seen in each photo: "seen" holds the measurements of your face, "hints" what was said of them.
orders       What you ordered: style, shape, number and seed; "prompt" and "sent_to_engine" are what the engine
             was given. A portrait's seed is its order's and its place in it.
portraits    Each portrait, and the name of its file here. "likeness" is how far its face is from yours
             (0.2 to 0.5 is the same person).
engine_jobs  What was asked of the engine, and when.
exports      This ZIP: when you asked for it.
missing_files   Pictures that were deleted while this ZIP was being made.

No passwords, no keys and no codes are in here; of those the studio keeps only what can't be turned back.
The studio deletes its own copy of this ZIP after {days} days. Keep yours where only you can open it: it is your face.
"""
JSON_LEVEL = 6


async def packed(
    bucket: Bucket, belongings: Belongings, note: Callable[[int], Awaitable[None]]
) -> AsyncGenerator[bytes]:
    """Give the ZIP's bytes as they come; at no time is more in memory than one picture and the text.

    Pictures are stored as they are, since they are compressed already.

    Args: note: is told how many pictures have been packed; what it raises ends the packing.
    """
    archive: Any = ZipStream(compress_type=ZIP_STORED)  # it says nothing of its types
    moment = now()
    readme = README.format(day=f"{moment:%Y-%m-%d}", schema=SCHEMA, days=KEPT_FOR.days)
    archive.add(readme.encode(), "README.txt")
    missing: list[str] = []
    for number, (key, name) in enumerate(belongings.files):
        await note(number)
        try:
            archive.add(await bucket.get(key), name)
        except NotFound:
            missing.append(name)
            continue
        for chunk in await asyncio.to_thread(list[bytes], archive.all_files()):
            yield chunk
    document = belongings.document(moment, missing)
    archive.add(document, "data.json", compress_type=ZIP_DEFLATED, compress_level=JSON_LEVEL)
    for chunk in await asyncio.to_thread(list[bytes], archive.finalize()):
        yield chunk
