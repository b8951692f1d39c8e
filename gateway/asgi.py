"""The gateway for a host that brings its own ASGI server: `uvicorn gateway.asgi:app`; see decision 0010."""

import atexit

from gateway.app import create_gateway
from gateway.settings import read_settings
from gateway.telemetry import start_tracing
from shared.logs import write_log

_settings = read_settings()
write_log(_settings.log_format, _settings.secrets())
if _settings.exports_traces:
    atexit.register(start_tracing())
app = create_gateway(_settings).asgi
