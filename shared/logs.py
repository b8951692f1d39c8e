"""The log: a JSON object for each line, or text; with the request's id, and without secrets or anybody's words."""

import json
import logging
import re
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from traceback import extract_tb
from types import TracebackType
from typing import Any, Final, Literal, TypeAlias
from urllib.parse import unquote, urlsplit

from shared.observing import request_id

LogFormat: TypeAlias = Literal["json", "text"]
OURS: Final = ("gateway", "mcp_server", "shared")
PLAIN_SPOKEN: Final = frozenset({*OURS, "uvicorn", "opentelemetry"})
"""Whose messages are written out: ours are proved to hold nobody's text, the others speak of addresses and status."""
HIDDEN: Final = "[hidden]"
SHORTEST_SECRET: Final = 8
# A token of three parts, what follows Bearer, a provider's key, the login within an address.
_SHAPES = (
    r"eyJ[\w-]{5,}\.[\w-]*\.?[\w-]*",
    r'(?<=[Bb]earer )[^\s"\\]{8,}',
    r"\bsk-[\w-]{8,}",
    r'(?<=://)[^/\s:@"]*:[^/\s@"]+(?=@)',
)
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
_SIGNS = ("eyJ", "earer ", "sk-", "://")
"""What stands in any of these shapes."""


class Lines(logging.Formatter):
    """Writes a record as one line.

    An exception is told by its type and where it was raised: what it says may be a value out of a request. Of what a
    library says, only the words around such values are written.

    Args:
        secrets: of this process; wherever they would be written, they are hidden.
    """

    def __init__(self, form: LogFormat, secrets: Iterable[str]) -> None:
        super().__init__()
        self._is_json = form == "json"
        own = sorted({part for secret in secrets for part in _parts(secret)}, key=len, reverse=True)
        self._signs = (*own, *_SIGNS)
        self._hidden = re.compile("|".join([*map(re.escape, own), *_SHAPES]))

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "request_id": request_id(),
            "event": _event(record),
            **getattr(record, "told", {}),
        }
        if record.exc_info and record.exc_info[1] is not None:
            line["errors"] = list(_errors(record.exc_info[1]))
        text = _ENCODER.encode(line) if self._is_json else _plain(line)
        # Nearly every line is a request's, without any sign; to look for the shapes would cost more than all the rest.
        return self._hidden.sub(HIDDEN, text) if any(sign in text for sign in self._signs) else text


def write_log(form: LogFormat, secrets: Iterable[str] = ()) -> None:
    """Write the log of this process to standard error: ours from INFO on, a library's from WARNING on."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Lines(form, secrets))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    for name in (*OURS, "uvicorn"):
        logging.getLogger(name).setLevel(logging.INFO)
    logging.captureWarnings(capture=True)


def _event(record: logging.LogRecord) -> str:
    if record.name.partition(".")[0] in PLAIN_SPOKEN:
        return record.getMessage().strip()
    template = str(record.msg) if record.args else ""
    return f"{template} ({record.filename}:{record.lineno})".strip()


def _errors(error: BaseException | None) -> Iterator[dict[str, Any]]:
    """Yield the error, and what it came from."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield {"type": f"{type(error).__module__}.{type(error).__qualname__}", "at": _places(error.__traceback__)}
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def _places(traceback: TracebackType | None) -> list[str]:
    return [f"{_short(one.filename)}:{one.lineno} {one.name}" for one in extract_tb(traceback)]


def _short(path: str) -> str:
    return "/".join(path.split("/")[-2:])


def _plain(line: dict[str, Any]) -> str:
    head = [line.pop(name) for name in ("time", "level", "request_id", "logger")]
    event, errors = line.pop("event"), line.pop("errors", [])
    more = [f"{name}={value}" for name, value in line.items()]
    told = [f"\n  {one['type']}" + "".join(f"\n    {place}" for place in one["at"]) for one in errors]
    return " ".join([*head, event, *more]) + "".join(told)


def _parts(secret: str) -> Iterator[str]:
    """Yield what of a secret must not be seen: its lines, and of an address the password."""
    if "://" in secret:
        password = urlsplit(secret).password or ""
        lines = [password, unquote(password)]
    else:
        lines = [line for line in secret.splitlines() if not line.startswith("-----")]
    yield from (line for line in lines if len(line) >= SHORTEST_SECRET)
