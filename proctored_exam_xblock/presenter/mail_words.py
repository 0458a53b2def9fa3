"""What each kind of e-mail says: heading, sentences, facts and the one thing to do next."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from ..domain.attempt import IDENTITY_MISSING
from ..domain.mail import Kind
from .mail_parts import Message, Words


def message(words: Words) -> Message:
    """What this kind of e-mail says."""
    return _BY_KIND[words.letter.kind](words)


def _before_the_exam(words: Words) -> tuple[str, ...]:
    opens = words.hour(words.letter.opens_at)
    found = [
        _("From %(time)s on, the button “Start the exam” is on the exam’s page.") % {"time": opens},
    ]
    if words.letter.room:
        found.append(_("A proctor of %(name)s checks your identity and your room.") % {"name": words.letter.room})
    if words.letter.is_watched:
        found.append(_("Have two identity documents at hand, and an hour more than announced."))
    if words.letter.room:
        found.append(_("Be alone in a closed room, with a cable to the network if you can."))
    return tuple(found)


def _in_calendar() -> str:
    return _("The attached file adds the appointment to your calendar.")


def _confirmed(words: Words) -> Message:
    said = [_("Your place for the exam “%(exam)s” is reserved.") % {"exam": words.letter.title}]
    if words.letter.by == "staff":
        said.insert(0, _("The course team made this appointment for you."))
    return Message(
        subject=words.titled(_("Appointment confirmed"), timed=True),
        heading=_("Your appointment is confirmed"),
        pill=_("Confirmed"),
        tone="good",
        shows_time=True,
        said=tuple(said),
        points=_before_the_exam(words),
        then=(_in_calendar(), _may_change(words)),
        action=words.page,
    )


def _may_change(words: Words) -> str:
    if not words.letter.moves_left:
        return _("You can cancel it on the exam’s page.")
    return _("You can change or cancel it on the exam’s page.")


def _changed(words: Words) -> Message:
    by_staff = words.letter.by in ("staff", "invigilator")
    said = _("The course team moved your appointment.") if by_staff else _("Your new time is confirmed.")
    return Message(
        subject=words.titled(_("New time for your appointment"), timed=True),
        heading=_("Your appointment has a new time"),
        pill=_("Confirmed"),
        tone="good",
        shows_time=True,
        said=(said, _("The earlier time is no longer yours.")),
        points=_before_the_exam(words),
        then=(_("The attached file updates your calendar."), _may_change(words)),
        action=words.page,
    )


def _move_refused(words: Words) -> Message:
    return Message(
        subject=words.titled(_("Your appointment stays as it was"), timed=True),
        heading=_("The new time was not available"),
        pill=_("Unchanged"),
        tone="caution",
        shows_time=True,
        said=(_("The time you asked for could not be had. Your appointment stays as it was; your place is safe."),),
        then=(_("You can ask for another time on the exam’s page."),) if words.letter.moves_left else (),
        action=words.page,
    )


def _cancelled(words: Words) -> Message:
    by = words.letter.by
    said = {
        "vendor": _("The proctoring service had to cancel your appointment. We are sorry."),
        "staff": _("The course team cancelled your appointment."),
    }.get(by, _("You cancelled your appointment: your place is free again."))
    then = [
        _("You can choose another time on the exam’s page, until %(day)s.")
        % {"day": words.day(words.letter.window_end)}
    ]
    if by == "vendor":
        then.append(_("The usual notice does not apply: take the first time that suits you."))
    return Message(
        subject=words.titled(_("Appointment cancelled"), timed=True),
        heading=_("Your appointment is cancelled"),
        pill=pgettext("an appointment", "Cancelled"),
        tone="caution",
        shows_time=True,
        is_void=True,
        said=(said,),
        then=tuple(then) if words.letter.is_second_possible else (_period_over(words),),
        action=words.page,
    )


def _period_over(words: Words) -> str:
    return _("The exam period ended on %(day)s.") % {"day": words.day(words.letter.window_end)}


def _refused(words: Words) -> Message:
    return Message(
        subject=words.titled(_("Please choose another time")),
        heading=_("This time could not be booked"),
        pill=_("Not booked"),
        tone="caution",
        shows_time=True,
        is_void=True,
        said=(_("The proctoring service could not take your appointment: that time is gone."),),
        then=(_("Choose another time on the exam’s page: nothing else of your file has to be done again."),),
        action=(_("Choose another time"), words.letter.url),
    )


def _missed(words: Words) -> Message:
    letter = words.letter
    if letter.by == "vendor":
        said = _(
            "The proctoring service never confirmed this appointment, and its time has passed. It is not your fault."
        )
    else:
        said = _("The exam was not started by %(time)s, the latest possible time.") % {
            "time": words.hour(letter.ends_at)
        }
    return Message(
        subject=words.titled(_("Missed appointment"), timed=True),
        heading=_("The appointment has passed"),
        pill=_("Missed"),
        tone="caution",
        shows_time=True,
        is_void=True,
        said=(said,),
        then=(_second(words),),
        action=words.page,
    )


def _second(words: Words) -> str:
    day = {"day": words.day(words.letter.window_end)}
    if words.letter.is_second_offered:
        return _("A second appointment is possible: choose it on the exam’s page, until %(day)s.") % day
    if words.letter.is_second_possible:
        return (
            _(
                "A second appointment is possible until %(day)s if the course team grants it: write to them, and say "
                "what happened."
            )
            % day
        )
    return _("The exam period ended on %(day)s: no second appointment is possible in it.") % day


def _reminder(words: Words) -> Message:
    hours = words.letter.hours
    if hours % 24 == 0 and hours > 24:
        lead = ngettext("in %(count)d day", "in %(count)d days", hours // 24) % {"count": hours // 24}
    else:
        lead = ngettext("in %(count)d hour", "in %(count)d hours", hours) % {"count": hours}
    return Message(
        subject=words.titled(_("Your exam starts %(lead)s") % {"lead": lead}, timed=True),
        heading=_("Your exam starts %(lead)s") % {"lead": lead},
        pill=_("Reminder"),
        shows_time=True,
        points=_before_the_exam(words),
        action=words.page,
    )


def _second_granted(words: Words) -> Message:
    return Message(
        subject=words.titled(_("A second appointment is offered to you")),
        heading=_("You can book a second appointment"),
        pill=_("With priority"),
        tone="good",
        said=(
            _("The course team grants you a second appointment for the exam “%(exam)s”.")
            % {"exam": words.letter.title},
        ),
        then=(_("Choose its time on the exam’s page, until %(day)s.") % {"day": words.day(words.letter.window_end)},),
        action=(_("Choose a time"), words.letter.url),
    )


def _submitted(words: Words) -> Message:
    letter = words.letter
    counted = tuple((title, _("counted") if was else _("not counted")) for title, was in letter.parts)
    number = letter.certification_number
    return Message(
        subject=words.titled(_("Exam submitted")) + f" ({number})",
        heading=_("Your exam was submitted"),
        pill=_("Submitted"),
        tone="good",
        said=(_("Your exam “%(exam)s” is over and was received.") % {"exam": letter.title},),
        facts=(
            (_("Certification number"), number),
            (_("Received"), f"{words.moment(letter.ended_at)} {words.zone_of(letter.ended_at)}"),
            *counted,
        ),
        then=(_("We write to you when the result is out: it appears on your dashboard."),),
        action=words.page,
    )


def _result(words: Words) -> Message:
    return Message(
        subject=words.titled(_("Your result is available")),
        heading=_("Your result is on your dashboard"),
        pill=_("Result available"),
        tone="good",
        said=(
            _("The result of the exam “%(exam)s” is out. You find it on your dashboard.")
            % {"exam": words.letter.title},
        ),
        facts=((_("Certification number"), words.letter.certification_number),),
        then=(_("For your privacy this message holds neither the result nor a certificate."),),
        action=words.results,
    )


def _decided(words: Words) -> Message:
    letter = words.letter
    number = ((_("Certification number"), letter.certification_number),)
    subject = words.titled(_("Decision of the examination board"))
    if letter.verdict == "validated":
        out = _("Your result is on your dashboard.") if letter.is_out else _("We write to you when the result is out.")
        return Message(
            subject=subject,
            heading=_("Your session is validated"),
            pill=_("Session validated"),
            tone="good",
            said=(_("The examination board examined your session and validated it."),),
            facts=number,
            then=(out,),
            action=words.results if letter.is_out else words.page,
        )
    by_board = letter.reason != IDENTITY_MISSING
    return Message(
        subject=subject,
        heading=_("Your session is not validated"),
        pill=_("Session not validated"),
        tone="caution",
        said=(_not_validated(by_board=by_board),),
        quoted=letter.reason if by_board else "",
        facts=number,
        then=(_("If you do not agree, write to the addresses below and give your certification number."),),
        action=words.page,
    )


def _not_validated(*, by_board: bool) -> str:
    if by_board:
        return _(
            "The examination board examined your session and did not validate it. No certificate is issued. Its reason:"
        )
    return _(
        "The photo of your identity document or of your face is missing: without it an exam cannot be validated, "
        "whatever the answers."
    )


def _recounted(words: Words) -> Message:
    return Message(
        subject=words.titled(_("Decision of the examination board")),
        heading=_("Your saved answers are counted"),
        pill=_("Counted"),
        tone="good",
        said=(_("The examination board decided to count the answers that you had saved and not finally verified."),),
        facts=((_("Certification number"), words.letter.certification_number),),
        then=(_("The result follows on your dashboard."),),
        action=words.results if words.letter.is_out else words.page,
    )


def _corrected(words: Words) -> Message:
    return Message(
        subject=words.titled(_("Your result was corrected")),
        heading=_("Your result was corrected"),
        pill=pgettext("a result", "Corrected"),
        tone="plain",
        said=(
            _("The course team corrected how some questions of the exam are graded."),
            _("Your score was computed again and has changed. Your answers are as you gave them."),
        ),
        facts=((_("Certification number"), words.letter.certification_number),),
        then=(_("Your result is on your dashboard."),),
        action=words.results,
    )


_BY_KIND: Mapping[Kind, Callable[[Words], Message]] = {
    Kind.CONFIRMED: _confirmed,
    Kind.CHANGED: _changed,
    Kind.MOVE_REFUSED: _move_refused,
    Kind.CANCELLED: _cancelled,
    Kind.REFUSED: _refused,
    Kind.MISSED: _missed,
    Kind.REMINDER: _reminder,
    Kind.SECOND: _second_granted,
    Kind.SUBMITTED: _submitted,
    Kind.RESULT: _result,
    Kind.DECIDED: _decided,
    Kind.RECOUNTED: _recounted,
    Kind.CORRECTED: _corrected,
}
