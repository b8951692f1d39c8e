"""Every HTTP client of this process shares one set of certificates: each would load all of the machine's, for 20 ms."""

from functools import cache

import httpcore2


def share_certificates() -> None:
    httpcore2.default_ssl_context = cache(httpcore2.default_ssl_context)
