"""Faults, load and the verdict: the long runs of `make prove`, and the short ones of `make test`."""
