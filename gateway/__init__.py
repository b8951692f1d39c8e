"""Speaks to people: verifies who they are, runs the assistant, and keeps no data."""
