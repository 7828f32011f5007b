"""The room before the door: what the studio is, for everybody."""
