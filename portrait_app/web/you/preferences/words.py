"""What the preferences are called, and what is said of them."""

from __future__ import annotations

from portrait_app.domain.generation import MOST_AT_ONCE
from portrait_app.domain.happening import Channel, Occasion
from portrait_app.domain.preferences import AS_MANY_AS_LAST_TIME

AS_LAST_TIME = "As last time"
AS_THE_DEVICE = "As this device"
COUNTS = {str(count): count for count in range(AS_MANY_AS_LAST_TIME, MOST_AT_ONCE + 1)}

BEGINNINGS = "What Create shows when you open it. You can always choose something else there."
MAILS = (
    "Mails come only while you have no page of the studio open. "
    "What keeps your account safe is always sent: a new password, another address, another way in."
)
NO_MAILS = "This studio sends no mail. What would be in one is written down where it runs, for whoever runs it."
UNCONFIRMED = "Until it is, mails say only what keeps your account safe. The link to confirm it is under You."

OCCASIONS = {
    Occasion.MODEL_READY: "A face model is ready",
    Occasion.FIRST_SET: "Its first portraits are here",
    Occasion.FAILED: "Something went wrong",
}
CHANNELS = {Channel.MAIL: "Mail", Channel.TOAST: "Here"}
