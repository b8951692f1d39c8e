"""`python -m benchmarks.our_client MODEL_URL TURNS`: the agent alone, but it asks the model as the gateway does."""

import asyncio
import json
import sys

from openai import DefaultAioHttpClient

from benchmarks.peers.alone import main
from gateway.openai_client import PlainOpenAI

if __name__ == "__main__":
    openai = PlainOpenAI(api_key="none", base_url=sys.argv[1], http_client=DefaultAioHttpClient())
    asyncio.run(main(openai, int(sys.argv[2]), json.load(sys.stdin)))
