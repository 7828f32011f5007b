"""Pixels to facts: where the faces are, whose they are, and how good a photo is."""
