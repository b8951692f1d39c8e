"""Where the database is: an address as a provider prints it, as asyncpg takes it."""

import ssl
from typing import Any
from urllib.parse import parse_qsl, urlsplit, urlunsplit

_LIBPQ_ALONE = {"channel_binding", "connect_timeout", "gssencmode", "sslnegotiation"}


def address_of(url: str) -> tuple[str, dict[str, Any]]:
    """Return asyncpg's address and arguments for a PostgreSQL address as a provider prints it.

    ``sslmode`` and ``sslrootcert`` become asyncpg's ``ssl``; some parameters are libpq's alone; whatever else is asked
    for is the server's to judge.
    """
    parts = urlsplit(url)
    query = {name: value for name, value in parse_qsl(parts.query) if name not in _LIBPQ_ALONE}
    ssl_mode, root = query.pop("sslmode", None), query.pop("sslrootcert", None)
    options: dict[str, Any] = {"server_settings": query}
    if ssl_mode or root:
        options["ssl"] = _ssl(ssl_mode or "prefer", root)
    return urlunsplit(parts._replace(scheme="postgresql", query="")), options


def _ssl(mode: str, root: str | None) -> str | ssl.SSLContext:
    """Check certificates against this machine's authorities where no file is named: asyncpg alone would want a file."""
    if mode not in {"verify-ca", "verify-full"} and not (root and mode == "require"):
        return mode
    file = None if root == "system" else root
    context = ssl.create_default_context(cafile=file)
    # A public authority signs for everybody: by itself it says nothing about who answers.
    context.check_hostname = mode == "verify-full" or file is None
    return context
