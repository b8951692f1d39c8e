"""What the gateway tells those who run it."""

import logging

from shared.telemetry import AuthTelemetry

AUTH = AuthTelemetry(logging.getLogger(__name__), "GATEWAY")
