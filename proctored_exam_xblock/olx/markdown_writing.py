"""One problem -> Studio's Markdown, where that language can say it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ..domain.errors import InvalidPaper
from ..domain.questions import Choice, Hint, Kind, Question
from . import richtext
from .hardened import parse
from .markdown import markdown_to_olx
from .problem import read_problem
from .reading import PartOfProblems, paper_of


def write_markdown(questions: Sequence[Question]) -> str | None:
    """The Markdown of one problem's questions; None when it would not read back as the same (weights, credit...)."""
    text = "\n---\n".join(_section(question) for question in questions)
    demand = [hint for question in questions for hint in question.demand_hints]
    text += "".join(f"\n||{richtext.to_xml(hint)}||\n" for hint in demand)
    return text if _reads_as(text, questions) else None


def _reads_as(text: str, questions: Sequence[Question]) -> bool:
    try:
        problem = read_problem(parse(markdown_to_olx(text))[0])
    except (InvalidPaper, IndexError):
        return False
    name = questions[0].problem or questions[0].id
    (part,) = paper_of([PartOfProblems("", (replace(problem, url_name=name),))]).parts
    same = [replace(question, id="") for question in part.questions]
    return same == [replace(question, id="") for question in questions]


def _section(question: Question) -> str:
    prompt = richtext.to_xml(question.prompt)
    lines = [
        *([richtext.to_xml(question.lead)] if question.lead else []),
        f">>{prompt}<<" if richtext.is_inline(question.prompt) else prompt,
        "",
        *_answers(question),
        "",
    ]
    if question.explanation:
        lines += ["[explanation]", richtext.to_xml(question.explanation), "[explanation]", ""]
    return "\n".join(lines)


def _answers(question: Question) -> list[str]:
    if question.kind is Kind.SELECT:
        return ["[[", *(f"  {_option(choice)}" for choice in question.choices), "]]"]
    if question.kind is Kind.SINGLE:
        return [_choice(choice, question.shuffle and place == 0) for place, choice in enumerate(question.choices)]
    compound = [f"{{{{ (({hint.when})) {richtext.to_xml(hint.html)} }}}}" for hint in question.hints]
    return [*(_box(choice) for choice in question.choices), *compound]


def _option(choice: Choice) -> str:
    text = richtext.to_xml(choice.html)
    return (f"({text})" if choice.correct else text) + _hint(choice.hints)


def _choice(choice: Choice, shuffle: bool) -> str:
    marks = ("!" if shuffle else "") + ("x" if choice.correct else "") + ("@" if choice.fixed else "")
    return f"({marks or ' '}) {richtext.to_xml(choice.html)}{_hint(choice.hints)}"


def _box(choice: Choice) -> str:
    cases = [f"{'' if h.when == 'true' else 'un'}selected: {richtext.to_xml(h.html)}" for h in choice.hints]
    hints = " {{ " + " }, { ".join(cases) + " }}" if cases else ""
    return f"[{'x' if choice.correct else ' '}] {richtext.to_xml(choice.html)}{hints}"


def _hint(hints: Sequence[Hint]) -> str:
    return "".join(
        f" {{{{ {hint.label + ':: ' if hint.label else ''}{richtext.to_xml(hint.html)} }}}}" for hint in hints
    )
