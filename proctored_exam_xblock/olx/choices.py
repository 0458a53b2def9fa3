"""The choices of one input as the platform reads them: texts, names, key, partial credit, hints.

Facts from capa's ``responsetypes.py``, ``inputtypes.py`` and ``capa_problem.py`` (xblocks-contrib 0.13).
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from hashlib import sha256
from typing import TypeVar

from lxml import etree

from ..domain.errors import InvalidPaper
from ..domain.questions import Choice, Credit, Hint, Points, exact
from . import richtext
from .tree import children, refuse, taken

MAX_CHOICES = 200
MAX_POINTS = 1_000

_CREDITS: Mapping[str, frozenset[Credit]] = {
    "multiplechoiceresponse": frozenset({Credit.POINTS}),
    "choiceresponse": frozenset({Credit.EDC, Credit.HALVES}),
}
_VARIABLE = re.compile(r"\$(seed|anonymous_student_id|script_code|python_path|extra_files)")
"""What the platform puts in place of these words even without a script."""
_HALF = Fraction(1, 2)
_Some = TypeVar("_Some")


@dataclass(frozen=True)
class Choices:
    """The choices of one input.

    ``names`` are the platform's, in the same order: what a learner's browser sends. ``right_text`` is what a drop-down
    list's answer is compared with.
    """

    choices: tuple[Choice, ...]
    names: tuple[str, ...]
    right_text: str | None = None
    line: int | None = None


def read_credit(response: etree._Element) -> Credit:
    """The scheme of ``partial_credit``; drop-down lists have none whatever it says.

    Raises:
        InvalidPaper: reason ``partial_credit`` for one that the platform refuses when it grades.
    """
    written = response.get("partial_credit", "false").strip().lower()
    if written == "false" or response.tag not in _CREDITS:
        return Credit.NONE
    found = next((credit for credit in _CREDITS[str(response.tag)] if credit.value == written), None)
    if found is None:
        refuse(response, "partial_credit")
    return found


def read_choices(response: etree._Element, group: etree._Element, credit: Credit) -> Choices:
    """The ``<choice>`` elements of a group of radio buttons or checkboxes, their hints taken out first."""
    found, names, unnamed = [], [], 0
    by_number = response.tag == "choiceresponse"
    elements = _few(group, children(group, "choice", "no_choices"))
    if not by_number and group.getparent() is not response:
        refuse(group, "nested_choices")
    for number, element in enumerate(elements):
        hints = _hints(element, "choicehint")
        html = richtext.inner_html(element)
        if richtext.is_blank(html):
            refuse(element, "empty_choice")
        name = None if by_number else element.get("name")
        names.append("choice_" + (name if name is not None else str(number if by_number else unnamed)))
        unnamed += name is None
        written = _correct(element)
        partial = _partial(element, by_number, credit) if written == "partial" else None
        found.append(Choice("", html, written == "true", element.get("fixed") == "true", partial, hints))
    if len(set(names)) < len(names) or any(_VARIABLE.search(name) for name in names):
        refuse(group, "bad_names")
    return Choices(with_ids(found), tuple(names), line=group.sourceline)


def _correct(element: etree._Element) -> str:
    written = element.get("correct", "").lower()
    if written not in ("true", "false", "partial"):
        refuse(element, "bad_correct")
    return written


def _partial(element: etree._Element, by_number: bool, credit: Credit) -> Points | None:
    if by_number:
        return 0  # a checkbox that is neither right nor wrong
    if credit is Credit.NONE:
        return None
    written = element.get("point_value")
    if written is None:
        return _HALF
    try:
        value = float(written)
    except ValueError:
        value = math.nan
    if not abs(value) <= MAX_POINTS:
        refuse(element, "bad_point_value", limit=MAX_POINTS)
    return exact(Fraction(repr(value)))


def read_options(entry: etree._Element) -> Choices:
    """Both forms of a drop-down list. The platform compares texts: a twin of the right option is right too."""
    found: list[Choice] = []
    right = entry.get("correct")
    if len(entry) or entry.get("options") is None:
        marked = False
        for element in _few(entry, children(entry, "option", "no_choices")):
            hints = _hints(element, "optionhint")
            if len(element):
                refuse(element[0], "unexpected_element", tag=str(element[0].tag)[:50])
            text = (element.text or "").strip()
            if not text:
                refuse(entry, "empty_choice")
            if _correct(element) == "true":
                if marked and text != right:
                    refuse(element, "several_right_choices")
                right, marked = text, True
            found.append(Choice("", text, False, element.get("fixed") == "true", None, hints))
    else:
        found = [Choice("", text, False) for text in _split_options(entry)]
    if any(not choice.html.strip() for choice in found):
        refuse(entry, "empty_choice")
    if right is not None and _VARIABLE.search(right):
        refuse(entry, "bad_names")
    texts = tuple(choice.html for choice in found)
    shown = [replace(choice, html=richtext.plain(choice.html), correct=choice.html == right) for choice in found]
    return Choices(with_ids(shown), texts, right, entry.sourceline)


_QUOTED = re.compile(r"""[,\s]*'((?:\\'|[^']|(?<=[a-zA-Z])'(?=[a-zA-Z]))*)'""")


