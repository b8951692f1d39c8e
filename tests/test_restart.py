"""A restart is not an end: conversations go on when every process was replaced."""

from typing import Any

import httpx2
import pytest

from tests.services import Issuer, Service


def say(gateway: Service, token: str, user_id: str, message: str, conversation_id: str = "") -> httpx2.Response:
    body: dict[str, Any] = {"message": message} | ({"conversation_id": conversation_id} if conversation_id else {})
    headers = {"Authorization": f"Bearer {token}"}
    return httpx2.post(f"{gateway.url}/api/{user_id}/chat", json=body, headers=headers, timeout=60)


@pytest.mark.requirement("001/SC-004")
def test_a_conversation_goes_on_after_gateway_and_mcp_server_were_restarted(
    gateway: Service, mcp_server: Service, issuer: Issuer, user_id: str
) -> None:
    token = issuer.gateway_token(user_id)
    first = say(gateway, token, user_id, "add prune the roses tomorrow").json()

    mcp_server.restart()
    gateway.restart()

    second = say(gateway, token, user_id, "what is on my list?", first["conversation_id"]).json()
    assert second["conversation_id"] == first["conversation_id"]
    assert "prune the roses" in second["response"]


@pytest.mark.requirement("001/FR-037")
def test_an_absent_mcp_server_costs_one_message_and_no_restart(
    gateway: Service, mcp_server: Service, issuer: Issuer, user_id: str
) -> None:
    token = issuer.gateway_token(user_id)
    assert say(gateway, token, user_id, "add oil the door").status_code == 200

    mcp_server.kill()
    try:
        lost = say(gateway, token, user_id, "add paint the fence")
    finally:
        mcp_server.start()

    assert lost.status_code == 503
    assert lost.json()["code"] == "unavailable"
    assert int(lost.headers["retry-after"]) >= 1
    again = say(gateway, token, user_id, "what is on my list?")
    assert "oil the door" in again.json()["response"]
    assert "paint the fence" not in again.json()["response"]
