"""Replicate's HTTP API, one file a noun."""
