"""What a message puts on the wire, in bytes: as many on any machine, and never more than today."""

import pytest

from tests.gateway.conftest import Meet, Start
from tests.gateway.serving import Person, Wire, chatkit_message

pytestmark = pytest.mark.anyio

MOST_INSIDE = 6_300
"""Between the gateway and the MCP server, there and back."""
MOST_TO_THE_PAGE = 3_100


async def cost(person: Person, wire: Wire, text: str, thread_id: str) -> tuple[int, int]:
    """Return the bytes between the processes, and those of the answer to the page."""
    wire.carried = 0
    answer = await person.post("chatkit", chatkit_message(text, thread_id))
    assert answer.status_code == 200, answer.text
    return wire.carried, len(answer.content)


@pytest.mark.requirement("007/FR-005")
async def test_a_message_takes_no_more_bytes_than_it_did(start: Start, meet: Meet, wire: Wire) -> None:
    ann = meet(await start())
    thread_id = (await ann.chat("add buy milk"))[0]["thread"]["id"]

    inside, to_the_page = await cost(ann, wire, "what is on my list?", thread_id)
    more_inside, more_to_the_page = await cost(ann, wire, "complete buy milk", thread_id)
    _, many_words = await cost(ann, wire, "hello", thread_id)

    assert (inside <= MOST_INSIDE, to_the_page <= MOST_TO_THE_PAGE) == (True, True), (inside, to_the_page)
    assert more_inside > MOST_INSIDE, "the control: a tool call more is seen"
    assert more_to_the_page > MOST_TO_THE_PAGE, "the control: a longer answer is seen"
    assert many_words <= MOST_TO_THE_PAGE, "words that are there together take an event each"
