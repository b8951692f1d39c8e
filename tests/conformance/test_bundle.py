"""The desktop bundle: packed from pins, valid, and its command brings the tools."""

import json
import os
import zipfile
from pathlib import Path

import pytest
from mcp import Client
from mcp.client.stdio import StdioServerParameters, stdio_client

from local.packing import pack_bundle
from tests.conformance import node
from tests.services import ROOT, Issuer, Service

pytestmark = [pytest.mark.anyio, pytest.mark.skipif(bool(node.why_not()), reason=node.why_not())]


@pytest.mark.timeout(300)
@pytest.mark.requirement("006/FR-033")
async def test_the_packed_bundle_brings_the_tools_to_a_desktop_app(
    mcp_server: Service, issuer: Issuer, user_id: str, tmp_path: Path
) -> None:
    address = f"{mcp_server.url}/mcp"
    with zipfile.ZipFile(pack_bundle(ROOT, tmp_path / "work")) as bundle:
        assert not [name for name in bundle.namelist() if "mcpb/" in name], "the packing program is not packed"
        bundle.extractall(tmp_path / "app")
    manifest = json.loads((tmp_path / "app" / "manifest.json").read_text())
    told = {"${__dirname}": str(tmp_path / "app"), "${user_config.server_url}": address}
    arguments = manifest["server"]["mcp_config"]["args"]
    for name, value in told.items():
        arguments = [argument.replace(name, value) for argument in arguments]
    # A test has no browser to sign in with: the token comes by a header instead.
    token = issuer.access_token(user_id, address)
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "AUTH": f"Bearer {token}"}
    header = ["--header", "Authorization:${AUTH}"]
    bridge = StdioServerParameters(command=node.node(), args=[*arguments, *header], env=environment)

    with (tmp_path / "bridge.log").open("w") as log:
        async with Client(stdio_client(bridge, errlog=log), mode="legacy") as client:
            assert "find_tasks" in {tool.name for tool in (await client.list_tools()).tools}
