"""A gateway that leaves its errors to the framework: the negative control of the schema's promise."""

import gateway.app
from gateway.__main__ import main


def _leave_errors_alone(_: object) -> None:
    pass


if __name__ == "__main__":
    gateway.app.add_error_handlers = _leave_errors_alone
    main()
