"""The contract between gateway and MCP server: who is calling, what can be asked, what went wrong."""
