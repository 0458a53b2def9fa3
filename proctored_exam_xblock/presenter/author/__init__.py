"""What authors see: the form of the rules, the paper's editor, the preview as a candidate, the checks.

The paper's editor and the preview show questions through the candidate's own templates. Keys are written in one place
only, beside the question, when the author asks for them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from fractions import Fraction
from html import unescape
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import translation
from django.utils.html import json_script, strip_tags
from django.utils.translation import gettext as _

from ...domain.journey import Facts, Phase
from ...domain.policy import ExamPolicy
from ...domain.questions import Paper, Part, Points, Question
from ...domain.readiness import Finding
from ...domain.terms import ServiceTerms
from .. import dates, sitting
from ..engine import Context, template
from ..links import Links
from ..page import render
from ..screen import Screen
from . import checks, controls, keys, made_up, texts
from .checks import labelled as labelled
from .pools import render_pool as render_pool
from .pools import render_pools as render_pools

SCRIPTS = (
    *("net.js", "tabs.js", "rows.js", "rules.js", "likeness.js", "problem.js", "pools.js", "paper.js", "preview.js"),
    *("draft.js", "author.js"),
)
"""Files below ``static/proctored_exam_xblock/js/author``, classic scripts in load order."""
_MANY = 60
_EXCERPT = 90


@dataclass(frozen=True)
class Service:
    """One proctoring service on offer: ``unlocks`` has a reason for each way to open the exam that it has not."""

    slug: str
    name: str
    missing: str
    unlocks: Mapping[str, str]


def render_form(
    *,
    title: str,
    policy: ExamPolicy,
    zone: ZoneInfo,
    raw: Mapping[str, Any],
    errors: Mapping[str, str],
    services: Sequence[Service],
    password_set_at: datetime | None,
    now: datetime,
    language: str,
) -> str:
    """The whole form with the title and the rules filled in; the paper is put in by its script.

    Args:
        policy: as it could be read; what is wrong in it may make no sense.
        zone: that dates are shown in.
        raw: the rules as stored.
        errors: a sentence for each field that is wrong as stored.
    """
    locale = dates.locale_for(language)
    today = now.astimezone(zone).date()
    offered = [(service.slug, service.name) for service in services]
    context = {
        "title": title,
        "title_error": errors.get("display_name", ""),
        "sections": controls.sections(policy, raw, errors, offered, today, locale),
        "general": [sentence for name, sentence in errors.items() if name in ("policy", "paper")],
        "password_set_at": dates.long_day(password_set_at.astimezone(zone).date(), locale) if password_set_at else "",
        "texts": json_script(texts.all_of_them()),
        "phases": [(phase.value, texts.phase(phase)) for phase in made_up.PHASES],
    }
    return template("author/form").render(Context(context))


def render_password_state(moment: datetime, language: str) -> str:
    """ "Set on Friday 5 March 2027."."""
    return _("Set on %(day)s.") % {"day": dates.long_day(moment.date(), dates.locale_for(language))}


def render_questions(
    paper: Paper, policy: ExamPolicy, now: datetime, language: str, *, answers: bool, first: int = 1
) -> str:
    """Questions as a candidate sees them, below a root of the exam's style; with the key beside when asked for.

    Args:
        first: the number of the first of them in its exam.
    """
    shown = Screen(
        Facts(eligible=True, person=made_up.person()), made_up.journey(Phase.SITTING), policy, now, Links(), language
    )
    known = {question.id: question for question in paper.questions}
    with translation.override(language):
        attempt = made_up.attempt(Phase.SITTING, policy, paper, now)
        parts = [
            (
                view,
                [
                    (
                        replace(item, number=item.number + first - 1),
                        keys.of(known[item.id], shown.locale) if answers else None,
                    )
                    for item in view.items[:_MANY]
                ],
            )
            for view in sitting.part_views(shown, attempt)
        ]
        more = sum(max(0, len(view.items) - _MANY) for view, _items in parts)
        context = {"parts": parts, "uid": "pex-try", "language": language, "more": more}
        return template("author/questions").render(Context(context))


def render_as_candidate(
    policy: ExamPolicy,
    paper: Paper,
    links: Links,
    fields: tuple[str, ...],
    now: datetime,
    language: str,
    service_terms: ServiceTerms | None = None,
) -> dict[str, str]:
    """The candidate's screens by phase, of somebody made up."""
    with translation.override(language):
        return {
            phase.value: render(
                made_up.facts(phase, policy, paper, fields, made_up.moment(phase, policy, now), service_terms),
                made_up.journey(phase, policy),
                policy,
                made_up.moment(phase, policy, now),
                links,
                language,
            )
            for phase in made_up.phases(policy)
        }


def render_checks(
    findings: Sequence[Finding], mistakes: Sequence[tuple[str, str]], policy: ExamPolicy, paper: Paper, language: str
) -> str:
    """The list of what would stop the exam, with where to mend it."""
    problems = [problem[0] for part in paper.parts for problem in part.problems]
    names = {first.id: f"{number}. {excerpt(first)}" for number, first in enumerate(problems, start=1)}
    found = checks.lines(findings, mistakes, policy.zone, dates.locale_for(language), names)
    context = {
        "lines": found,
        "stops": sum(line.severity == "stop" for line in found),
        "warnings": sum(line.severity == "warning" for line in found),
    }
    return template("author/checks").render(Context(context))


def render_summary(
    title: str,
    policy: ExamPolicy,
    service: str,
    outline: Sequence[tuple[str, int, int]],
    problems: Sequence[str],
    language: str,
) -> str:
    """The exam at a glance on Studio's unit page; ``outline`` tells of each part how many questions a candidate gets of
    how many, ``problems`` are translated sentences."""
    locale = dates.locale_for(language)
    context = {
        "title": title,
        "policy": policy,
        "service": service,
        "first": dates.numeric_day(policy.first_day, locale),
        "last": dates.numeric_day(policy.last_day, locale),
        "opens": f"{policy.opens_at:%H:%M}",
        "closes": f"{policy.closes_at:%H:%M}",
        "duration": dates.span(policy.duration, locale),
        "outline": outline,
        "problems": problems,
    }
    return template("author/summary").render(Context(context))


def outline(part: Part) -> list[dict[str, Any]]:
    """What the editor's list says of each problem: by its first question, with the points of all."""
    return [
        {
            "excerpt": excerpt(problem[0]),
            "kind": texts.kind(problem[0].kind) if len(problem) == 1 else texts.several(len(problem)),
            "points": _points(sum((question.points for question in problem), start=Fraction(0))),
            "tags": list(problem[0].tags),
            "difficulty": problem[0].difficulty,
            "fixed": problem[0].fixed,
        }
        for problem in part.problems
    ]


def _points(points: Points) -> float:
    """As authors read them; grading alone is exact."""
    return points.numerator if points.denominator == 1 else round(float(points), 2)


def excerpt(question: Question) -> str:
    """The first words of a question."""
    words = " ".join(unescape(strip_tags((question.lead + question.prompt).replace("<", " <"))).split())
    return words if len(words) <= _EXCERPT else words[: _EXCERPT - 1].rstrip() + "…"
