"""Nothing that a person types into the sign-in, and no secret, stands in its log or in an answer to another."""

import httpx2
import pytest

from tests.faults.canaries import canary
from tests.frontend.sign_in import SECRET, SignIn


@pytest.mark.requirement("006/FR-045")
def test_the_sign_in_service_tells_its_log_nothing_of_a_person(service: SignIn) -> None:
    name, password, wrong, unknown, query = (canary() for _ in range(5))
    email = f"{name}@example.test"
    with httpx2.Client(base_url=service.url, headers={"Origin": service.origin}, trust_env=False) as person:
        person.post("/api/auth/sign-up/email", json={"name": name, "email": email, "password": password})
        cookies = [value for _, value in person.cookies.items()]
        token = person.get("/api/auth/token").json()["token"]
    answers = [
        service.post("/api/auth/sign-up/email", {"name": unknown, "email": email, "password": wrong}),
        service.post("/api/auth/sign-in/email", {"email": email, "password": wrong}),
        service.post("/api/auth/sign-in/email", {"email": f"{unknown}@example.test", "password": wrong}),
        service.post("/api/auth/sign-in/email", {"email": {unknown: wrong}, "password": [wrong]}),
        service.post("/api/auth/oauth2/token", {"code": unknown, "client_secret": wrong}),
        service.get(f"/api/auth/{unknown}?{query}"),
        service.get("/api/auth/get-session", headers={"Cookie": f"better-auth.session_token={unknown}.{wrong}"}),
        service.get("/api/auth/oauth2/authorize", params={"client_id": unknown, "redirect_uri": query}),
    ]

    log = service.log.read_text("utf-8")
    people = (name, password, wrong, unknown, query)
    assert not [one for one in (*people, *cookies, *token.split(".")[1:], SECRET) if one in log]
    told = "".join(answer.text for answer in answers)
    assert not [one for one in (password, name, *cookies, SECRET) if one in told.replace(email, "")]
