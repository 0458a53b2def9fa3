"""``Paper`` -> canonical course XML: one form for each paper, indented, ids written as ``url_name``."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from ..domain.questions import Choice, Credit, Hint, Kind, Paper, Part, Points, Question
from . import richtext
from .pools import write_draw, write_likeness

_FORMS = {
    Kind.SINGLE: ("multiplechoiceresponse", 'choicegroup type="MultipleChoice"', "choice"),
    Kind.MULTIPLE: ("choiceresponse", "checkboxgroup", "choice"),
    Kind.SELECT: ("optionresponse", "optioninput", "option"),
}
_SETS = frozenset({Credit.EDC, Credit.HALVES})


def write_paper(paper: Paper) -> str:
    """The paper as ``<part>`` elements, answer key and explanations included: for authors only.

    Args:
        paper: as :func:`read_paper` gives it (rich text sanitised, choice ids made from their words).
    """
    return "".join(line + "\n" for part in paper.parts for line in _part(part))


def _part(part: Part) -> list[str]:
    lines = [f'<part title="{richtext.attribute(part.title)}"{write_draw(part)}>']
    for questions in part.problems:
        lines += ["  " + line for line in write_problem(questions)]
    return [*lines, "</part>"]


def write_problem(questions: Sequence[Question]) -> list[str]:
    """The lines of one problem, which holds the questions given."""
    first = questions[0]
    name = richtext.attribute(first.problem or first.id)
    demand = [hint for question in questions for hint in question.demand_hints]
    return [
        f'<problem url_name="{name}"{_weight(questions)}{write_likeness(first)}>',
        *(f"  {line}" for question in questions for line in _question(question)),
        *(
            ["  <demandhint>", *(f"    <hint>{richtext.to_xml(hint)}</hint>" for hint in demand), "  </demandhint>"]
            if demand
            else []
        ),
        "</problem>",
    ]


def _question(question: Question) -> list[str]:
    response, group, item = _FORMS[question.kind]
    if question.kind is Kind.SINGLE and question.credit in _SETS:
        response, group = "choiceresponse", "radiogroup"
    credit = "" if question.credit is Credit.NONE else f' partial_credit="{question.credit.value}"'
    shuffle = ' shuffle="true"' if question.shuffle else ""
    points = "" if question.most == 1 else f' points="{question.most}"'
    prompt = richtext.to_xml(question.prompt)
    inline = richtext.is_inline(question.prompt)
    name = group.split()[0]
    return [
        *([richtext.to_xml(question.lead)] if question.lead else []),
        *([] if inline else [prompt]),
        f"<{response}{credit}>",
        *([f"  <label>{prompt}</label>"] if inline else []),
        f"  <{group}{points}{shuffle}>",
        *(f"    {_choice(choice, item, question)}" for choice in question.choices),
        *(f"    {_hint(hint, 'compoundhint', 'value')}" for hint in question.hints),
        f"  </{name}>",
        *([f"  <solution>{richtext.to_xml(question.explanation)}</solution>"] if question.explanation else []),
        f"</{response}>",
    ]


def _choice(choice: Choice, item: str, question: Question) -> str:
    fixed = ' fixed="true"' if choice.fixed else ""
    correct, value = str(choice.correct).lower(), ""
    if choice.partial is not None:
        correct = "partial"
        value = f' point_value="{decimal(choice.partial)}"' if question.credit is Credit.POINTS else ""
    tag = "optionhint" if item == "option" else "choicehint"
    hints = "".join(_hint(hint, tag, "selected") for hint in choice.hints)
    return f'<{item} correct="{correct}"{value}{fixed}>{richtext.to_xml(choice.html)}{hints}</{item}>'


def _hint(hint: Hint, tag: str, when: str) -> str:
    label = f' label="{richtext.attribute(hint.label)}"' if hint.label else ""
    condition = f' {when}="{richtext.attribute(hint.when)}"' if hint.when else ""
    return f"<{tag}{condition}{label}>{richtext.to_xml(hint.html)}</{tag}>"


def _weight(questions: Sequence[Question]) -> str:
    """Left out where the platform finds the same number itself: what the inputs count."""
    weight = sum(question.points for question in questions)
    return "" if weight == sum(question.most for question in questions) else f' weight="{decimal(weight)}"'


def decimal(value: Points | Fraction) -> str:
    """A number as the platform's own attribute: it came from one, so that it is found again."""
    return str(int(value)) if value == int(value) else repr(float(value))
