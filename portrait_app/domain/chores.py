"""Work that is too slow for a request: put off in the same breath as the rows that ask for it, done by a worker."""

from __future__ import annotations

from enum import StrEnum


class Chore(StrEnum):
    """What can be put off; each takes the owner's id and the id of the row it is about, and may run twice."""

    EXAMINE_SELFIE = "examine_selfie"
    SEND_ORDER = "send_order"
    KEEP_ASSET = "keep_asset"
    TIDY_ORDER = "tidy_order"
    CALL_OFF = "call_off"
    REMOVE_MODEL = "remove_model"
    SEND_MAIL = "send_mail"
    MAKE_EXPORT = "make_export"
    FORGET_EXPORT = "forget_export"
    LEAVE = "leave"  # about a person: both ids are theirs
    SAY_FAREWELL = "say_farewell"  # about nobody any more: both ids are the farewell's
    PURGE_PORTRAIT = "purge_portrait"
    PURGE_MODEL = "purge_model"
    FORGET_PHOTOS = "forget_photos"
    FORGET_PIXELS = "forget_pixels"  # of a photo whose row is gone
