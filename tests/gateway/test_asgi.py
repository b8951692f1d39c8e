"""The gateway under somebody else's server."""

import subprocess
import sys
import time

import httpx2
import pytest

from tests.services import ROOT, Issuer, Service, SigningKey, free_port, gateway_environment


@pytest.mark.requirement("006/FR-011")
def test_any_asgi_server_serves_the_gateway(
    mcp_server: Service, issuer: Issuer, gateway_key: SigningKey, user_id: str
) -> None:
    port = free_port()
    told = gateway_environment(f"{mcp_server.url}/gateway", issuer, gateway_key, port)
    line = [sys.executable, "-m", "uvicorn", "gateway.asgi:app", "--port", str(port), "--log-level", "error"]
    process = subprocess.Popen(line, cwd=ROOT, env=told | {"PYTHONPATH": str(ROOT)})
    try:
        _wait(process, f"http://127.0.0.1:{port}/readyz")
        headers = {"Authorization": f"Bearer {issuer.gateway_token(user_id)}", "Origin": "http://localhost:3000"}
        answer = httpx2.post(
            f"http://127.0.0.1:{port}/api/{user_id}/chat", json={"message": "hello"}, headers=headers, timeout=30
        )
        assert answer.status_code == 200, answer.text
        assert answer.headers["access-control-allow-origin"] == "http://localhost:3000"
    finally:
        process.terminate()
        process.wait(20)


def _wait(process: subprocess.Popen[bytes], url: str) -> None:
    deadline = time.monotonic() + 20
    while True:
        assert process.poll() is None
        assert time.monotonic() < deadline
        try:
            if httpx2.get(url, timeout=2).status_code == httpx2.codes.OK:
                return
        except httpx2.TransportError:
            pass
        time.sleep(0.1)
