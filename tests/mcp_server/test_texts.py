"""What a person typed is kept as they see it; what nobody sees is not."""

import unicodedata

import pytest
from hypothesis import given, strategies as st

from mcp_server.services.texts import clean_line, clean_text, folded, storable


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  buy \t milk\n now ", "buy milk now"),
        ("cafe\u0301", "café"),
        ("pay\u200b the\u2060 rent\ufeff", "pay the rent"),
        ("\u202edelete\u202c all", "delete all"),
        ("tags\U000e0041\U000e0042 gone", "tags gone"),
        ("variations\ufe01\U000e0101 gone", "variations gone"),
        ("bell\x07 and null\x00", "bell and null"),
        ("line\u2028break\x85here", "line break here"),
        ("half\ud800 pair", "half pair"),
        ("soft\u00adhyphen", "softhyphen"),
        ("hidden\u200dword", "hiddenword"),
        ("\u200b\u200d\ufe0f", ""),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("👩\u200d👧 and ❤\ufe0f\u200d🔥", "👩\u200d👧 and ❤\ufe0f\u200d🔥"),
        ("1\ufe0f\u20e3 first", "1\ufe0f\u20e3 first"),
        ("🙂\ufe0f\ufe0f\ufe0f\ufe0f!", "🙂\ufe0f!"),
        ("نص عربي, עברית, 中文, हिन्दी", "نص عربي, עברית, 中文, हिन्दी"),
    ],
)
def test_a_title_is_one_visible_line(typed: str, kept: str) -> None:
    assert clean_line(typed) == kept


def test_notes_keep_their_lines() -> None:
    assert clean_text("\n one \u200b two \r\n\r\n\n\nthree\tfour\n\n") == "one two\n\nthree four"


@given(st.text())
def test_cleaning_is_done_once(text: str) -> None:
    once = clean_line(text)

    assert clean_line(once) == once
    assert clean_text(clean_text(text)) == clean_text(text)
    assert not any(unicodedata.category(char) in {"Cc", "Cs"} for char in once)
    once.encode()


def test_case_and_spacing_make_no_difference_to_a_person() -> None:
    assert folded(" Buy  MILK ") == folded("buy milk")
    assert folded("STRASSE") == folded("straße")


def test_json_is_kept_but_for_what_postgresql_refuses() -> None:
    assert storable({"a\0": ["x\ud800", 1, None, True, {"b": "ok"}]}) == {"a": ["x?", 1, None, True, {"b": "ok"}]}
