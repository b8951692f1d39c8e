"""What a failure of the database is told as: a passing one is worth another try, a mistake of ours is not."""

import pytest
from sqlalchemy import exc

from mcp_server.db.failures import raise_meaning
from shared.errors import ErrorCode, ProductError

pytestmark = pytest.mark.requirement("002/FR-055")


@pytest.mark.parametrize("error", [exc.ArgumentError("a FROM is missing"), exc.CompileError("no such type")])
def test_a_statement_that_was_never_sent_is_a_mistake_of_ours(error: exc.SQLAlchemyError) -> None:
    with pytest.raises(type(error)):
        raise_meaning(error)


@pytest.mark.parametrize("error", [ConnectionRefusedError(), TimeoutError(), exc.TimeoutError("none free")])
def test_an_unreachable_database_is_worth_another_try(error: exc.SQLAlchemyError | OSError) -> None:
    with pytest.raises(ProductError) as told:
        raise_meaning(error)

    assert told.value.code is ErrorCode.UNAVAILABLE
    assert told.value.retry_after
