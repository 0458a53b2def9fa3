"""``Paper`` -> canonical course XML: one form for each paper, indented, ids written as ``url_name``."""

from __future__ import annotations

from ..domain.questions import Choice, Kind, Paper, Part, Question
from . import richtext

_FORMS = {
    Kind.SINGLE: ("multiplechoiceresponse", 'choicegroup type="MultipleChoice"', "choice"),
    Kind.MULTIPLE: ("choiceresponse", "checkboxgroup", "choice"),
    Kind.SELECT: ("optionresponse", "optioninput", "option"),
}


def write_paper(paper: Paper) -> str:
    """The paper as ``<part>`` elements, answer key and explanations included: for authors only.

    Args:
        paper: as :func:`read_paper` gives it (rich text sanitised, choice ids made from their words).
    """
    return "".join(line + "\n" for part in paper.parts for line in _part(part))


def _part(part: Part) -> list[str]:
    lines = [f'<part title="{richtext.attribute(part.title)}">']
    for question in part.questions:
        lines += ["  " + line for line in _problem(question)]
    return [*lines, "</part>"]


def _problem(question: Question) -> list[str]:
    response, group, item = _FORMS[question.kind]
    weight = "" if question.points == 1 else f' weight="{question.points}"'
    shuffle = ' shuffle="true"' if question.shuffle else ""
    prompt = richtext.to_xml(question.prompt)
    inline = richtext.is_inline(question.prompt)
    return [
        f'<problem url_name="{richtext.attribute(question.id)}"{weight}>',
        *([] if inline else [f"  {prompt}"]),
        f"  <{response}>",
        *([f"    <label>{prompt}</label>"] if inline else []),
        f"    <{group}{shuffle}>",
        *(f"      {_choice(choice, item)}" for choice in question.choices),
        f"    </{group.split()[0]}>",
        *([f"    <solution>{richtext.to_xml(question.explanation)}</solution>"] if question.explanation else []),
        f"  </{response}>",
        "</problem>",
    ]


def _choice(choice: Choice, item: str) -> str:
    fixed = ' fixed="true"' if choice.fixed else ""
    return f'<{item} correct="{str(choice.correct).lower()}"{fixed}>{richtext.to_xml(choice.html)}</{item}>'
