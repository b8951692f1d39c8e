"""What the MCP server tells those who run it."""

import logging

from shared.telemetry import AuthTelemetry

AUTH = AuthTelemetry(logging.getLogger(__name__), "MCP_SERVER")
