"""What changed between two texts: only what changed, word by word, and everything can be put together again."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from proctored_exam_xblock.presenter.wording import changes

OLD = "1. Je suis seul.\n\n2. Kept for six weeks.\n\n3. Gone."
NEW = "1. Je suis seul.\n\n2. Kept for eight weeks.\n\n4. New."


def kinds(paragraph: tuple) -> list[tuple[str, str]]:
    return [(piece.kind, piece.text) for piece in paragraph]


def test_only_changed_paragraphs_are_shown_word_by_word() -> None:
    kept, renumbered = changes(OLD, NEW)
    assert kinds(kept) == [("same", "2. Kept for"), ("out", "six"), ("in", "eight"), ("same", "weeks.")]
    assert kinds(renumbered) == [("out", "3. Gone."), ("in", "4. New.")]


def test_a_new_text_is_added_and_one_that_is_gone_taken_out_as_a_whole() -> None:
    assert [kinds(p) for p in changes("", "A b.\n\nC.")] == [[("in", "A b.")], [("in", "C.")]]
    assert [kinds(p) for p in changes("A b.", "")] == [[("out", "A b.")]]


def test_the_same_words_with_other_blanks_have_not_changed() -> None:
    assert changes("a  b\n c\n\nd", "a b c\n\n\n\nd ") == ()


def test_very_long_paragraphs_are_not_compared_word_by_word() -> None:
    [paragraph] = changes("a " * 4000, "b " * 4000)
    assert [piece.kind for piece in paragraph] == ["out", "in"]


TEXTS = st.lists(st.lists(st.sampled_from(["a", "b", "c", "d", "e"]), min_size=1, max_size=8).map(" ".join), max_size=5)


@given(TEXTS, TEXTS)
def test_what_was_and_what_is_can_be_read_off_the_changes(old: list[str], new: list[str]) -> None:
    found = changes("\n\n".join(old), "\n\n".join(new))
    was = [" ".join(piece.text for piece in p if piece.kind != "in") for p in found]
    now = [" ".join(piece.text for piece in p if piece.kind != "out") for p in found]
    assert _is_within([text for text in was if text], old)
    assert _is_within([text for text in now if text], new)


def _is_within(some: list[str], whole: list[str]) -> bool:
    rest = iter(whole)
    return all(text in rest for text in some)
