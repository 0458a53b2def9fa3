"""Why a paper cannot be read, in words: by the reason codes of ``olx``."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _

from .paper import Mistake


def sentence(mistake: Mistake) -> str:
    """With the line in front, where there is one."""
    where = _("Line %(line)s: ") % {"line": mistake.line} if mistake.line else ""
    known = _known(mistake.params).get(mistake.reason)
    return where + (known or _("this cannot be used (%(code)s).") % {"code": mistake.reason})


def _known(params: Mapping[str, object]) -> dict[str, str]:
    named = {"tag": params.get("tag", ""), "limit": params.get("limit", ""), "url_name": params.get("url_name", "")}
    return {
        "malformed": _("the XML is broken here: a tag is not closed, or a character like & is not written as &amp;."),
        "doctype": _("a DOCTYPE or an entity is not allowed."),
        "too_large": _("the paper is too large."),
        "too_deep": _("elements are nested too deeply."),
        "too_many_elements": _("there are too many elements."),
        "too_many_questions": _("there are more than %(limit)s questions.") % named,
        "too_many_choices": _("there are more than %(limit)s choices.") % named,
        "encoding": _("there is a character that cannot be stored."),
        "empty_paper": _("there is no part."),
        "empty_part": _("this part has no question."),
        "not_one_problem": _("exactly one <problem> is expected here."),
        "stray_text": _("there is text outside of a problem."),
        "unexpected_element": _("<%(tag)s> is not expected here.") % named,
        "unsupported_response": _("<%(tag)s> cannot be used in an exam.") % named,
        "unsupported_element": _("<%(tag)s> cannot be shown.") % named,
        "script": _("a script cannot be run here."),
        "no_response": _("there is nothing to answer: multiplechoiceresponse, choiceresponse or optionresponse."),
        "no_input": _("there is nothing to choose from."),
        "no_choices": _("there is no choice."),
        "empty_choice": _("a choice is empty."),
        "no_right_choice": _("no choice is marked as right."),
        "several_right_choices": _("only one choice can be right here."),
        "bad_correct": _("“correct” is true or false."),
        "bad_weight": _("“weight” is a whole number of points, %(limit)s at most.") % named,
        "bad_options": _("the options are not written like ('One','Two')."),
        "no_prompt": _("the question has no text."),
        "duplicate_url_name": _("the name “%(url_name)s” is used twice.") % named,
        "bad_url_name": _("the name has characters that cannot be used."),
    }
