"""What an e-mail says, read from the rows at the moment it is sent, or why it is not sent any more."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urljoin

from django.contrib.auth import get_user_model

from .. import compat
from ..backends import registry
from ..backends.base import Capability
from ..domain import clock
from ..domain.attempt import AppointmentState, ReviewState
from ..domain.mail import INVITATIONS, CalendarEntry, Kind, Letter, Method, is_too_late
from ..domain.policy import ExamPolicy, SecondChance, Unlock, zone_names
from ..domain.second import Refusal, refusal
from ..models import Appointment, Attempt, CandidateProfile, Mail
from . import exams
from .facts import is_out

LANGUAGES = ("fr", "en")
_STANDS = frozenset({AppointmentState.CONFIRMED, AppointmentState.MOVE_REQUESTED})
_IN_CALENDARS = _STANDS | {AppointmentState.USED, AppointmentState.MISSED}
_WENT_OUT = ("sent", "handing_over", "unsure")


@dataclass(frozen=True)
class Said:
    """An e-mail that is to be sent."""

    letter: Letter
    address: str
    entry: CalendarEntry | None


@dataclass(frozen=True)
class Unsaid:
    """One that is not; ``again_after`` when it may be later. ``reason`` is a stable code; a fault is an operator's,
    what ``fades`` is nobody's once it was waited for long enough."""

    reason: str
    again_after: timedelta | None = None
    is_fault: bool = False
    fades: bool = False


def read(mail: Mail, now: datetime, sender: str) -> Said | Unsaid:
    """The e-mail as it has to be said now.

    Args:
        mail: its row.
        now: the present instant.
        sender: address of who invites to the appointment.
    """
    reason = _overtaken(mail, now)
    if isinstance(reason, Unsaid):
        return reason
    address = get_user_model().objects.values_list("email", flat=True).get(pk=mail.candidacy.user_id)
    letter = _letter(mail, now)
    method = _method(mail)
    if method is None or mail.appointment is None:
        return Said(letter, address, None)
    return Said(letter, address, _entry(mail.appointment, letter, method, sender, address))


# --- whether --------------------------------------------------------------------------------------------------------


def _overtaken(mail: Mail, now: datetime) -> Unsaid | None:
    kind, appointment, attempt = Kind(mail.kind), mail.appointment, mail.attempt
    if not get_user_model().objects.filter(pk=mail.candidacy.user_id, is_active=True).exists():
        return Unsaid(
            "no_account", timedelta(hours=1), fades=True
        )  # the LMS lets in who has not confirmed the address yet
    if kind in INVITATIONS | {Kind.REMINDER, Kind.MOVE_REFUSED} and appointment is not None:
        return _about_what_stands(mail, kind, appointment, now)
    if kind is Kind.SECOND:
        return None if mail.candidacy.second_appointment else Unsaid("overtaken")
    if attempt is None:
        return None
    if attempt.archived_at is not None:
        return Unsaid("overtaken")
    if kind is Kind.RESULT:
        return _about_a_result(attempt)
    if kind is Kind.CORRECTED:
        return Unsaid("overtaken") if _was_told_again(mail, attempt) else _about_a_result(attempt)
    if kind is Kind.DECIDED:
        decided = attempt.review in (ReviewState.VALIDATED, ReviewState.INVALIDATED)
        return Unsaid("overtaken") if _was_told_again(mail, attempt) or not decided else None
    return None


def _was_told_again(mail: Mail, attempt: Attempt) -> bool:
    return Mail.objects.filter(attempt=attempt, kind=mail.kind, pk__gt=mail.pk).exists()


def _about_what_stands(mail: Mail, kind: Kind, appointment: Appointment, now: datetime) -> Unsaid | None:
    """A confirmation still says so once the exam was begun; the rest is for who has not come yet."""
    state = AppointmentState(appointment.state)
    if appointment.sequence != mail.data.get("sequence"):
        return Unsaid("overtaken")
    if kind in INVITATIONS:
        return None if state in _IN_CALENDARS else Unsaid("overtaken")
    if state not in _STANDS:
        return Unsaid("overtaken")
    if kind is Kind.REMINDER and is_too_late(appointment.start, int(mail.data["hours"]), now):
        return Unsaid("too_late")
    return None


def _about_a_result(attempt: Attempt) -> Unsaid | None:
    """Said once the grade is where the e-mail sends its reader; what a review holds back is said with its end."""
    if attempt.score_sent_at is not None:
        return None
    if attempt.review in (ReviewState.PENDING, ReviewState.INVALIDATED):
        return Unsaid("withheld")
    return Unsaid("not_filed", timedelta(minutes=1))


# --- what -----------------------------------------------------------------------------------------------------------


def _letter(mail: Mail, now: datetime) -> Letter:
    candidacy, appointment, attempt = mail.candidacy, mail.appointment, mail.attempt
    policy = exams.snapshot(_version(mail)).policy
    host, exam = compat.host(), candidacy.exam
    ahead = _rules_ahead(exam.usage_key)
    url = host.block_url(exam.usage_key)
    told: dict[str, Any] = {}
    if appointment is not None and not appointment.implicit:
        told |= _of_appointment(appointment, policy)
    if attempt is not None:
        told |= _of_attempt(attempt)
    return Letter(
        kind=Kind(mail.kind),
        language=_language(mail, policy),
        title=policy.title,
        course_title=host.course_title(exam.course_key),
        first_name=candidacy.first_name,
        zone=_zone(candidacy.user_id, policy),
        exam_zone=policy.time_zone,
        url=url,
        dashboard=urljoin(url, host.dashboard_url()),
        window_end=clock.window_end(ahead),
        by=_by(mail),
        hours=int(mail.data.get("hours", 0)),
        is_second_possible=ahead.appointments and now < clock.window_end(ahead),
        is_second_offered=_is_second_offered(mail, ahead, now),
        phones=tuple(dict.fromkeys((*policy.help_phones, *registry.backend_class(policy.backend).help_phones))),
        addresses=policy.help_emails,
        **told,
    )


