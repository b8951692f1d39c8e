"""How many tokens one message may cost."""

from typing import Any

from agents import Agent, ModelResponse, RunContextWrapper, RunHooks

TOKENS_A_MESSAGE = 60_000


class BudgetSpentError(Exception):
    """The answer has used more tokens than a message may."""


class Budget(RunHooks[None]):
    """Ends a run that has used too many tokens; looked at after each response of the model's."""

    async def on_llm_end(
        self,
        context: RunContextWrapper[None],
        agent: Agent[Any],  # noqa: ARG002 - the SDK's interface
        response: ModelResponse,  # noqa: ARG002 - the SDK's interface
    ) -> None:
        if context.usage.total_tokens > TOKENS_A_MESSAGE:
            raise BudgetSpentError
