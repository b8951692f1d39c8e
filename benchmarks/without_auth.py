"""`python -m benchmarks.without_auth`: the gateway with verification taken out, to be measured against."""

from starlette.requests import Request

from gateway import __main__, auth
from shared.identity import user_id

SOMEBODY = user_id("somebody")


async def _somebody(_: Request) -> str:
    return SOMEBODY


if __name__ == "__main__":
    auth._verified_user = _somebody
    __main__.main()
