"""Promises of the kind "never", tried very often: `make prove`."""
