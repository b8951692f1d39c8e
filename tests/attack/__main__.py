"""`python -m tests.attack --page URL --gateway URL --mcp URL`: probes a deployment; status 1 when one gets through."""

import argparse
import sys

from tests.attack.deployment import Attacker, Deployment, Victim
from tests.attack.probes import PROBES


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.attack", description=__doc__)
    for name in ("page", "gateway", "mcp"):
        parser.add_argument(f"--{name}", required=True, metavar="URL", type=lambda url: url.rstrip("/"))
    at = Deployment(**vars(parser.parse_args()))
    victim, attacker = Victim(at), Attacker(at)
    tried = through = 0
    for probe in PROBES:
        for what, came_to_nothing in probe(attacker, victim):
            sys.stdout.write(f"{'ok  ' if came_to_nothing else 'LEAK'}  {what}\n")
            tried += 1
            through += not came_to_nothing
    sys.stdout.write(f"\n{tried} probes, {through} got through\n")
    return 1 if through else 0


if __name__ == "__main__":
    sys.exit(main())
