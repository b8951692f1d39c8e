"""A desktop app that starts `mcp-remote`: the sign-in opens in a browser, and the tools are there."""

import re
import shutil
from pathlib import Path

import anyio
import httpx2
import pytest
from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client

from tests.conformance import node
from tests.e2e.people import Person
from tests.e2e.test_mcp_client import Consent

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.skipif(bool(node.why_not()), reason=node.why_not()),
    pytest.mark.timeout(node.INSTALL_SECONDS + 120),  # the first test of all installs the packages
]

ADDRESS = re.compile(r"http://\S+/api/auth/oauth2/authorize\?\S+")


@pytest.mark.requirement("006/FR-034")
async def test_the_proxy_signs_a_person_in_and_brings_their_tasks(person: Person, tmp_path: Path) -> None:
    person.say("add buy milk")
    command, *arguments = node.program("mcp-remote")
    programs = tmp_path / "bin"
    programs.mkdir()
    for name, target in (("xdg-open", "/bin/true"), ("env", "/usr/bin/env"), ("sh", "/bin/sh")):
        (programs / name).symlink_to(target)  # no browser of this machine opens: the test is the person
    environment = {"PATH": str(programs), "HOME": str(tmp_path), "BROWSER": "true"}
    target = [*arguments, f"{person.remit.mcp}/mcp", "--allow-http"]
    bridge = StdioServerParameters(command=shutil.which(command) or command, args=target, env=environment)
    log = tmp_path / "bridge.log"

    with log.open("w") as out:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(_allow, person, log)
            async with Client(stdio_client(bridge, errlog=out), mode="legacy") as client:
                found = await client.call_tool("find_tasks", {})

    assert found.structured_content is not None
    assert [task["title"] for task in found.structured_content["tasks"]] == ["buy milk"]


async def _allow(person: Person, log: Path) -> None:
    """Open the address that the proxy prints, say yes, and follow the way back to it."""
    with anyio.fail_after(40):
        while not (printed := ADDRESS.search(await anyio.Path(log).read_text())):  # noqa: ASYNC110 - another's file
            await anyio.sleep(0.1)
    back = await anyio.to_thread.run_sync(Consent(person).callback, printed[0])
    async with httpx2.AsyncClient(timeout=30) as browser:
        assert (await browser.get(back)).status_code == 200
