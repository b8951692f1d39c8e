"""`python -m benchmarks [--quick] [name …]`: measures everything, or what is named; status 1 when a promise is missed.

A quick run prints, and leaves the results that are kept as they are.
"""

import argparse
import sys
import time
from collections.abc import Sequence

from benchmarks import auth, first_use, growth, row_security, tool_calls, turns
from benchmarks.measure import Measurement
from benchmarks.report import keep, lines

MEASUREMENTS = (
    auth.MEASUREMENT,
    tool_calls.MEASUREMENT,
    row_security.MEASUREMENT,
    turns.MEASUREMENT,
    growth.MEASUREMENT,
    first_use.MEASUREMENT,
)


def main(measurements: Sequence[Measurement], arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("names", nargs="*", metavar="name")
    chosen = parser.parse_args(arguments)
    if unknown := set(chosen.names) - {one.name for one in measurements}:
        parser.error(f"there is no measurement {', '.join(sorted(unknown))}")
    is_met, begun = True, time.monotonic()
    for measurement in measurements:
        if chosen.names and measurement.name not in chosen.names:
            continue
        result = measurement.run(chosen.quick)
        sys.stdout.write(lines(measurement.name, result))
        if not chosen.quick:
            keep(measurement.name, result)
        is_met &= all(bound.is_met for bound in result.bounds)
    sys.stdout.write(f"All together {time.monotonic() - begun:.0f} s.\n")
    return 0 if is_met else 1


if __name__ == "__main__":
    sys.exit(main(MEASUREMENTS, sys.argv[1:]))
