"""Course XML -> ``Paper``: parts, problems, the one response of each, their ids."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from hashlib import sha256
from typing import NoReturn

from lxml import etree

from ..domain.errors import InvalidPaper
from ..domain.questions import Choice, Kind, Paper, Part, Question
from . import richtext
from .hardened import parse

MAX_QUESTIONS = 5_000
MAX_CHOICES = 200
MAX_POINTS = 1_000

WRAPPERS = frozenset({"paper", "exam", "proctored_exam"})
"""Root elements that may hold the parts; their attributes belong to the block."""
RESPONSES: Mapping[str, Mapping[str, Kind]] = {
    "multiplechoiceresponse": {"choicegroup": Kind.SINGLE},
    "choiceresponse": {"checkboxgroup": Kind.MULTIPLE, "radiogroup": Kind.SINGLE},
    "optionresponse": {"optioninput": Kind.SELECT},
}
"""Response element -> the input it may hold -> how it is answered."""
_INPUTS = frozenset(tag for inputs in RESPONSES.values() for tag in inputs)
_HINTS = frozenset(
    {"choicehint", "optionhint", "compoundhint", "demandhint", "hintgroup", "targetedfeedbackset", "solutionset"}
)
_URL_NAME = re.compile(r"[A-Za-z0-9_.:~-]{1,100}")


def read_paper(olx: str) -> Paper:
    """Read a paper.

    Args:
        olx: one or several ``<part>`` elements, or one element of ``WRAPPERS`` around them.

    Returns:
        The paper. A question keeps its ``url_name`` as id; without one its id is made from its kind, words and choices
        (never from the key: a candidate could try keys against it), so that it does not depend on the position.

    Raises:
        InvalidPaper: params ``line`` (1-based or None) and ``reason`` (stable code; see the tests for all of them).
    """
    root = parse(olx)
    if len(root) == 1 and root[0].tag in WRAPPERS:
        root = root[0]
    parts = tuple(_part(element) for element in _children(root, "part", "empty_paper"))
    if sum(len(part.questions) for part in parts) > MAX_QUESTIONS:
        raise InvalidPaper(line=None, reason="too_many_questions", limit=MAX_QUESTIONS)
    _refuse_twins(root)
    return _with_ids(parts)


def _children(parent: etree._Element, tag: str, when_none: str) -> Sequence[etree._Element]:
    """The children of ``parent``, all of them ``tag`` with nothing between."""
    texts = [parent.text, *(child.tail for child in parent)]
    if any(text and text.strip() for text in texts):
        _refuse(parent, "stray_text")
    for child in parent:
        if child.tag != tag:
            _refuse(child, "unexpected_element", tag=str(child.tag)[:50])
    if len(parent) == 0:
        _refuse(parent, when_none)
    return list(parent)


def _part(element: etree._Element) -> Part:
    problems = _children(element, "problem", "empty_part")
    return Part(" ".join(element.get("title", "").split()), tuple(_question(problem) for problem in problems))


def _question(problem: etree._Element) -> Question:
    response = _only_response(problem)
    entry, kind = _only_input(response)
    title = problem.get("display_name", "")
    explanation = richtext.clean("\n".join(richtext.inner_html(solution) for solution in _taken(problem, {"solution"})))
    shuffle = entry.get("shuffle") == "true"
    points = _points(problem)
    for _hint in _taken(problem, _HINTS):
        pass
    choices = _options(entry) if kind is Kind.SELECT else _choices(entry)
    _check_choices(entry, choices, one_right=entry.tag == "radiogroup")
    prompt = _prompt(problem, response, entry)
    if richtext.is_blank(prompt):
        prompt = richtext.plain(title)
    if richtext.is_blank(prompt):
        _refuse(problem, "no_prompt")
    return Question(problem.get("url_name", ""), kind, prompt, choices, points, shuffle, explanation)


def _only_response(problem: etree._Element) -> etree._Element:
    responses = [element for element in problem.iterdescendants() if str(element.tag).endswith("response")]
    for response in responses:
        if response.tag not in RESPONSES:
            _refuse(response, "unsupported_response", tag=str(response.tag)[:50])
        if response.get("partial_credit", "false").strip().lower() != "false":
            _refuse(response, "partial_credit")
    if not responses:
        _refuse(problem, "no_response")
    if len(responses) > 1:
        _refuse(responses[1], "several_responses")
    return responses[0]


def _only_input(response: etree._Element) -> tuple[etree._Element, Kind]:
    kinds = RESPONSES[str(response.tag)]
    entries = [element for element in response.iterdescendants() if element.tag in _INPUTS]
    if not entries:
        _refuse(response, "no_input")
    if len(entries) > 1:
        _refuse(entries[1], "several_inputs")
    entry = entries[0]
    if entry.tag not in kinds:
        _refuse(entry, "unexpected_element", tag=str(entry.tag))
    if entry.get("answer-pool", "0") != "0":
        _refuse(entry, "answer_pool")
    return entry, kinds[str(entry.tag)]


def _points(problem: etree._Element) -> int:
    weight = problem.get("weight", "").strip() or "1"
    whole = re.fullmatch(r"(\d{1,4})(\.0*)?", weight, re.ASCII)
    if whole is None or int(whole[1]) > MAX_POINTS:
        _refuse(problem, "bad_weight", limit=MAX_POINTS)
    return int(whole[1])


def _choices(group: etree._Element) -> tuple[Choice, ...]:
    found = []
    for element in _children(group, "choice", "no_choices"):
        html = richtext.inner_html(element)
        if richtext.is_blank(html):
            _refuse(element, "empty_choice")
        found.append(Choice("", html, _is_right(element), element.get("fixed") == "true"))
    return _with_choice_ids(found)


def _options(entry: etree._Element) -> tuple[Choice, ...]:
    """Both forms of a drop-down list. The platform compares texts: a twin of the right option is right too."""
    texts: list[tuple[str, bool]] = []
    if len(entry) or entry.get("options") is None:
        right = ""
        for element in _children(entry, "option", "no_choices"):
            if len(element):
                _refuse(element[0], "unexpected_element", tag=str(element[0].tag)[:50])
            text = (element.text or "").strip()
            if _is_right(element):
                if right not in ("", text):
                    _refuse(element, "several_right_choices")
                right = text
            texts.append((text, element.get("fixed") == "true"))
    else:
        right = entry.get("correct", "")
        texts = [(text, False) for text in _split_options(entry)]
    if any(not text.strip() for text, _ in texts):
        _refuse(entry, "empty_choice")
    return _with_choice_ids([Choice("", richtext.plain(text), text == right, fixed) for text, fixed in texts])


_QUOTED = re.compile(r"""[,\s]*'((?:\\'|[^']|(?<=[a-zA-Z])'(?=[a-zA-Z]))*)'""")


