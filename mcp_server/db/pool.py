"""The connections to the database, and how long a transaction waits for one."""

import logging
import time
from typing import Any

from sqlalchemy.pool import AsyncAdaptedQueuePool, ConnectionPoolEntry

from mcp_server.telemetry import POOL_IN_USE, POOL_SIZE, POOL_WAITED

# SQLAlchemy tells of each connection at INFO, under the name of the class.
logging.getLogger(f"{__name__}.WatchedPool").setLevel(logging.WARNING)


class WatchedPool(AsyncAdaptedQueuePool):
    """SQLAlchemy's own pool, measured."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        POOL_SIZE.set_function(self.size)
        POOL_IN_USE.set_function(self.checkedout)

    def _do_get(self) -> ConnectionPoolEntry:
        if self.checkedout() < self.size():
            return super()._do_get()
        begun = time.perf_counter()
        try:
            return super()._do_get()
        finally:
            POOL_WAITED.observe(time.perf_counter() - begun)
