"""The exam as an author sends it: read with every mistake at once, and written as a whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from .. import messages
from ..domain.drawing import possible
from ..domain.errors import BadRequest, ChangedMeanwhile, ExamError, InvalidExam, InvalidPaper, InvalidPolicy
from ..domain.grading import Score, for_gradebook, unit
from ..domain.policy import ExamPolicy, zone_names
from ..domain.policy_json import problems
from ..domain.questions import Paper
from ..domain.scoring import weighed
from ..paper_reasons import paper_reason
from ..presenter.author import controls
from ..services import exams
from . import paper as papers
from . import rights

LONGEST_TITLE = 255
UNREAD = "unread_policy"


def import_policy(text: str) -> dict[str, Any]:
    """The policy of an OLX attribute; one that cannot be read is kept as text, for authors to see what is wrong."""
    try:
        return parse_policy(text)
    except InvalidPolicy:
        return {UNREAD: text}


def export_policy(policy: dict[str, Any]) -> str:
    """What :func:`import_policy` read, in one form."""
    unread = policy.get(UNREAD)
    return unread if isinstance(unread, str) else json.dumps(policy, sort_keys=True, ensure_ascii=False)


def parse_policy(text: str) -> dict[str, Any]:
    """The policy as the form sends it.

    Raises:
        InvalidPolicy: no JSON object.
    """
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InvalidPolicy("policy", reason="wrong_type") from error
    if not isinstance(data, dict):
        raise InvalidPolicy("policy", reason="not_a_mapping")
    return data


@dataclass(frozen=True)
class Draft:
    """What an author has written so far, saved or not.

    Args:
        policy: as it would be stored.
        rules: as they could be read, the default in place of what could not.
        olx: the paper's text as it would be stored.
        paper: None while something is wrong in it, or nothing is in it yet.
        wrong: what is wrong in title and rules, by field.
        mistakes: what is wrong in the paper, by place.
    """

    title: str
    policy: dict[str, Any]
    rules: ExamPolicy
    olx: str
    paper: Paper | None
    wrong: Mapping[str, InvalidPolicy]
    mistakes: tuple[papers.Mistake, ...]

    @property
    def is_valid(self) -> bool:
        return not self.wrong and not self.mistakes

    @property
    def sound(self) -> ExamPolicy:
        """The rules with the default in place of all that is wrong: for what can be said of the others meanwhile."""
        return sound(self.rules, self.wrong)

    def refusal(self) -> InvalidExam:
        """All that is wrong as one error."""
        return InvalidExam(self.wrong, self.mistakes)


def read(block: Any, body: dict[str, Any]) -> Draft:
    """What the page sent: ``display_name``, ``policy`` as JSON text, and the paper as ``paper`` (text) or ``parts``;
    with neither the paper stays as it is.

    Raises:
        BadRequest: of another form; with the field's name.
    """
    title, policy_text = body.get("display_name"), body.get("policy")
    for name, value in (("display_name", title), ("policy", policy_text), ("paper", body.get("paper", ""))):
        if not isinstance(value, str):
            raise BadRequest(name)
    assert isinstance(title, str)
    assert isinstance(policy_text, str)
    if "parts" in body:
        olx, paper, mistakes = papers.judge(papers.from_json(body["parts"]))
    else:
        olx = body.get("paper", block.paper)
        paper, mistakes = papers.judge_text(olx)
    try:
        policy = parse_policy(policy_text)
    except InvalidPolicy as error:
        return Draft(title, {}, ExamPolicy(), olx, paper, {"policy": error}, mistakes)
    rules, wrong = judge(policy, title)
    return Draft(title.strip(), policy, rules, olx, paper, wrong, mistakes)


def judge(policy: dict[str, Any], title: str) -> tuple[ExamPolicy, dict[str, InvalidPolicy]]:
    """The rules and all that is wrong with them and the title. A wall time of release is made an instant in place."""
    _settle_release(policy)
    rules, wrong = problems({**policy, "title": title})
    if "title" in policy:
        wrong["title"] = InvalidPolicy("title", reason="unknown_name")
    elif "title" in wrong or len(title) > LONGEST_TITLE:
        reason = "empty" if "title" in wrong else "too_long"
        wrong.pop("title", None)
        wrong["display_name"] = InvalidPolicy("display_name", reason=reason)
    if "backend" not in wrong:
        for misfit in exams.misfits(rules):
            wrong.setdefault(str(misfit.field), misfit)
    return rules, wrong


def sound(rules: ExamPolicy, wrong: Mapping[str, InvalidPolicy]) -> ExamPolicy:
    """The rules with the default in place of those that are wrong."""
    defaults = ExamPolicy()
    return replace(rules, **{name: getattr(defaults, name) for name in wrong if hasattr(defaults, name)})


def _settle_release(policy: dict[str, Any]) -> None:
    """A control for a date and a time knows no zone: it is the exam's."""
    moment, zone = policy.get("release_at"), policy.get("time_zone", ExamPolicy.time_zone)
    if not isinstance(moment, str) or not isinstance(zone, str) or zone not in zone_names():
        return
    try:
        wall = datetime.fromisoformat(moment)
        if wall.tzinfo is None:
            policy["release_at"] = wall.replace(tzinfo=ZoneInfo(zone)).isoformat()
    except (ValueError, OverflowError):
        return  # said as a value of the wrong form


