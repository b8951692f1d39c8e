"""`python -m tests.prove [name …]`: tries every promise, or the named ones; status 1 when one is not kept."""

import argparse
import logging
import sys
import time

from tests.prove.promise import own_stage
from tests.prove.promises import PROMISES
from tests.prove.report import keep, line


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.prove", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="name")
    names = parser.parse_args().names
    if unknown := set(names) - {one.name for one in PROMISES}:
        parser.error(f"there is no promise {', '.join(sorted(unknown))}")
    logging.disable()  # what broken controls say is no news
    is_kept = True
    with own_stage() as stage:
        for promise in PROMISES:
            if names and promise.name not in names:
                continue
            begun = time.monotonic()
            outcome = promise.run(stage, promise.tries)
            seconds = time.monotonic() - begun
            keep(promise, outcome, seconds)
            sys.stdout.write(line(promise, outcome, seconds))
            sys.stdout.flush()
            is_kept &= outcome.is_kept
    return 0 if is_kept else 1


if __name__ == "__main__":
    sys.exit(main())
