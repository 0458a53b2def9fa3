"""The author's form and what its script needs, and the summary on Studio's unit page."""

from __future__ import annotations

from typing import Any

from django.utils import translation

from .. import conf, messages
from ..domain.errors import InvalidPaper
from ..domain.policy import ExamPolicy
from ..olx import read_paper
from ..presenter import author
from ..services import catalogue, exams
from . import content, trying
from . import paper as papers


def language() -> str:
    """The author's language."""
    return (translation.get_language() or "fr").split("-")[0]


def form(block: Any) -> str:
    """Studio's form, filled with what is on file."""
    stored = dict(block.policy)
    raw = {} if content.UNREAD in stored else stored
    rules, wrong = content.judge(dict(raw), block.display_name)
    errors = {name: content.sentence(name, error) for name, error in wrong.items()}
    unknown = [name for name, error in wrong.items() if name not in ExamPolicy.__dataclass_fields__]
    if content.UNREAD in stored:
        errors["policy"] = messages.reason("not_a_mapping")
    elif strangers := [name for name in unknown if name not in ("display_name", "policy")]:
        errors["policy"] = author.labelled(", ".join(strangers), messages.reason("unknown_name"))
    return author.render_form(
        title=block.display_name,
        policy=rules,
        zone=content.sound(rules, wrong).zone,
        raw=raw,
        errors=errors,
        services=services(rules),
        password_set_at=exams.password_set_at(block.usage_text),
        now=conf.now(),
        language=language(),
    )


def services(rules: ExamPolicy) -> list[author.Service]:
    """What can be chosen, with the reasons in words."""
    return [
        author.Service(
            offer.slug,
            offer.name,
            offer.missing,
            {way: messages.reason(code) if code else "" for way, code in offer.unlocks.items()},
        )
        for offer in catalogue.offers(rules)
    ]


def arguments(block: Any) -> dict[str, Any]:
    """What the form's script starts with: the paper in pieces, the services, the revision. Authors only."""
    rules, _wrong = content.judge({} if content.UNREAD in block.policy else dict(block.policy), block.display_name)
    parts, mistakes = None, ()
    try:
        parts = trying.pieces(papers.split(block.paper))
    except InvalidPaper as error:
        mistakes = (papers.mistake(error),)
    return {
        "usage": block.usage_text,
        "revision": content.revision_of(block),
        "language": language(),
        "paper": block.paper,
        "parts": parts,
        "mistakes": content.places(mistakes),
        "unread_policy": str(block.policy.get(content.UNREAD, "")),
        "services": {one.slug: {"missing": one.missing, "unlocks": one.unlocks} for one in services(rules)},
    }


def summary(block: Any) -> str:
    """The exam at a glance, or what is wrong with it."""
    stored = dict(block.policy)
    rules, wrong = content.judge({} if content.UNREAD in stored else dict(stored), block.display_name)
    said = [author.labelled(name, content.sentence(name, error)) for name, error in wrong.items()]
    if content.UNREAD in stored:
        said.append(messages.reason("not_a_mapping"))
    outline: tuple[tuple[str, int, int], ...] = ()
    try:
        outline = tuple((part.title, part.drawn, len(part.problems)) for part in read_paper(block.paper).parts)
    except InvalidPaper:
        said += [place["text"] for place in content.places(papers.judge_text(block.paper)[1])]
    service = catalogue.known(rules.backend)
    name = str(getattr(service, "verbose_name", rules.backend))
    return author.render_summary(block.display_name, rules, name, outline, said, language())
