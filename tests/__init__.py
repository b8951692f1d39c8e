"""Tests mirror the source; each is a sentence about behaviour."""
