"""What changed between two texts, word by word, for somebody who read the first one."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache

SAME, OUT, IN = "same", "out", "in"
_MOST_WORDS = 1500
"""A longer pair of paragraphs is shown as one taken out and one put in: comparing takes the square of their length."""
_ALIKE = 0.3
"""Paragraphs less alike than this are two paragraphs."""


@dataclass(frozen=True)
class Piece:
    """Words that stayed (``same``), were taken out (``out``) or put in (``in``); a space stands between two pieces."""

    kind: str
    text: str


Paragraph = tuple[Piece, ...]


@lru_cache(maxsize=64)
def changes(old: str, new: str) -> tuple[Paragraph, ...]:
    """Only the paragraphs that changed, in the order of the new text."""
    before, after = _paragraphs(old), _paragraphs(new)
    found: list[Paragraph] = []
    for kind, i, j, k, m in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind != "equal":
            found += _block(before[i:j], after[k:m])
    return tuple(found)


def _paragraphs(text: str) -> list[str]:
    return [" ".join(paragraph.split()) for paragraph in text.split("\n\n") if paragraph.strip()]


def _block(before: list[str], after: list[str]) -> list[Paragraph]:
    """Pair the paragraphs of a changed stretch one by one; what is left over was taken out, or put in, as a whole."""
    paired = min(len(before), len(after))
    found = [_words(old, new) for old, new in zip(before[:paired], after[:paired], strict=True)]
    found += [(Piece(OUT, old),) for old in before[paired:]]
    return found + [(Piece(IN, new),) for new in after[paired:]]


def _words(old: str, new: str) -> Paragraph:
    before, after = old.split(), new.split()
    whole = (Piece(OUT, old), Piece(IN, new))
    if max(len(before), len(after)) > _MOST_WORDS:
        return whole
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    if matcher.ratio() < _ALIKE:
        return whole
    pieces: list[Piece] = []
    for kind, i, j, k, m in matcher.get_opcodes():
        if kind == "equal":
            pieces.append(Piece(SAME, " ".join(after[k:m])))
            continue
        if j > i:
            pieces.append(Piece(OUT, " ".join(before[i:j])))
        if m > k:
            pieces.append(Piece(IN, " ".join(after[k:m])))
    return tuple(pieces)
