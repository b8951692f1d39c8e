"""Every HTTP client of this process shares one set of certificates: each would load all of the machine's, for 20 ms."""

from functools import cache

import httpx2
from httpx2._transports import default


def share_certificates() -> None:
    default.create_ssl_context = cache(httpx2.create_ssl_context)
