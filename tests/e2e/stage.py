"""A conversation with every kind of item, put before the browser as the gateway would send it."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Page, Route

THREAD = {"id": "thr_stage", "title": "Every kind of item", "created_at": "2026-11-25T10:00:00Z"}
LONG_WORD = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft" * 2
MARKDOWN = f"""# What is due

You have **two** tasks, one of them _late_ and one ~~gone~~; see [the plan](https://plan.example/week) and `remit`.

1. Buy milk
2. Water the ferns
   - those in the hall

> Said the list.

```
{LONG_WORD}
```

| task | due |
|---|---|
| Buy milk | tomorrow |
| {LONG_WORD} | never |

שלום, זו רשימת המשימות שלך: **קנה חלב** מחר.

{LONG_WORD}
"""


def user(item_id: str, text: str) -> dict[str, Any]:
    return {"type": "user_message", "id": item_id, "content": [{"type": "input_text", "text": text}], "attachments": []}


def assistant(item_id: str, text: str) -> dict[str, Any]:
    source = {"type": "url", "title": "The week", "url": "https://plan.example/week"}
    part = {"type": "output_text", "text": text, "annotations": [{"type": "annotation", "source": source}]}
    return {"type": "assistant_message", "id": item_id, "content": [part]}


def row(n: int, title: str, due: str, done: str) -> dict[str, Any]:
    act = {"type": "tasks.complete", "payload": {"id": f"t{n}"}, "handler": "server", "loadingBehavior": "self"}
    parts = [
        {"type": "Text", "value": f"{n}. {title}"},
        {"type": "Caption", "value": due},
        {"type": "Badge", "label": "home"},
        {"type": "Spacer"},
        {"type": "Button", "label": done, "onClickAction": act},
    ]
    return {"type": "ListViewItem", "children": [{"type": "Row", "children": parts}]}


def widgets() -> list[dict[str, Any]]:
    rows = [row(1, "buy milk", "tomorrow", "Done"), row(2, f"water {LONG_WORD}", "Friday", "Undo")]
    answer = {"type": "approval", "payload": {"approval_id": "a1"}, "handler": "server"}
    card = {
        "type": "Card",
        "children": [
            {"type": "Title", "value": "Delete 2 tasks?"},
            {"type": "Text", "value": "buy milk, water the ferns"},
        ],
        "confirm": {"label": "Delete", "action": answer},
        "cancel": {"label": "Keep", "action": answer},
    }
    return [
        {"type": "widget", "id": "w1", "widget": {"type": "ListView", "children": rows}},
        {"type": "widget", "id": "w2", "widget": card},
    ]


def everything() -> list[dict[str, Any]]:
    steps = [
        {"type": "custom", "title": "Looking at your tasks", "status_indicator": "complete"},
        {"type": "custom", "title": "Completing buy milk", "status_indicator": "loading"},
    ]
    workflow = {"type": "custom", "tasks": steps}
    return [
        user("u1", f"What is due? {LONG_WORD}"),
        {"type": "workflow", "id": "f1", "workflow": workflow},
        assistant("a1", MARKDOWN),
        {"type": "workflow", "id": "f2", "workflow": workflow | {"summary": {"title": "Two steps"}, "expanded": False}},
        user("u2", "מחק את שתי המשימות"),
        *widgets(),
        assistant("a2", "Shall I?"),
    ]


@dataclass
class Stage:
    """Answers the chat's requests: reads with ``items``, messages with ``events``, or a refusal."""

    items: list[dict[str, Any]] = field(default_factory=everything)
    events: list[dict[str, Any]] = field(default_factory=list)
    refusal: tuple[int, dict[str, str], dict[str, str]] | None = None

    def answer(self, route: Route) -> None:
        if route.request.method != "POST":
            route.continue_()
            return
        asked = json.loads(route.request.post_data or "{}")["type"]
        cors = {"Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": "retry-after"}
        if asked == "threads.get_by_id":
            route.fulfill(json=THREAD | {"items": {"data": self.items, "has_more": False}}, headers=cors)
        elif asked == "threads.list":
            threads = [THREAD, THREAD | {"id": "thr_2", "title": f"Another {LONG_WORD}"}]
            route.fulfill(json={"data": threads, "has_more": False}, headers=cors)
        elif asked == "threads.follow":
            route.fulfill(body="", content_type="text/event-stream", headers=cors)
        elif self.refusal:
            status, body, headers = self.refusal
            route.fulfill(status=status, json=body, headers=cors | headers)
        else:
            route.fulfill(body=frames(self.events), content_type="text/event-stream", headers=cors)

    def open(self, page: Page, user_id: str) -> None:
        """Put the conversation before the person who is signed in."""
        page.route("**/chatkit", self.answer)
        page.evaluate("([id, thread]) => sessionStorage.setItem(`remit.thread.${id}`, thread)", [user_id, THREAD["id"]])


def frames(events: Iterable[dict[str, Any]]) -> str:
    return "".join(f"data: {json.dumps(event)}\n\n" for event in events)
