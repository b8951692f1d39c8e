"""The conversation as a model is given it, read as messages with what the tools reported after each."""

import json
from collections.abc import Iterable
from typing import Any

from gateway.offline.rules import Said
from gateway.offline.steps import Report


def messages_in(items: Iterable[dict[str, Any]]) -> list[Said]:
    """Return the person's messages, oldest first."""
    calls: dict[str, dict[str, Any]] = {}
    messages: list[tuple[str, list[Report]]] = []
    for item in items:
        if item.get("role") == "user":
            messages.append((_text(item), []))
        elif item.get("type") == "function_call":
            calls[item["call_id"]] = item
        elif item.get("type") == "function_call_output" and messages:
            call = calls[item["call_id"]]
            report = Report(call["name"], json.loads(call["arguments"]), json.loads(item["output"]))
            messages[-1][1].append(report)
    return [Said(text, reports) for text, reports in messages]


def _text(item: dict[str, Any]) -> str:
    content = item["content"]
    return content if isinstance(content, str) else "".join(part.get("text", "") for part in content)