def _split_options(entry: etree._Element) -> list[str]:
    """The texts of ``options="('Up','Down')"``; an apostrophe between letters, or after a backslash, is text."""
    written = entry.get("options", "").strip()
    inside = written[1:-1].strip()
    if not (written.startswith("(") and written.endswith(")")):
        _refuse(entry, "bad_options")
    texts, position = [], 0
    while position < len(inside):
        found = _QUOTED.match(inside, position)
        if found is None:
            _refuse(entry, "bad_options")
        texts.append(found[1].replace("\\'", "'"))
        position = found.end()
    if not texts:
        _refuse(entry, "no_choices")
    return texts


def _is_right(element: etree._Element) -> bool:
    written = element.get("correct", "false").strip().lower()
    if written not in ("true", "false", "partial"):
        _refuse(element, "bad_correct")
    return written == "true"


def _check_choices(entry: etree._Element, choices: Sequence[Choice], one_right: bool) -> None:
    right = sum(choice.correct for choice in choices)
    if len(choices) > MAX_CHOICES:
        _refuse(entry, "too_many_choices", limit=MAX_CHOICES)
    if right == 0:
        _refuse(entry, "no_right_choice")
    if one_right and right > 1:  # the platform wants the exact set: nobody could give it with radio buttons
        _refuse(entry, "several_right_choices")


