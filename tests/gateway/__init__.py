"""Tests of the gateway, against the real MCP server and the real database."""
