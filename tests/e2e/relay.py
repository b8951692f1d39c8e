"""A stretch of network between the browser and the gateway, which a test cuts and mends."""

import contextlib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

CHUNK = 65_536


@dataclass
class Relay:
    """Passes bytes on; while it is cut, open connections are gone and new ones are closed at once."""

    target: int
    url: str = ""
    _is_cut: bool = False
    _open: set[socket.socket] = field(default_factory=set)

    def cut(self) -> None:
        self._is_cut = True
        for connection in list(self._open):
            with contextlib.suppress(OSError):  # the other side was quicker
                connection.shutdown(socket.SHUT_RDWR)

    def mend(self) -> None:
        self._is_cut = False

    @contextmanager
    def running(self) -> Iterator["Relay"]:
        with socket.create_server(("127.0.0.1", 0)) as listening:
            self.url = f"http://localhost:{listening.getsockname()[1]}"
            accepting = threading.Thread(target=self._accept, args=(listening,), daemon=True)
            accepting.start()
            yield self
            self.cut()
            listening.shutdown(socket.SHUT_RDWR)
            accepting.join(5)

    def _accept(self, listening: socket.socket) -> None:
        while True:
            try:
                near, _ = listening.accept()
            except OSError:  # closed: the test is over
                return
            if self._is_cut:
                near.close()
                continue
            far = socket.create_connection(("127.0.0.1", self.target))
            for one, other in ((near, far), (far, near)):
                threading.Thread(target=self._pass_on, args=(one, other), daemon=True).start()

    def _pass_on(self, one: socket.socket, other: socket.socket) -> None:
        self._open.add(one)
        with contextlib.suppress(OSError):  # cut
            while data := one.recv(CHUNK):
                other.sendall(data)
        with contextlib.suppress(OSError):
            other.shutdown(socket.SHUT_RDWR)
        self._open.discard(one)
        one.close()
