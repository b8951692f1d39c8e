"""`python -m tests.prove [name …]`: tries every promise, or the named ones; status 1 when one is not kept.

A run of all that was interrupted goes on after what it had kept; remove `.local/prove` to begin anew.
"""

import argparse
import logging
import sys

from benchmarks import machine
from tests.certificates import share_certificates
from tests.prove.promise import Outcome, Promise, own_stage
from tests.prove.promises import PROMISES
from tests.prove.report import keep, line
from tests.prove.trying import try_chosen
from tests.services import ROOT

PROGRESS = ROOT / ".local" / "prove"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.prove", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="name")
    names = parser.parse_args().names
    if unknown := set(names) - {one.name for one in PROMISES}:
        parser.error(f"there is no promise {', '.join(sorted(unknown))}")
    commit = machine.commit()

    def tell(promise: Promise, outcome: Outcome, seconds: float) -> None:
        keep(promise, outcome, seconds, commit)
        sys.stdout.write(line(promise, outcome, seconds))
        sys.stdout.flush()

    share_certificates()
    logging.disable()  # what broken controls say is no news
    with own_stage() as stage:
        return 0 if try_chosen(PROMISES, names, stage, tell, PROGRESS) else 1


if __name__ == "__main__":
    sys.exit(main())
