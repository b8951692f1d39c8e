"""Owns the database, the tasks and every conversation; speaks MCP at two doors."""
