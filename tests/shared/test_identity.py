"""One identity from the claims: nothing is coerced, trimmed or folded, and claims that disagree name nobody."""

import re
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from shared.identity import USER_ID_PATTERN, TokenRefusedError, user_id_of

pytestmark = [pytest.mark.requirement("001/FR-032"), pytest.mark.requirement("003/FR-004")]

CLAIMS = ("sub", "user_id", "userId", "id")
good_ids = st.from_regex(re.compile(USER_ID_PATTERN[:-1] + r"\Z"), fullmatch=False).map(str)
odd_ids = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False),
    st.lists(st.text(max_size=3), max_size=2),
    st.text(max_size=4).filter(lambda text: not re.match(USER_ID_PATTERN[:-1] + r"\Z", text)),
    good_ids.map(lambda text: f" {text}"),
    good_ids.map(lambda text: f"{text}\n"),
    good_ids.map(lambda text: f"{text}\u200b"),
)


def reason_of(claims: dict[str, Any], accepted: tuple[str, ...] = ("sub",)) -> str:
    with pytest.raises(TokenRefusedError) as refused:
        user_id_of(claims, accepted)
    return refused.value.reason


@settings(max_examples=300)
@given(user=good_ids, others=st.sets(st.sampled_from(CLAIMS[1:])))
def test_claims_that_agree_are_one_identity_byte_for_byte(user: str, others: set[str]) -> None:
    assert user_id_of({"sub": user, **dict.fromkeys(others, user)}) == user


@settings(max_examples=300)
@given(user=good_ids, other=good_ids, claim=st.sampled_from(CLAIMS[1:]))
def test_claims_that_disagree_name_nobody(user: str, other: str, claim: str) -> None:
    if user != other:
        assert reason_of({"sub": user, claim: other}) == "identity_conflict"


@settings(max_examples=300)
@given(user=good_ids, odd=odd_ids, claim=st.sampled_from(CLAIMS))
def test_a_claim_of_another_type_or_syntax_names_nobody_wherever_it_stands(user: str, odd: object, claim: str) -> None:
    assert reason_of({"sub": user, claim: odd}) == "user_id_syntax"


@settings(max_examples=100)
@given(user=good_ids, claim=st.sampled_from(CLAIMS[1:]))
def test_another_claim_counts_only_where_the_operator_lists_it(user: str, claim: str) -> None:
    assert reason_of({claim: user}) == "no_subject"
    assert user_id_of({claim: user}, ("sub", claim)) == user


@settings(max_examples=100)
@given(user=good_ids, claim=st.sampled_from(["client_id", "azp"]))
def test_a_machine_is_no_user(user: str, claim: str) -> None:
    assert reason_of({"sub": user, claim: user}) == "machine_token"


@pytest.mark.parametrize("pair", [("Ada", "ada"), ("user-1", "user-1."), ("1", "01"), ("a:b", "a_b")])
def test_two_spellings_are_two_users(pair: tuple[str, str]) -> None:
    first, second = ({"sub": one} for one in pair)

    assert user_id_of(first) != user_id_of(second)