def _rules_ahead(usage_key: str) -> ExamPolicy:
    """Those that the next appointment is made by, whatever the last one was booked under."""
    version = exams.find(usage_key).current_version
    assert version is not None
    return exams.snapshot(version).policy


def _by(mail: Mail) -> str:
    said = str(mail.data.get("by", ""))
    is_made_by_staff = mail.appointment is not None and mail.appointment.notice == "by_staff"
    return "staff" if not said and is_made_by_staff else said


def _version(mail: Mail) -> Any:
    about = mail.attempt or mail.appointment
    assert about is not None
    return about.version


def _of_appointment(row: Appointment, policy: ExamPolicy) -> dict[str, Any]:
    backend = registry.backend_class(policy.backend)
    return {
        "start": row.start,
        "opens_at": row.start - timedelta(minutes=policy.launch_lead_minutes),
        "ends_at": clock.latest_end(row.start, policy),
        "duration": timedelta(minutes=row.duration_minutes),
        "room": backend.verbose_name if Capability.ROOM in backend.capabilities else "",
        "is_watched": Capability.ROOM in backend.capabilities or policy.unlock is not Unlock.NONE,
        "moves_left": max(0, policy.max_moves - row.moves),
    }


def _of_attempt(row: Attempt) -> dict[str, Any]:
    parts = exams.snapshot(row.version).paper.parts
    counted = dict(row.parts.values_list("number", "counted"))
    return {
        "certification_number": row.certification_number,
        "ended_at": row.ended_at,
        "parts": tuple((part.title, counted.get(number, False)) for number, part in enumerate(parts, 1)),
        "verdict": row.review if row.review in (ReviewState.VALIDATED, ReviewState.INVALIDATED) else "",
        "reason": row.review_reason if row.review == ReviewState.INVALIDATED else "",
        "is_out": is_out(row),
    }


def _is_second_offered(mail: Mail, policy: ExamPolicy, now: datetime) -> bool:
    """By the exam's own rule, after a missed appointment (R-FUN-22)."""
    extra = clock.extra_time(policy.duration, mail.candidacy.extra_time_percent)
    return refusal(policy, SecondChance.MISSED, mail.candidacy.seconds_by_rule, now, extra) is Refusal.NONE


def _language(mail: Mail, policy: ExamPolicy) -> str:
    """The candidate's own, else what they chose on the platform, else that of the page on which they accepted the
    terms, else the exam's; of those that there are."""
    candidacy = mail.candidacy
    chosen = compat.host().language(candidacy.user_id)
    wanted = (candidacy.language, chosen, candidacy.terms_language, policy.language)
    short = (language.replace("_", "-").split("-")[0].lower() for language in wanted)
    return next((language for language in short if language in LANGUAGES), LANGUAGES[0])


def _zone(user_id: int, policy: ExamPolicy) -> str:
    own = CandidateProfile.objects.filter(user_id=user_id).values_list("time_zone", flat=True).first()
    return own if own in zone_names() else policy.time_zone


# --- the calendar ---------------------------------------------------------------------------------------------------


def _method(mail: Mail) -> Method | None:
    """A cancellation goes to calendars that were invited, or may have been."""
    kind = Kind(mail.kind)
    if kind in INVITATIONS:
        return Method.REQUEST
    if kind is not Kind.CANCELLED:
        return None
    invited = Mail.objects.filter(
        appointment=mail.appointment, kind__in=[kind.value for kind in INVITATIONS], state__in=_WENT_OUT
    )
    return Method.CANCEL if invited.exists() else None


def published(appointment: Appointment) -> tuple[CalendarEntry, str] | None:
    """The entry that its owner downloads, and its language; None while the appointment is not sure.

    It holds no name and no address: whoever gets hold of the link learns the exam's title and time.
    """
    state = AppointmentState(appointment.state)
    gone = state is AppointmentState.CANCELLED or appointment.notice == "vendor_cancelled"
    if appointment.implicit or (state not in _IN_CALENDARS and not gone):
        return None
    stand_in = Mail(
        candidacy=appointment.candidacy, appointment=appointment, kind=Kind.CONFIRMED.value, data={}
    )  # never saved
    letter = _letter(stand_in, appointment.start)
    return _entry(appointment, letter, Method.PUBLISH, "", "", cancelled=gone), letter.language


def _entry(
    row: Appointment, letter: Letter, method: Method, sender: str, address: str, *, cancelled: bool = False
) -> CalendarEntry:
    hours = exams.snapshot(row.version).policy.reminder_hours
    return CalendarEntry(
        uid=f"{row.reservation_id}@proctored-exam",
        sequence=row.sequence,
        start=row.start,
        duration=timedelta(minutes=row.duration_minutes),
        title=letter.title,
        course_title=letter.course_title,
        room=letter.room,
        url=letter.url,
        method=method,
        is_online=bool(letter.room) or not letter.is_watched,
        cancelled=cancelled or method is Method.CANCEL,
        organizer=sender,
        attendee=address,
        alarms=tuple(timedelta(hours=ahead) for ahead in sorted(set(hours), reverse=True)),
    )
