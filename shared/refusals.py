"""Why an identity was refused: the closed list of reasons, and a log that repeats none more than once a minute."""

import logging
import time
from collections.abc import Callable
from enum import StrEnum
from typing import Final

QUIET_SECONDS: Final = 60.0


class Refusal(StrEnum):
    """A reason, for metrics and the log; the caller is never told which."""

    NO_SINGLE_BEARER = "no_single_bearer"
    SHAPE = "shape"
    BASE64 = "base64"
    NOT_JSON = "not_json"
    NOT_AN_OBJECT = "not_an_object"
    DUPLICATE_MEMBER = "duplicate_member"
    NON_FINITE = "non_finite"
    ALGORITHM = "algorithm"
    HEADER_MEMBER = "header_member"
    HEADER_TYPE = "header_type"
    TYP = "typ"
    KID_MISSING = "kid_missing"
    KID_UNKNOWN = "kid_unknown"
    KEY_ALGORITHM = "key_algorithm"
    SIGNATURE = "signature"
    TIME_TYPE = "time_type"
    TIME_MISSING = "time_missing"
    EXPIRED = "expired"
    NOT_YET_VALID = "not_yet_valid"
    LIFETIME = "lifetime"
    ISSUER = "issuer"
    AUDIENCE = "audience"
    CLAIM_TYPE = "claim_type"
    USER_ID_SYNTAX = "user_id_syntax"
    IDENTITY_CONFLICT = "identity_conflict"
    NO_SUBJECT = "no_subject"
    MACHINE_TOKEN = "machine_token"  # noqa: S105 - a reason, no secret
    ACTOR = "actor"
    ASSERTION_ID = "assertion_id"
    UNEXPECTED = "unexpected"
    ANOTHER_USER = "another_user"
    KEYS_UNAVAILABLE = "keys_unavailable"


class RefusalLog:
    """Writes one line for a reason, and then none for a minute; the next one says how many were left out."""

    def __init__(self, log: logging.Logger, clock: Callable[[], float] = time.monotonic) -> None:
        self._log = log
        self._clock = clock
        self._written_at: dict[Refusal, float] = {}
        self._left_out = dict.fromkeys(Refusal, 0)

    def tell(self, reason: Refusal) -> None:
        now = self._clock()
        if now - self._written_at.get(reason, float("-inf")) < QUIET_SECONDS:
            self._left_out[reason] += 1
            return
        told = {"reason": reason.value, "suppressed": self._left_out[reason]}
        self._written_at[reason], self._left_out[reason] = now, 0
        self._log.warning("auth_failure", extra={"told": told})