def _split_options(entry: etree._Element) -> list[str]:
    """The texts of ``options="('Up','Down')"``; an apostrophe between letters, or after a backslash, is text."""
    written = entry.get("options", "").strip()
    inside = written[1:-1].strip()
    if not (written.startswith("(") and written.endswith(")")):
        refuse(entry, "bad_options")
    texts, position = [], 0
    while position < len(inside):
        found = _QUOTED.match(inside, position)
        if found is None:
            refuse(entry, "bad_options")
        texts.append(found[1].replace("\\'", "'"))
        _few(entry, texts)
        position = found.end()
    if not texts:
        refuse(entry, "no_choices")
    return texts


def _few(entry: etree._Element, found: list[_Some]) -> list[_Some]:
    if len(found) > MAX_CHOICES:
        refuse(entry, "too_many_choices", limit=MAX_CHOICES)
    return found


def with_ids(choices: Sequence[Choice]) -> tuple[Choice, ...]:
    """Ids made from the choices' words, never from the key: a candidate could try keys against them."""
    ids = Unique()
    return tuple(replace(choice, id=ids.add("c" + digest(choice.html)[:8])) for choice in choices)


def digest(*texts: str) -> str:
    """A hash of words, in hexadecimal."""
    return sha256("\x1f".join(texts).encode()).hexdigest()


class Unique:
    """Names as they come, ``-2``, ``-3``... added to those that are taken."""

    def __init__(self, taken_names: set[str] | None = None) -> None:
        self._taken = set(taken_names or ())
        self._last: dict[str, int] = {}

    def add(self, name: str) -> str:
        """The name, or the first free one made from it."""
        candidate, number = name, self._last.get(name, 1)
        while candidate in self._taken:
            number += 1
            candidate = f"{name}-{number}"
        self._last[name] = number
        self._taken.add(candidate)
        return candidate


def _hints(element: etree._Element, tag: str) -> tuple[Hint, ...]:
    return tuple(hint for found in taken(element, {tag}) if (hint := read_hint(found, found.get("selected", ""))))


def compound_hints(group: etree._Element) -> tuple[Hint, ...]:
    """Take the ``<compoundhint>`` elements out of a group of checkboxes."""
    found = taken(group, {"compoundhint"})
    return tuple(hint for element in found if (hint := read_hint(element, element.get("value", "").strip())))


def read_hint(element: etree._Element, when: str) -> Hint | None:
    """One hint; None when it has no words or holds what cannot be shown."""
    try:
        html = richtext.inner_html(element)
    except InvalidPaper:
        return None
    return None if richtext.is_blank(html) else Hint(html, element.get("label", "").strip(), when.strip())
