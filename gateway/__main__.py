"""`python -m gateway`: serves; `… check`: looks at the settings alone; `… new-key`: makes a key pair for assertions."""

import argparse
import sys

from gateway.assertion import new_key
from gateway.settings import read_settings


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m gateway", description=__doc__)
    parser.add_argument("command", nargs="?", choices=["serve", "check", "new-key"], default="serve")
    command = parser.parse_args().command
    if command == "new-key":
        sys.stdout.write(new_key())
        return
    settings = read_settings()
    if command == "check":
        sys.stdout.write("Every setting of the gateway can be used.\n")
        return
    from gateway.serving import serve  # noqa: PLC0415 - the application takes two seconds to load

    serve(settings)


if __name__ == "__main__":
    main()