def revision_of(block: Any) -> str:
    """What tells the content on file from another author's."""
    return exams.hash_of(block.display_name, dict(block.policy), block.paper)


def save(block: Any, body: dict[str, Any]) -> str:
    """Check and write what the form sent: all of it, or nothing.

    Returns:
        The new revision.

    Raises:
        NotAllowedNow: not in an authoring runtime, or not by staff.
        BadRequest: with the field's name.
        ChangedMeanwhile: the revision that the form was opened with is no longer on file.
        InvalidExam: with everything that is wrong.
    """
    rights.require(block)
    draft = read(block, body)
    known = body.get("revision")
    if not isinstance(known, str):
        raise BadRequest("revision")
    if not draft.is_valid:
        raise draft.refusal()
    if known != revision_of(block):
        raise ChangedMeanwhile(current=revision_of(block))
    block.display_name, block.policy, block.paper = draft.title, draft.policy, draft.olx
    save_fields = getattr(block, "save", None)
    if save_fields is not None:
        save_fields()
    return revision_of(block)


def most_points(block: Any) -> int:
    """What the gradebook is given the score out of (``domain.grading.for_gradebook``); 0 while something is wrong."""
    rules, wrong = judge({} if UNREAD in block.policy else dict(block.policy), block.display_name)
    paper, mistakes = papers.judge_text(block.paper)
    if paper is None or mistakes:
        return 0
    rules = sound(rules, wrong)
    own = weighed(paper, rules.question_points)
    return for_gradebook(Score(0, possible(own)), unit(own, rules.scoring), rules.lms_points, rules.pass_percent)[1]


def field_texts(error: ExamError) -> dict[str, str]:
    """A sentence per wrong field of the form."""
    if isinstance(error, InvalidExam):
        found = {name: sentence(name, wrong) for name, wrong in error.errors.items()}
        if error.mistakes:
            found["paper"] = in_paper(error.mistakes[0])
        return found
    if isinstance(error, InvalidPaper):
        return {"paper": in_paper(papers.mistake(error))}
    return messages.field_texts(error)


def texts_of(draft: Draft) -> dict[str, str]:
    """The same for a draft."""
    return field_texts(draft.refusal())


def sentence(name: str, wrong: InvalidPolicy) -> str:
    """What is wrong with a rule, in words that fit what it is edited with."""
    code = str(wrong.params.get("reason", ""))
    kind = controls.kind_of(name) if name in ExamPolicy.__dataclass_fields__ else ""
    if code == "wrong_type" and kind in messages.WRONG_FORMS:
        return messages.WRONG_FORMS[kind]()
    return messages.bounded(code, wrong.params) or messages.reason(code)


def in_paper(mistake: papers.Mistake) -> str:
    """Why the paper cannot be read, with the line in front where there is one."""
    where = _("Line %(line)s: ") % {"line": mistake.line} if mistake.line else ""
    return where + paper_reason(mistake.reason, str(mistake.params.get("tag", "")))


def places(what: ExamError | tuple[papers.Mistake, ...]) -> list[dict[str, Any]]:
    """Plain JSON of the paper's mistakes, each with its sentence."""
    if isinstance(what, InvalidPaper):
        what = (papers.mistake(what),)
    mistakes = getattr(what, "mistakes", ()) if isinstance(what, ExamError) else what
    return [
        {
            "part": one.part,
            "question": one.question,
            "line": one.line,
            "field": "draw" if one.reason == "bad_draw" else "",
            "text": in_paper(one),
        }
        for one in mistakes
    ]