def _prompt(problem: etree._Element, response: etree._Element, entry: etree._Element) -> str:
    """Everything but the input, in order; a label that stands alone is given bare."""
    _take(entry)
    for description in problem.iterdescendants("description"):
        description.tag = "p"
        description.attrib.clear()
        description.set("class", "question-description")
    bare = [_as_paragraph(label) for label in list(problem.iterdescendants("label"))]
    etree.strip_tags(problem, str(response.tag))
    _tidy(problem)
    prompt = richtext.inner_html(problem)
    spoken = richtext.plain(" ".join(entry.get("label", "").split()))
    if not bare and spoken and spoken not in " ".join(re.sub(r"<[^>]*>", " ", prompt).split()):
        return richtext.clean(f"{prompt}\n<p>{spoken}</p>") if prompt else spoken
    wrapped = re.fullmatch(r"<(p|div)>(.*)</\1>", prompt, re.DOTALL)
    return wrapped[2] if wrapped and len(bare) == 1 and wrapped[2] == bare[0] else prompt


def _as_paragraph(label: etree._Element) -> str:
    html = richtext.inner_html(label)
    label.tag = "p" if richtext.is_inline(html) else "div"
    label.attrib.clear()
    return html


def _tidy(problem: etree._Element) -> None:
    """Indentation between blocks becomes one line break, so that it is no part of the question."""
    problem.text = _one_break(problem.text)
    for child in problem:
        child.tail = _one_break(child.tail)


def _one_break(text: str | None) -> str | None:
    return "\n" if text and not text.strip(" \t\r\n") else text


def _taken(problem: etree._Element, tags: frozenset[str] | set[str]) -> list[etree._Element]:
    """Take the elements of ``tags`` out of the problem, leaving what follows each."""
    found = [element for element in problem.iterdescendants() if element.tag in tags]
    for element in found:
        _take(element)
    return found


def _take(element: etree._Element) -> None:
    parent, tail, before = element.getparent(), element.tail or "", element.getprevious()
    if parent is None:
        return
    if before is not None:
        before.tail = (before.tail or "") + tail
    else:
        parent.text = (parent.text or "") + tail
    element.tail = None
    parent.remove(element)


def _with_choice_ids(choices: Sequence[Choice]) -> tuple[Choice, ...]:
    ids = _Unique()
    return tuple(replace(choice, id=ids.add("c" + _digest(choice.html)[:8])) for choice in choices)


def _with_ids(parts: Sequence[Part]) -> Paper:
    ids = _Unique({question.id for part in parts for question in part.questions if question.id})
    return Paper(
        tuple(
            replace(
                part,
                questions=tuple(q if q.id else replace(q, id=ids.add(_content_id(q))) for q in part.questions),
            )
            for part in parts
        )
    )


def _content_id(question: Question) -> str:
    return "q" + _digest(question.kind.value, question.prompt, *(choice.html for choice in question.choices))[:12]


def _digest(*texts: str) -> str:
    return sha256("\x1f".join(texts).encode()).hexdigest()


class _Unique:
    """Names as they come, ``-2``, ``-3``... added to those that are taken."""

    def __init__(self, taken: set[str] | None = None) -> None:
        self._taken = set(taken or ())

    def add(self, name: str) -> str:
        candidate, number = name, 1
        while candidate in self._taken:
            number += 1
            candidate = f"{name}-{number}"
        self._taken.add(candidate)
        return candidate


def _refuse_twins(root: etree._Element) -> None:
    seen: set[str] = set()
    for problem in root.iterdescendants("problem"):
        name = problem.get("url_name")
        if name is None:
            continue
        if not _URL_NAME.fullmatch(name):
            _refuse(problem, "bad_url_name")
        if name in seen:
            _refuse(problem, "duplicate_url_name", url_name=name)
        seen.add(name)


def _refuse(element: etree._Element, reason: str, **params: object) -> NoReturn:
    raise InvalidPaper(None, line=element.sourceline, reason=reason, **params)
