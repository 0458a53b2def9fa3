"""What an author looks at before saving: questions, the candidate's screens, the checks, a file's questions. Nothing is
written."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils import translation

from .. import compat
from ..backends.base import Backend
from ..domain import readiness as rules_of_readiness
from ..domain.equipment import WATCHED
from ..domain.errors import BadRequest, InvalidPaper
from ..domain.policy import ExamPolicy
from ..domain.questions import Paper
from ..olx import markdown_to_olx
from ..presenter import Links, author
from ..services import catalogue, readiness
from . import content
from . import paper as papers

_LANGUAGES = ("fr", "en")
_MOST_QUESTIONS = 100_000
_DATES = frozenset({"first_day", "last_day", "opens_at", "closes_at", "time_zone", "policy"})
_BY_DATES = frozenset(
    {"window", "lead_time", "slots_left", "capacity_for_learners", "appointments_fit", "release_date", "keys_wait"}
)
"""Matters that cannot be judged while one of the dates is wrong."""


def _text(body: dict[str, Any], name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str):
        raise BadRequest(name)
    return value


def _language(body: dict[str, Any]) -> str:
    wanted = body.get("language", translation.get_language() or "fr")
    if not isinstance(wanted, str) or wanted.split("-")[0] not in _LANGUAGES:
        raise BadRequest("language")
    return wanted.split("-")[0]


def pieces(parts: Sequence[papers.PartText]) -> list[dict[str, Any]]:
    """Parts as the editor takes them: the text of each problem, and what its list says of it."""
    return [
        {"title": part.title, "attributes": dict(part.attributes), "problems": [_piece(text) for text in part.problems]}
        for part in parts
    ]


def _piece(text: str) -> dict[str, Any]:
    try:
        return {"text": text, "mistakes": [], **_about(papers.alone(text))}
    except InvalidPaper as error:
        return {"text": text, "excerpt": "", "kind": "", "points": 0, "mistakes": content.places(error)}


def _about(paper: Paper) -> dict[str, Any]:
    return author.outline(paper.parts[0])[0]


def tried(block: Any, body: dict[str, Any], now: datetime) -> dict[str, Any]:
    """One problem as a candidate sees it, and what is wrong with it.

    Args:
        body: ``source``, the problem's text; ``answers``, whether to show the key beside it; ``number``, its
            place in the paper; ``language``.
    """
    source, answers, language = _text(body, "source"), body.get("answers", False), _language(body)
    if not isinstance(answers, bool):
        raise BadRequest("answers")
    number = body.get("number", 1)
    if not isinstance(number, int) or not 1 <= number <= _MOST_QUESTIONS:
        raise BadRequest("number")
    try:
        paper = papers.alone(source)
    except InvalidPaper as error:
        return {"html": "", "mistakes": content.places(error)}
    shown = author.render_questions(paper, ExamPolicy(), now, language, answers=answers, first=number)
    return {"html": with_files(block, shown), "mistakes": [], **_about(paper)}


def imported(block: Any, body: dict[str, Any]) -> dict[str, Any]:
    """The parts and problems of a file or a pasted text; those with mistakes come too, with what is wrong.

    A text that does not begin like XML is one problem in Studio's Markdown.

    Raises:
        InvalidPaper: nothing can be told apart in it.
    """
    text = _text(body, "text")
    is_markdown = text.strip() and not text.lstrip("\ufeff \t\r\n").startswith("<")
    parts = papers.split(markdown_to_olx(text) if is_markdown else text)
    if not parts:
        raise InvalidPaper(line=None, reason="empty_paper")
    return {"parts": pieces(parts)}


def described(body: dict[str, Any]) -> dict[str, Any]:
    """What the editor's list says of each question of ``parts``."""
    return {"parts": pieces(papers.from_json(body.get("parts")))}


def as_candidate(block: Any, body: dict[str, Any], now: datetime) -> dict[str, Any]:
    """The screens of the draft, for somebody made up: no row is read or written.

    Raises:
        InvalidExam: the draft has mistakes.
    """
    language = _language(body)
    draft = content.read(block, body)
    if not draft.is_valid:
        raise draft.refusal()
    paper = draft.paper or Paper(())
    service = catalogue.known(draft.rules.backend)
    links = _links(block, service, paper)
    fields = service.candidate_fields if service else ()
    terms = catalogue.terms(draft.rules.backend)
    shown = author.render_as_candidate(draft.rules, paper, links, fields, now, language, terms)
    return {"screens": {phase: with_files(block, html) for phase, html in shown.items()}}


def _links(block: Any, service: type[Backend] | None, paper: Paper) -> Links:
    course = block.course_key_text
    return Links(
        course_title=compat.host().course_title(course),
        backend_name=str(getattr(service, "verbose_name", "")),
        capabilities=frozenset(one.value for one in service.capabilities) if service else frozenset(),
        help_phones=service.help_phones if service else (),
        equipment_limits=service.equipment if service else WATCHED,
        outline=tuple((part.title, part.drawn) for part in paper.parts),
    )


def checked(block: Any, body: dict[str, Any], now: datetime) -> dict[str, Any]:
    """What would stop the draft from being held, with where to mend each."""
    draft = content.read(block, body)
    mistakes = list(content.texts_of(draft).items()) if not draft.is_valid else []
    paper, rules = draft.paper or Paper(()), draft.sound
    around = readiness.surroundings(block.usage_text, block.course_key_text, rules, paper, now)
    findings = [
        finding
        for finding in rules_of_readiness.check(rules, paper, around, now)
        if finding.field not in draft.wrong
        and not (finding.field == "paper" and draft.mistakes)
        and not (finding.code in _BY_DATES and _DATES & set(draft.wrong))
    ]
    html = author.render_checks(findings, mistakes, rules, _language({}))
    return {"html": html, "stops": sum(one.severity == "stop" for one in findings) + len(mistakes)}


def with_files(block: Any, html: str) -> str:
    """With the addresses of the course's files in place of ``/static/``, where the platform knows them."""
    service = block.runtime.service(block, "replace_urls")
    return str(service.replace_urls(html)) if service is not None else html
