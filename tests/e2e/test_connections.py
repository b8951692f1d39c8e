"""Nothing leaves the machine: every connection that a process of the product opened, read from the system calls."""

import ipaddress
import re
from contextlib import closing

import httpx2
import pytest

from local.settings import free_port
from tests.e2e.launcher import Launcher, launcher
from tests.e2e.people import Person
from tests.services import open_folder

ADDRESS = re.compile(r'sin6?_port=htons\((\d+)\).*?(?:inet_addr\("([^"]+)"\)|inet_pton\(AF_INET6, "([^"]+)")')
DNS_PORT = "53"


def foreign_addresses(trace: str) -> list[str]:
    found = ((port, v4 or v6) for port, v4, v6 in ADDRESS.findall(trace))
    return [f"{at}:{port}" for port, at in found if port == DNS_PORT or not ipaddress.ip_address(at).is_loopback]


def test_the_reading_of_a_trace_finds_foreign_addresses() -> None:
    """The negative control: a look-up, a foreign IPv4 and a foreign IPv6 address are seen; loopback is not."""
    trace = """
    7 connect(8, {sa_family=AF_INET, sin_port=htons(5432), sin_addr=inet_addr("127.0.0.1")}, 16) = 0
    7 connect(8, {sa_family=AF_INET, sin_port=htons(53), sin_addr=inet_addr("127.0.0.53")}, 16) = 0
    7 connect(8, {sa_family=AF_INET, sin_port=htons(443), sin_addr=inet_addr("203.0.113.9")}, 16) = -1
    7 connect(8, {sa_family=AF_INET6, sin6_port=htons(443), sin6_flowinfo=htonl(0), \
inet_pton(AF_INET6, "2001:db8::1", &sin6_addr), sin6_scope_id=0}, 28) = -1
    """

    assert foreign_addresses(trace) == ["127.0.0.53:53", "203.0.113.9:443", "2001:db8::1:443"]


@pytest.mark.requirement("001/SC-005")
def test_no_process_opens_a_connection_to_another_machine(remit: Launcher, person: Person) -> None:
    if remit.trace is None:
        pytest.skip("strace is not installed, and could not be")
    person.say("add buy milk tomorrow")

    trace = remit.trace.read_text()

    assert "127.0.0.1" in trace
    assert foreign_addresses(trace) == []


@pytest.mark.requirement("001/SC-005")
def test_with_a_key_and_a_local_model_no_connection_leaves_either() -> None:
    """The model is away, so the answer fails; what matters is that nobody else is asked, tracing included."""
    local_model = {"OPENAI_API_KEY": "sk-not-a-key", "OPENAI_BASE_URL": f"http://127.0.0.1:{free_port()}/v1"}
    with open_folder() as folder, launcher(folder, traced=True, **local_model) as keyed:
        if keyed.trace is None:
            pytest.skip("strace is not installed, and could not be")
        keyed.start()
        with closing(Person(keyed)) as person:
            url, body = f"{keyed.gateway}/api/{person.user_id}/chat", {"message": "add buy milk"}
            answer = httpx2.post(url, json=body, headers=person.headers, timeout=60)
        keyed.stop()
        trace = keyed.trace.read_text()

    assert answer.status_code == 503
    assert local_model["OPENAI_BASE_URL"].split(":")[2].removesuffix("/v1") in trace
    assert foreign_addresses(trace) == []
