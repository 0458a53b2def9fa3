"""A sentence for every error code, translated at the edge; codes travel, sentences are made here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from .domain.errors import ExamError, InvalidForm

_Sentence = Callable[[Mapping[str, Any]], str]


def _minutes(params: Mapping[str, Any]) -> str:
    minutes = -(-int(params.get("seconds", 60)) // 60)
    return ngettext("%(count)d minute", "%(count)d minutes", minutes) % {"count": minutes}


def _wrong_password(params: Mapping[str, Any]) -> str:
    left = int(params.get("tries_left", 0))
    if not left:
        return _("This password is not right. Wait %(wait)s before the next try.") % {"wait": _minutes(params)}
    tries = ngettext("%(count)d try left before a pause.", "%(count)d tries left before a pause.", left) % {
        "count": left
    }
    return _("This password is not right.") + " " + tries


_SENTENCES: Mapping[str, _Sentence] = {
    "bad_request": lambda p: _("The request could not be read. Reload the page and try again."),
    "payload_too_large": lambda p: _("The request is too large."),
    "unsupported_media_type": lambda p: _("The request must be JSON."),
    "method_not_allowed": lambda p: _("This address only takes POST requests."),
    "invalid_field": lambda p: reason(str(p.get("reason", ""))),
    "invalid_form": lambda p: _("Some fields need your attention."),
    "invalid_exam": lambda p: _("Some fields need your attention."),
    "invalid_policy": lambda p: _("The exam's settings are not valid."),
    "invalid_paper": lambda p: _("The exam's paper is not valid."),
    "changed_meanwhile": lambda p: _changed_meanwhile(str(p.get("about", ""))),
    "invalid_correction": lambda p: _correction(p),
    "not_signed_in": lambda p: _("Sign in to reach the exam."),
    "not_eligible": lambda p: _not_eligible(str(p.get("reason", ""))),
    "viewed_by_another": lambda p: _("You see the exam as this learner does. Nothing can be done in their name."),
    "not_allowed_now": lambda p: _too_early() if p.get("reason") == "too_early" else _("This is not possible now."),
    "illegal_transition": lambda p: _("This is not possible now."),
    "file_incomplete": lambda p: _(
        "This candidate has not completed their file yet: terms of use, name, information, a check of the "
        "equipment where the exam requires one. Only they can do it."
    ),
    "payment_missing": lambda p: _("This exam is not paid. Enter the payment first, then book."),
    "unknown_exam": lambda p: _("There is no such exam."),
    "unknown_learner": lambda p: _("There is no such learner."),
    "unknown_order": lambda p: _("There is no such order."),
    "order_differs": lambda p: _("This order is known with another content."),
    "bad_signature": lambda p: _("The call is not signed as it should be."),
    "stale": lambda p: _("The call was signed at another time."),
    "replayed": lambda p: _("The call was made before. Sign each one anew."),
    "terms_outdated": lambda p: _("The terms of use have changed. Read the new version, then accept it."),
    "name_missing": lambda p: _(
        "Your account has no name to print on a certificate. Write your first and last name in your account, then come "
        "back here."
    ),
    "email_alias": lambda p: _(
        "The proctoring service cannot write to an e-mail address with a “+” in it. "
        "Change the address in your account, then book again."
    ),
    "slot_not_offered": lambda p: _("This time is no longer offered. Choose another one."),
    "lead_time": lambda p: _("An appointment must be made at least %(hours)s hours ahead.") % {"hours": p.get("hours")},
    "slot_full": lambda p: _("The last seat at this time has just been taken. Choose another time."),
    "move_limit": lambda p: _("You have changed your appointment as often as the exam allows."),
    "move_deadline": lambda p: _hours(
        p,
        ngettext(
            "The time can no longer be changed: the last hour before the appointment has begun.",
            "The time can no longer be changed: this is possible up to %(hours)s hours before the appointment.",
            int(p.get("hours", 1)),
        ),
    ),
    "cancel_deadline": lambda p: _hours(
        p,
        ngettext(
            "The appointment can no longer be cancelled: its last hour has begun.",
            "The appointment can no longer be cancelled: this is possible up to %(hours)s hours before it.",
            int(p.get("hours", 1)),
        ),
    ),
    "second_not_offered": lambda p: _second(str(p.get("reason", ""))),
    "awaiting_confirmation": lambda p: _(
        "The proctoring service has not confirmed your last request yet. Try again in a few minutes."
    ),
    "vendor_unavailable": lambda p: _(
        "The proctoring service does not answer at the moment. Nothing is lost: try again in a few minutes."
    ),
    "not_configured": lambda p: _("The exam is not ready yet. Contact the course team."),
    "wrong_password": _wrong_password,
    "password_locked": lambda p: (
        _("Too many wrong passwords. Wait %(wait)s before the next try.") % {"wait": _minutes(p)}
    ),
    "too_many_requests": lambda p: (
        _("Too many tests of the connection in a short time. Try again in %(wait)s.") % {"wait": _minutes(p)}
    ),
    "window_lost": lambda p: _("The exam is open in another window. Nothing can be written from this one."),
    "window_busy": lambda p: (
        ngettext(
            "The exam is still open in another window. Try again in %(count)d second.",
            "The exam is still open in another window. Try again in %(count)d seconds.",
            int(p.get("seconds", 60)),
        )
        % {"count": int(p.get("seconds", 60))}
    ),
    "time_over": lambda p: _(
        "Time is over: this answer came too late to count. It is kept for the course team to see."
    ),
    "part_closed": lambda p: _("This part was finally verified and can no longer be changed."),
    "stale_revision": lambda p: _("A newer version of these answers is already saved."),
    "unknown_answer": lambda p: _("These answers do not belong to your paper. Reload the page."),
    "not_found": lambda p: _("There is nothing at this address for you."),
}


def _changed_meanwhile(about: str) -> str:
    if about == "regrade":
        return _(
            "Something was corrected or undone since this preview. Nothing was changed now, and what you typed is "
            "still here: look at the history below, then preview again."
        )
    return _(
        "Somebody else has saved this exam since you opened it. Nothing was saved, and what you typed is kept on this "
        "computer: reload the page, then bring your draft back and compare."
    )


def _correction(params: Mapping[str, Any]) -> str:
    return {
        "no_correction": _("Choose at least one question to correct."),
        "too_many_corrections": _("Correct at most %(high)s questions at once.") % {"high": params.get("high", 0)},
        "question_twice": _("This question is corrected twice. Keep one of the two."),
        "unknown_question": _("This question is in no version of the exam any more. Reload the page."),
        "unknown_choice": _("This question has no such choice. Reload the page."),
        "empty_key": _("Tick at least one right answer."),
        "same_key": _("This is what counts as right already. Change the key, or take this question off the list."),
        "all_choices": _("If every choice is right, grant the points to everybody instead."),
        "nothing_left": _("No question would be left that counts. Grant the points to everybody instead."),
    }.get(str(params.get("reason", "")), _("The request could not be read. Reload the page and try again."))


def _hours(params: Mapping[str, Any], sentence: str) -> str:
    return sentence % {"hours": params.get("hours", 1)} if "%(hours)s" in sentence else sentence


def _second(reason: str) -> str:
    return {
        "window_over": _("The exam period is over: no second appointment is possible in it."),
        "no_slot": _("No time is left in the exam period: no second appointment is possible in it."),
        "short_notice": _("No time is left far enough ahead. The course team can grant one at short notice."),
        "used_up": _("You have had the second appointment that the exam's rules give. Ask the course team."),
    }.get(reason, _("Ask the course team for a second appointment."))


def _not_eligible(missing: str) -> str:
    if missing in ("group", "prerequisite"):
        return _("This exam is not open to you yet. Its page says what is missing.")
    return _("You are not enrolled for the certification.")


def _too_early() -> str:
    return _("The proctoring room is not open yet. Try again in a few minutes.")


def text(error: ExamError) -> str:
    """The translated sentence of an error."""
    sentence = _SENTENCES.get(error.code)
    return sentence(error.params) if sentence else _("Something went wrong. Try again.")


def field_texts(error: ExamError) -> dict[str, str]:
    """A translated sentence per wrong field."""
    if isinstance(error, InvalidForm):
        return {name: reason(code, error.params) for name, code in error.errors.items()}
    return {error.field: text(error)} if error.field else {}


def _phone_reason(code: str, params: Mapping[str, Any]) -> str:
    """What is wrong with a phone number, and one of the country as it should be."""
    said = {
        "phone": _("This is not a phone number."),
        "phone_short": _("This number is too short."),
        "phone_long": _("This number is too long."),
        "phone_country": _("Choose your country, or begin with + and its code."),
        "phone_extension": _("Leave the extension out."),
        "phone_unknown": _("No country gives out such a number."),
    }[code]
    if "national" not in params:
        return said
    example = _("For example %(national)s, or %(international)s.") % {
        "national": _unbroken(params["national"]),
        "international": _unbroken(params["international"]),
    }
    return f"{said} {example}"


def _unbroken(number: object) -> str:
    """A number stays on one line."""
    return str(number).replace(" ", "\xa0")


def reason(code: str, params: Mapping[str, Any] | None = None) -> str:
    """The translated sentence of a field's reason code."""
    if code.startswith("phone"):
        return _phone_reason(code, params or {})
    sentences = {
        "empty": _("Fill in this field."),
        "too_long": _("This is too long."),
        "too_short": _("This is too short."),
        "characters": _("This has characters that cannot be used."),
        "zone": _("Choose a time zone from the list."),
        "country": _("Choose a country from the list."),
        "out_of_range": _("This number is out of range."),
        "only_after_release": _("Before the release only their own answers can be shown."),
        "unknown_zone": _("This time zone is unknown."),
        "before_start": _("The last day comes before the first."),
        "too_long_window": _("The window is too long."),
        "wrong_type": _("This value has not the right form."),
        "unknown_name": _("This setting does not exist."),
        "nobody_has_the_code": _("The proctoring service has nobody to whom this code could be sent."),
        "no_sessions": _("One code per session is for exams with appointments that no proctoring service books."),
        "never_opens": _("The proctoring service cannot open the exam by itself: a password is needed."),
        "needs_appointments": _("The proctoring service works with appointments only."),
        "shorter_than_exam": _("The opening hours are shorter than the exam."),
        "address": _("Write an address that begins with https:// or with /."),
        "practice_alone": _("In a practice exam the candidate is alone: no proctoring service, no exam-wide password."),
        "not_a_mapping": _("The settings must be a JSON object."),
    }
    return sentences.get(code, _("This value is not valid."))


def bounded(code: str, params: Mapping[str, Any]) -> str:
    """The sentence of a reason that has bounds to say, '' for others."""
    low, high = params.get("low"), params.get("high")
    if code == "out_of_range" and low is not None and high is not None:
        return _("Between %(low)s and %(high)s.") % {"low": low, "high": high}
    if code == "too_long" and high is not None:
        return _("%(high)s characters at most.") % {"high": high}
    return ""


WRONG_FORMS: Mapping[str, Callable[[], str]] = {
    "number": lambda: _("Write a whole number."),
    "numbers": lambda: _("Write whole numbers, one per line."),
    "date": lambda: _("Choose a date."),
    "dates": lambda: _("Complete each date, or remove it."),
    "time": lambda: _("Choose a time."),
    "moment": lambda: _("Choose a date and a time."),
    "rows": lambda: _("Complete each row, with a whole number as the grade."),
}
"""What to write instead of a value of the wrong form, by what it is edited with."""
