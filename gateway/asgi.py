"""The gateway for a host that brings its own ASGI server: `uvicorn gateway.asgi:app`; see decision 0010."""

from gateway.app import create_gateway
from gateway.settings import read_settings
from gateway.telemetry import AUTH

AUTH.log_bare_lines()
app = create_gateway(read_settings()).asgi
