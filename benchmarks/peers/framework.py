"""`python framework.py PORT`: FastMCP's server with an empty tool, and nothing else."""

import sys

import uvicorn
from fastmcp import FastMCP

server = FastMCP("framework")


@server.tool
async def echo(text: str) -> str:
    return text


if __name__ == "__main__":
    app = server.http_app(path="/mcp", stateless_http=True)
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), access_log=False, log_level="warning")
