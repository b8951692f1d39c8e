"""The sign-in service's fixtures, for tests that need it beside the others."""

from tests.frontend.conftest import auth_url, told

__all__ = ["auth_url", "told"]
