"""`python -m tests.faults.boundless`: a gateway that takes every message, however late it is: a negative control."""

from gateway import __main__
from gateway.room import Room


def _always(_: Room, __: int) -> bool:
    return True


if __name__ == "__main__":
    Room.has_place = _always  # type: ignore[method-assign]
    __main__.main()
