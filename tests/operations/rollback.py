"""`python -m tests.operations.rollback COMMIT`: an older release beside this one, on the schema of this one.

The way of a rollback, from the page to the MCP server, and the way of an upgrade back. After each step somebody goes on
with what was there before. Both releases are installed from their own pins; the commit must be in this clone's history.
`make test` does the same with the Python services of one older release, which lies beside this file.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from types import SimpleNamespace
from typing import cast

import httpx2

from local.settings import PORTS, StartError
from tests.e2e.launcher import Launcher
from tests.e2e.people import Person
from tests.mcp_server.client import Caller
from tests.oauth import OAuthApp
from tests.operations.releases import THIS, Product, Release, release_of, running_product
from tests.services import embedded_postgres, open_folder

WAY_BACK = ("page", "gateway", "mcp_server")
"""In this order from a release to the one before it, and in the other order forward again."""


class Somebody:
    """A person with a conversation, a list and an app that was let in, who goes on with all of them."""

    def __init__(self, ports: dict[str, int]) -> None:
        page, gateway, mcp = (f"http://localhost:{ports[name]}" for name in PORTS)
        self._mcp = f"{mcp}/mcp"
        self.person = Person(cast("Launcher", SimpleNamespace(page=page, gateway=gateway)))
        self._conversation = self.person.say("hello")["conversation_id"]
        self._app = OAuthApp(self.person.page, self._mcp)
        self._refresh = self._app.get_in()["refresh_token"]
        self._titles: list[str] = []
        self._has_deleted = False

    def go_on(self) -> None:
        """Sign in again, take back what was deleted the last time, add, delete and read, as the page and the app do.

        Raises:
            AssertionError: something is not as it was, or not served.
        """
        self.person.post("/api/auth/sign-in/email", **self.person.credentials)
        if self._has_deleted:
            self._say("undo", "undo")
            self._has_deleted = False
        self._add(f"buy {len(self._titles) + 1} apples")
        self._add(f"buy {len(self._titles) + 1} apples")
        self._say(f"delete {self._titles[0]}", "delete_tasks")
        self._has_deleted = True
        shown = self._say("what is on my list?", "find_tasks")
        assert all(title in shown for title in self._titles[1:]), shown
        tokens = self._app.refresh(self._refresh).json()
        self._refresh = tokens["refresh_token"]
        found = Caller(self._mcp, tokens["access_token"]).ok("find_tasks")["tasks"]
        assert sorted(task["title"] for task in found) == sorted(self._titles[1:])

    def _add(self, title: str) -> None:
        self._say(f"add {title}", "add_tasks")
        self._titles.append(title)

    def _say(self, message: str, tool: str) -> str:
        answer = self.person.say(message, self._conversation)
        assert {"name": tool, "ok": True} in answer["tool_calls"], f"{message}: {answer}"
        return str(answer["response"])


def there_and_back(kinds: Sequence[str], older: Release) -> list[tuple[str, Release]]:
    """Return the steps of a rollback of these kinds of process, and of the upgrade after it."""
    return [(kind, older) for kind in kinds] + [(kind, THIS) for kind in reversed(kinds)]


def walk(product: Product, somebody: Somebody, steps: Sequence[tuple[str, Release]]) -> Iterator[tuple[str, str]]:
    """Take each step, and yield what it was and what is wrong after it: nothing, where somebody can go on."""
    for kind, release in steps:
        fault = ""
        try:
            product.put([kind], release)
            somebody.go_on()
        except StartError as error:
            fault = str(error)
            if reason := release.unusable(kind):
                fault = f"it cannot run with these packages: {reason}"
        except (AssertionError, httpx2.TransportError) as error:
            fault = str(error) or type(error).__name__
        yield f"{kind} of {release.name} (schema {release.revision}) on schema {THIS.revision}", fault


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.operations.rollback", description=__doc__)
    parser.add_argument("commit")
    commit, is_served = parser.parse_args().commit, True
    with open_folder() as folder, embedded_postgres() as postgres:
        older = release_of(commit, folder / "older")
        with running_product(postgres.url) as product:
            somebody = Somebody(product.ports)
            with closing(somebody.person):
                somebody.go_on()
                for step, fault in walk(product, somebody, there_and_back(WAY_BACK, older)):
                    sys.stdout.write(f"FAILED  {step}: {fault}\n" if fault else f"ok      {step}\n")
                    sys.stdout.flush()
                    is_served &= not fault
    return 0 if is_served else 1


if __name__ == "__main__":
    sys.exit(main())
