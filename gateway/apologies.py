"""What the assistant says when it cannot finish an answer: why, and what that means for the list."""

import openai
from agents.exceptions import MaxTurnsExceeded, ModelBehaviorError, ModelRefusalError

from gateway.answers import Answer
from gateway.budget import BudgetSpentError
from shared.errors import ProductError

REASONS: tuple[tuple[type[Exception], str], ...] = (
    (TimeoutError, "it took too long"),
    (MaxTurnsExceeded, "it took more steps than I may take"),
    (BudgetSpentError, "it took more reading and writing than I may spend on one message"),
    (ModelRefusalError, "the model refused"),
    (ModelBehaviorError, "the model gave no answer that I can use"),
    (openai.AuthenticationError, "the model's server refuses the key of this installation (OPENAI_API_KEY)"),
    (openai.NotFoundError, "the model's server knows no such model or address (OPENAI_MODEL, OPENAI_BASE_URL)"),
    (openai.BadRequestError, "the model's server did not accept the request"),
    (openai.RateLimitError, "the model is asked too often, or its account is used up"),
    (openai.OpenAIError, "the model cannot be reached"),
    (ProductError, "the task list cannot be reached"),
)


def apology(error: Exception, answer: Answer) -> str:
    """Return a sentence that says nothing of what is inside."""
    reason = next((text for kind, text in REASONS if isinstance(error, kind)), "something went wrong on our side")
    state = (
        "Some of the steps above may have happened: look at your list, then send your message again."
        if answer.has_acted
        else "Nothing was changed. Send your message again."
    )
    return f"I could not finish this answer: {reason}. {state}"


def is_expected(error: Exception) -> bool:
    """Tell whether the error is one of the world's, and no fault of the code."""
    return isinstance(error, tuple(kind for kind, _ in REASONS))
