"""What a promise is, what trying it came to, and what it needs to be tried on."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from tests.faults.stack import Cluster, own_cluster
from tests.services import (
    Issuer,
    Service,
    SigningKey,
    embedded_postgres,
    free_port,
    mcp_server_environment,
    migrated,
    open_folder,
)

Counts: TypeAlias = dict[str, int]


@dataclass(frozen=True)
class Stage:
    """The running parts: a migrated database, an issuer of tokens, and an MCP server; and a cluster that may die."""

    owner_url: str
    app_url: str
    issuer: Issuer
    gateway_key: SigningKey
    mcp_server: Service
    mortal: Cluster


@dataclass(frozen=True)
class Outcome:
    """How often something was tried, and how often what must never happen did.

    Attributes:
        broken: what must stay 0, by name.
        control_broken: the same with the protection taken out, where each must be above 0.
        figures: whatever else was counted on the way.
        tested: those of ``broken`` that no control shows cheaply: a test shows them to whatever counts them.
    """

    tried: int
    broken: Counts
    control_tried: int
    control_broken: Counts
    figures: dict[str, float] = field(default_factory=dict)
    tested: tuple[str, ...] = ()

    @property
    def is_kept(self) -> bool:
        """Tell whether nothing happened that must not, and it is known of each zero that it could have been more."""
        return self.tried > 0 and not any(self.broken.values()) and self.is_controlled

    @property
    def is_controlled(self) -> bool:
        """Tell whether the control found everything that must be 0 but what a test shows."""
        return self.control_broken.keys() | set(self.tested) == self.broken.keys() and all(self.control_broken.values())


@dataclass(frozen=True)
class Promise:
    """One promise; ``tries`` is how often the long run tries it."""

    name: str
    says: str
    control: str
    tries: int
    run: Callable[[Stage, int], Outcome]


@contextmanager
def own_stage() -> Iterator[Stage]:
    """Start everything that a promise may need."""
    with ExitStack() as stack:
        postgres = stack.enter_context(embedded_postgres())
        app_url = migrated(postgres)
        issuer, key, port = Issuer(), SigningKey(), free_port()
        stack.callback(issuer.close)
        logs: Path = stack.enter_context(open_folder())
        environment = mcp_server_environment(app_url, issuer, key, port)
        server = Service("mcp_server", port, environment, logs / "mcp_server.log")
        server.start()
        stack.callback(server.stop)
        yield Stage(postgres.url, app_url, issuer, key, server, stack.enter_context(own_cluster()))
