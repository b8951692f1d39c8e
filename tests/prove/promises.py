"""The promises that are proved, in the order in which they run."""

from tests.prove import (
    canaries,
    cors_matrix,
    forged_pairs,
    hostile,
    key_faults,
    leak,
    leaving,
    memory,
    messages,
    mutations,
    overload,
    schema,
)

PROMISES = (
    mutations.PROMISE,
    forged_pairs.PROMISE,
    leak.PROMISE,
    key_faults.PROMISE,
    cors_matrix.PROMISE,
    hostile.PROMISE,
    messages.PROMISE,
    overload.PROMISE,
    leaving.PROMISE,
    memory.PROMISE,
    canaries.PROMISE,
    schema.PROMISE,
)
