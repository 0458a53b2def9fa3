"""Why a problem cannot be used, or what of it was left out: a sentence for every reason code of ``olx``."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from django.utils.translation import gettext as _

_SENTENCES: Mapping[str, Callable[[], str]] = {
    "answer_pool": lambda: _("answers drawn from a pool (answer-pool) cannot be used: list the choices to show."),
    "archive_header": lambda: _("the archive has a header that is too long or makes no sense."),
    "bad_correct": lambda: _('each choice needs correct="true", "false" or "partial", and nothing else.'),
    "bad_names": lambda: _("two choices have the same name, or a name or key holds a variable of the platform."),
    "bad_options": lambda: _("the options must be written as ('first','second')."),
    "bad_point_value": lambda: _("point_value must be a number between -1000 and 1000."),
    "bad_draw": lambda: _("the number of questions drawn (draw) must be a whole number, 1 or more."),
    "bad_tags": lambda: _("at most 20 tags, each and the difficulty of at most 60 characters."),
    "bad_points": lambda: _("points must be a whole number between 1 and 1000."),
    "bad_url_name": lambda: _("url_name may hold letters, digits and _ . : ~ - only, 100 at most."),
    "bad_weight": lambda: _("the weight must be a number between 0 and 1000."),
    "doctype": lambda: _("document types and entities are not allowed."),
    "duplicate_url_name": lambda: _("this problem is in the paper already (same url_name)."),
    "empty_choice": lambda: _("a choice is empty."),
    "empty_paper": lambda: _("there is no part."),
    "empty_part": lambda: _("this part has no problem."),
    "encoding": lambda: _("the text is not in the encoding it declares (UTF-8 when it declares none)."),
    "hint_left_out": lambda: _("this feedback is left out."),
    "left_out": lambda: _("this element and its content are left out."),
    "malformed": lambda: _("the XML is not well formed."),
    "nested_choices": lambda: _("the choices must stand directly in the response."),
    "no_choices": lambda: _("there is no choice."),
    "no_input": lambda: _("the response has no choices to answer with."),
    "no_prompt": lambda: _("nothing is asked: write a label or a paragraph."),
    "no_response": lambda: _("the problem asks for no answer."),
    "no_right_choice": lambda: _("no choice is right: nobody could earn the points."),
    "not_an_archive": lambda: _(
        "this is neither course XML, Studio's Markdown, a folder nor a tar archive that can be read."
    ),
    "not_in_export": lambda: _("there is no such part or problem."),
    "not_one_problem": lambda: _("the file must hold one <problem>."),
    "partial_credit": lambda: _("this partial_credit does not exist for this kind of problem."),
    "script": lambda: _("problems with a Python script cannot be used."),
    "several_inputs": lambda: _("a response of this kind holds one group of choices."),
    "several_right_choices": lambda: _("more than one choice is right where only one can be chosen."),
    "stray_text": lambda: _("there is text where only elements belong."),
    "too_deep": lambda: _("elements are nested too deeply."),
    "too_large": lambda: _("the text is too large."),
    "too_many_choices": lambda: _("there are too many choices."),
    "too_many_elements": lambda: _("there are too many elements."),
    "too_many_files": lambda: _("there are too many files."),
    "too_many_inputs": lambda: _("the problem asks for too many answers."),
    "too_many_questions": lambda: _("there are too many questions."),
    "unexpected_element": lambda: _("this element does not belong here."),
    "unpacks_too_large": lambda: _("the files are too large together."),
    "unsafe_archive": lambda: _("the archive has a file that would leave its folder."),
    "unsupported_element": lambda: _("this element cannot be shown in an exam."),
    "unsupported_response": lambda: _("only multiple choice, checkboxes and drop-down lists can be used."),
}
CODES = frozenset(_SENTENCES)


def paper_reason(code: str, tag: str = "") -> str:
    """The translated sentence, the element's name before it."""
    sentence = (
        _SENTENCES[code]() if code in _SENTENCES else _("the paper cannot be read there (%(code)s).") % {"code": code}
    )
    return f"<{tag}> {sentence}" if tag else sentence
