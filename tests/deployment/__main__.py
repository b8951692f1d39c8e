"""`python -m tests.deployment --frontend URL --gateway URL --mcp URL`: status 1 when something is not as it must be."""

import argparse
import sys

from tests.deployment.checks import look_at


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.deployment", description=__doc__)
    for name in ("frontend", "gateway", "mcp"):
        parser.add_argument(f"--{name}", required=True, metavar="URL")
    told = parser.parse_args()
    wrong = 0
    for sentence, holds in look_at(told.frontend, told.gateway, told.mcp):
        wrong += not holds
        sys.stdout.write(f"{'ok   ' if holds else 'WRONG'} {sentence}\n")
    sys.stdout.write(f"\n{wrong} wrong\n" if wrong else "\nEverything is as it must be.\n")
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
