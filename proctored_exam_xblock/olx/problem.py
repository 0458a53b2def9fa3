"""One ``<problem>`` of the platform -> its questions, with the platform's own ids for their inputs (R-X-14)."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import islice

from lxml import etree

from ..domain.errors import InvalidPaper
from ..domain.questions import Credit, Kind, Points, Question, exact
from . import richtext
from .choices import MAX_POINTS, Choices, compound_hints, read_choices, read_credit, read_hint, read_options
from .pools import read_likeness
from .prompts import in_several, of_one
from .tree import refuse, take, taken

MAX_INPUTS = 100
MAX_ELEMENTS = 20_000
"""Of one problem: as many as the choices that it may have."""

RESPONSES: Mapping[str, Mapping[str, Kind]] = {
    "multiplechoiceresponse": {"choicegroup": Kind.SINGLE},
    "choiceresponse": {"checkboxgroup": Kind.MULTIPLE, "radiogroup": Kind.SINGLE},
    "optionresponse": {"optioninput": Kind.SELECT},
}
"""Response element -> the input it may hold -> how it is answered."""
_INPUTS = frozenset(tag for inputs in RESPONSES.values() for tag in inputs)
_LOST_HINTS = frozenset({"hintgroup", "targetedfeedbackset", "targetedfeedback"})
_LOST = richtext.DROPPED | {"input", "button"}
URL_NAME = re.compile(r"[A-Za-z0-9_.:~-]{1,100}")


@dataclass(frozen=True)
class Note:
    """Something that was left out and does not stop the import: a stable code, the line, the element."""

    line: int | None
    reason: str
    tag: str = ""


@dataclass(frozen=True)
class Input:
    """One input: ``number`` as the platform counts (``2_1``; the problem's id stands before it), its response."""

    number: str
    response: str
    choices: Choices


@dataclass(frozen=True)
class Problem:
    """One problem; ``questions`` and ``inputs`` are in the same order, the questions without ids yet."""

    url_name: str
    title: str
    questions: tuple[Question, ...]
    inputs: tuple[Input, ...]
    notes: tuple[Note, ...]
    line: int | None


@dataclass(frozen=True)
class _Field:
    """An input in the tree, with what its response says."""

    response: etree._Element
    entry: etree._Element
    kind: Kind
    number: str
    credit: Credit
    most: int


def read_problem(element: etree._Element) -> Problem:
    """Read a problem; the tree is used up.

    Raises:
        InvalidPaper: with the line and the reason, at the first thing that cannot be used.
    """
    line = element.sourceline
    if sum(1 for _ in islice(element.iter(), MAX_ELEMENTS + 1)) > MAX_ELEMENTS:
        refuse(element, "too_many_elements", limit=MAX_ELEMENTS)
    notes = [Note(lost.sourceline, "left_out", str(lost.tag)) for lost in element.iter(*_LOST) if _is_lost(lost)]
    notes += [Note(hint.sourceline, "hint_left_out", str(hint.tag)) for hint in element.iter(*_LOST_HINTS)]
    fields = _fields(element)
    title = element.get("display_name", "")
    weight, likeness = _weight(element), read_likeness(element)
    _write_maths(element)
    explanations = _explanations(element, fields)
    demand = tuple(
        hint.html for set_ in taken(element, {"demandhint"}) for h in set_.iter("hint") if (hint := read_hint(h, ""))
    )
    taken(element, _LOST_HINTS)
    found, hints = [], []
    for field in fields:
        hints.append(compound_hints(field.entry))
        if field.kind is Kind.SELECT:
            found.append(read_options(field.entry))
        else:
            found.append(read_choices(field.response, field.entry, field.credit))
    shuffles = [field.entry.get("shuffle") == "true" for field in fields]
    entries = [(field.response, field.entry) for field in fields]
    words = [of_one(element, *entries[0], title)] if len(fields) == 1 else in_several(element, entries, title)
    shares = _shares(weight, [field.most for field in fields])
    questions = tuple(
        Question(
            id="",
            kind=field.kind,
            prompt=prompt,
            choices=choices.choices,
            points=points,
            shuffle=shuffle,
            explanation=explanation,
            lead=lead,
            credit=field.credit,
            most=field.most,
            hints=compound,
            tags=likeness.tags,
            difficulty=likeness.difficulty,
            fixed=likeness.fixed,
        )
        for field, choices, (lead, prompt), points, shuffle, explanation, compound in zip(
            fields, found, words, shares, shuffles, explanations, hints, strict=True
        )
    )
    inputs = tuple(Input(f.number, str(f.response.tag), c) for f, c in zip(fields, found, strict=True))
    first, *others = questions
    with_demand = (replace(first, demand_hints=demand), *others)
    return Problem(element.get("url_name", ""), title, with_demand, inputs, tuple(notes), line)


def refuse_unanswerable(problem: Problem) -> Problem:
    """The problem, unless nobody could answer it rightly: an exam must not hold it though the platform does.

    Raises:
        InvalidPaper: reason ``no_right_choice`` or, for radio buttons that want two choices, ``several_right_choices``;
            ``no_prompt`` where nothing is asked.
    """
    for question, entry in zip(problem.questions, problem.inputs, strict=True):
        reason = ""
        if not question.key:
            reason = "no_right_choice"
        elif entry.response == "choiceresponse" and question.kind is Kind.SINGLE and len(question.key) > 1:
            reason = "several_right_choices"
        if reason:
            raise InvalidPaper(None, line=entry.choices.line, reason=reason)
        if richtext.is_blank(question.prompt):
            raise InvalidPaper(None, line=problem.line, reason="no_prompt")
    return problem


def _is_lost(element: etree._Element) -> bool:
    return element.tag != "math" or len(element) > 0


def _fields(problem: etree._Element) -> list[_Field]:
    responses = [element for element in problem.iterdescendants() if str(element.tag).endswith("response")]
    for response in responses:
        if response.tag not in RESPONSES or any(True for _ in response.iterancestors(*RESPONSES)):
            refuse(response, "unsupported_response", tag=str(response.tag)[:50])
    if not responses:
        refuse(problem, "no_response")
    found = [field for number, response in enumerate(responses, start=2) for field in _of(response, number)]
    if len(found) > MAX_INPUTS:
        refuse(problem, "too_many_inputs", limit=MAX_INPUTS)
    return found


def _of(response: etree._Element, number: int) -> list[_Field]:
    """The inputs of one response, numbered as ``LoncapaProblem._preprocess_problem`` does."""
    kinds = RESPONSES[str(response.tag)]
    credit = read_credit(response)
    entries = [element for element in response.iterdescendants() if element.tag in _INPUTS]
    if not entries:
        refuse(response, "no_input")
    if len(entries) > 1 and response.tag != "optionresponse":
        refuse(entries[1], "several_inputs")
    for entry in entries:
        if entry.tag not in kinds:
            refuse(entry, "unexpected_element", tag=str(entry.tag))
        if entry.get("answer-pool", "0") != "0" or (entry.get("answer-pool") and entry.get("shuffle") == "true"):
            refuse(entry, "answer_pool")
    return [
        _Field(response, entry, kinds[str(entry.tag)], f"{number}_{place}", credit, _most(entry))
        for place, entry in enumerate(entries, start=1)
    ]


def _most(entry: etree._Element) -> int:
    written = entry.get("points", "1").strip()
    if not re.fullmatch(r"\d{1,4}", written, re.ASCII) or not 1 <= int(written) <= MAX_POINTS:
        refuse(entry, "bad_points", limit=MAX_POINTS)
    return int(written)


def _weight(problem: etree._Element) -> Points | None:
    """The problem's points, None when it says nothing: then each input counts for itself, as on the platform."""
    written = problem.get("weight", "").strip()
    if not written:
        return None
    try:
        weight = float(written)
    except ValueError:
        weight = math.nan
    if not 0 <= weight <= MAX_POINTS:
        refuse(problem, "bad_weight", limit=MAX_POINTS)
    return exact(Fraction(repr(weight)))


def _shares(weight: Points | None, most: Sequence[int]) -> list[Points]:
    """The problem's weight shared as the platform scales ``earned / total``: by what each input counts."""
    if weight is None:
        return list(most)
    return [exact(Fraction(weight) * part / sum(most)) for part in most]


def _write_maths(problem: etree._Element) -> None:
    """The platform's own ``<math>`` and ``<clarification>`` as the words it shows for them (``customrender.py``)."""
    for element in list(problem.iter("math")):
        if len(element) == 0 and element.text:
            tag = "mathjax" if "\\displaystyle" in element.text else "mathjaxinline"
            formula = re.sub(r"\$(.*)\$", rf"[{tag}]\1[/{tag}]", element.text.replace("\\displaystyle", ""))
            element.tag, element.text = "text", formula
    for element in list(problem.iter("clarification")):
        if len(element) == 0:
            element.tag, element.text = "text", f"({(element.text or '').strip()})"


def _explanations(problem: etree._Element, fields: Sequence[_Field]) -> list[str]:
    """Solutions go with the response that holds them, else with the input before them."""
    owners: list[list[str]] = [[] for _ in fields]
    entries = {field.entry: place for place, field in enumerate(fields)}
    of_response = {field.response: place for place, field in reversed(list(enumerate(fields)))}
    current, found = 0, []
    for element in problem.iterdescendants():
        current = entries.get(element, current)
        if element.tag == "solution":
            inside = next((of_response[a] for a in element.iterancestors(*RESPONSES) if a in of_response), current)
            found.append((inside, element))
    for place, element in found:
        owners[place].append(richtext.inner_html(element))
    take(element for _, element in found)
    taken(problem, {"solutionset"})
    return [richtext.clean("\n".join(texts)) for texts in owners]
