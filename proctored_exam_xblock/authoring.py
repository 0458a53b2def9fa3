"""What authors see and write: the summary in Studio's unit page, the form, and its checks."""

from __future__ import annotations

import json
from typing import Any

from django.utils.translation import gettext as _

from . import compat, messages, presenter
from .domain.errors import BadRequest, ExamError, InvalidPaper, InvalidPolicy, NotAllowedNow
from .domain.policy import ExamPolicy, policy_from_json, policy_to_json
from .olx import read_paper
from .paper_reasons import paper_reason
from .services import exams

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


def save(block: Any, body: dict[str, Any]) -> None:
    """Check and write what the form sent: all of it, or nothing.

    Raises:
        NotAllowedNow: not in an authoring runtime, or not by staff.
        InvalidPolicy, InvalidPaper, BadRequest: with the field's name.
    """
    if not _may_write(block):
        raise NotAllowedNow(phase="authoring")
    title, policy_text, paper = body.get("display_name"), body.get("policy"), body.get("paper")
    for name, value in (("display_name", title), ("policy", policy_text), ("paper", paper)):
        if not isinstance(value, str):
            raise BadRequest(name)
    assert isinstance(title, str)
    assert isinstance(policy_text, str)
    assert isinstance(paper, str)
    if not title.strip() or len(title) > LONGEST_TITLE:
        raise InvalidPolicy("display_name", reason="empty" if not title.strip() else "too_long")
    policy = parse_policy(policy_text)
    exams.check_policy(policy, title)
    read_paper(paper)
    block.display_name, block.policy, block.paper = title.strip(), policy, paper
    save_fields = getattr(block, "save", None)
    if save_fields is not None:
        save_fields()


def _may_write(block: Any) -> bool:
    """Studio calls a block's handlers for whoever is signed in; elsewhere only the demo's author page may write."""
    if compat.in_studio():
        rights = block.runtime.service(block, "studio_user_permissions")
        return rights is not None and bool(rights.can_write(block.scope_ids.usage_id.context_key))
    return bool(getattr(block.runtime, "is_author_mode", False)) and bool(block.caller().staff)


def field_texts(error: ExamError) -> dict[str, str]:
    """A sentence per wrong field of the form."""
    if isinstance(error, InvalidPaper):
        line = error.params.get("line")
        where = _("Line %(line)s: ") % {"line": line} if line else ""
        return {"paper": where + paper_reason(str(error.params.get("reason", "")), str(error.params.get("tag", "")))}
    if isinstance(error, InvalidPolicy):
        name = error.field or "policy"
        text = messages.reason(str(error.params.get("reason", "")))
        return {"display_name" if name == "title" else "policy": f"{name}: {text}"}
    return messages.field_texts(error)


def form(block: Any) -> str:
    """Studio's form: title, policy as JSON (every name with its value), the paper's OLX."""
    try:
        full = policy_to_json(policy_from_json({**block.policy, "title": block.display_name}))
        full.pop("title")
    except InvalidPolicy:
        full = dict(block.policy)
    text = json.dumps(full, indent=2, ensure_ascii=False)
    return presenter.render_author_form(block.display_name, text, block.paper)


def summary(block: Any) -> str:
    """The exam at a glance, or what is wrong with it."""
    problems: list[str] = []
    policy, outline = ExamPolicy(), ()
    try:
        policy = policy_from_json({**block.policy, "title": block.display_name})
        exams.check_policy(block.policy, block.display_name)
        parts = read_paper(block.paper).parts
        outline = tuple((part.title, len(part.problems)) for part in parts)
    except (InvalidPolicy, InvalidPaper) as error:
        problems.extend(field_texts(error).values())
    return presenter.render_author_summary(block.display_name, policy, outline, problems)
