"""What each rule is called on the author's form, what it means, its unit, and the sections they stand in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from django.utils.translation import gettext as _


class Word(NamedTuple):
    """A rule's label, one short sentence about it, its unit; in the language that is active."""

    label: str
    help: str = ""
    unit: str = ""


class SectionWords(NamedTuple):
    """A run of rules under one heading; those behind ``rarely`` are folded away."""

    key: str
    title: str
    fields: tuple[str, ...]
    rarely: tuple[str, ...] = ()


def sections() -> tuple[SectionWords, ...]:
    """Every section of the form in order."""
    return (
        SectionWords(
            "dates",
            _("Dates and hours"),
            (
                *("appointments", "first_day", "last_day", "opens_at", "closes_at", "time_zone", "closed_weekdays"),
                *("excluded_dates", "duration_minutes", "lead_time_hours", "slot_step_minutes", "seats_per_slot"),
                *("max_moves", "move_deadline_hours", "cancel_deadline_hours"),
            ),
            ("hold_minutes",),
        ),
        SectionWords("who", _("Who may sit it"), ("enrolment_modes", "groups", "prerequisites", "equipment_required")),
        SectionWords("proctoring", _("Proctoring"), ("backend", "vendor_exam", "unlock")),
        SectionWords(
            "day",
            _("Exam day"),
            ("launch_lead_minutes", "missed_after_minutes", "unlock_valid_minutes"),
            ("network_grace_seconds", "silent_window_seconds", "certification_prefix"),
        ),
        SectionWords(
            "grade",
            _("Answers and grade"),
            ("expiry", "question_points", "partial_credit", "wrong_answer_percent", "score_floor", "pass_percent"),
            ("score_scale", "lms_points"),
        ),
        SectionWords(
            "review",
            _("Release and what candidates see"),
            (
                *("release", "release_at", "show_result_in_exam", "review_during", "review_after", "review_released"),
                "keys_wait_for_window",
            ),
        ),
        SectionWords(
            "payment", _("Payment"), ("payment_required", "paid_modes", "price", "payment_url", "refund_days")
        ),
        SectionWords("second", _("Second appointment"), ("second_after", "seconds_by_rule", "second_lead_time_hours")),
        SectionWords("room", _("Rules and preparation"), ("forbidden", "preparation", "identity_documents")),
        SectionWords("terms", _("Terms of use"), ("terms_version", "terms_fr", "terms_en")),
        SectionWords("help", _("Help"), ("help_phones", "help_emails")),
        SectionWords("mails", _("E-mails"), ("mails", "reminder_hours")),
        SectionWords(
            "practice", _("Languages and practice"), ("language", "proctor_languages", "practice", "practice_exam")
        ),
    )


def words() -> Mapping[str, Word]:
    """By the rule's name."""
    return {**_dates(), **_people(), **_day(), **_grade(), **_around()}


def _dates() -> dict[str, Word]:
    return {
        "appointments": Word(
            _("Candidates book an appointment"),
            _("Otherwise the exam can be entered at any time while the window is open."),
        ),
        "first_day": Word(_("First day"), _("Of the exam’s window, included.")),
        "last_day": Word(_("Last day"), _("Included.")),
        "opens_at": Word(_("Opens at"), _("Each day, in the exam’s time zone.")),
        "closes_at": Word(_("Closes at"), _("The last exam of the day ends by then, extra time included.")),
        "time_zone": Word(_("Time zone of the exam"), _("Days and hours are in this zone.")),
        "closed_weekdays": Word(_("Closed on"), _("No slot on these days of the week.")),
        "excluded_dates": Word(_("Dates without slots"), _("Holidays, for instance.")),
        "lead_time_hours": Word(
            _("Book ahead by"), _("An appointment is made at least so long before its hour."), _("hours")
        ),
        "slot_step_minutes": Word(_("A slot every"), "", _("minutes")),
        "seats_per_slot": Word(_("Candidates per slot"), "", _("places")),
        "duration_minutes": Word(_("Duration"), _("Time to answer, without extra time."), _("minutes")),
        "hold_minutes": Word(
            _("A chosen slot is kept for"), _("While the candidate reads and confirms."), _("minutes")
        ),
        "max_moves": Word(_("An appointment may be moved"), _("0: never."), _("times")),
        "move_deadline_hours": Word(
            _("Moved until"), _("So long before its hour; 0: until the room opens."), _("hours before")
        ),
        "cancel_deadline_hours": Word(
            _("Cancelled until"), _("So long before its hour; 0: until the room is entered."), _("hours before")
        ),
    }


def _people() -> dict[str, Word]:
    return {
        "enrolment_modes": Word(_("Enrolment modes"), _("That give the exam. One per line, such as “verified”.")),
        "groups": Word(_("Cohorts"), _("One per line; none: everybody enrolled in these modes.")),
        "prerequisites": Word(
            _("Parts of the course to pass first"), _("Nobody books before these grades are reached.")
        ),
        "equipment_required": Word(
            _("The equipment check must find nothing wrong"), _("Otherwise it warns, and candidates may go on.")
        ),
        "backend": Word(_("Proctoring service"), _("Those that the platform is set up for.")),
        "vendor_exam": Word(_("This exam at the service"), _("Its name or number there, where the service gives one.")),
        "unlock": Word(_("What opens the exam"), _("Once the candidate is in the room.")),
        "payment_required": Word(_("Booking needs a paid order")),
        "paid_modes": Word(_("Enrolment modes that are paid"), _("One per line.")),
        "price": Word(_("Price"), _("Shown as written, such as “60 €”.")),
        "payment_url": Word(_("Address of the shop"), _("Where a candidate pays.")),
        "refund_days": Word(
            _("Refund within"), _("If no appointment was ever taken, a cancelled one included."), _("days")
        ),
        "second_after": Word(
            _("Offered without asking the course team"), _("After an exam that ended so; staff may always grant one.")
        ),
        "seconds_by_rule": Word(_("So many times"), "", _("times")),
        "second_lead_time_hours": Word(_("Book it ahead by"), "", _("hours")),
    }


def _day() -> dict[str, Word]:
    return {
        "launch_lead_minutes": Word(_("The room opens"), "", _("minutes before")),
        "missed_after_minutes": Word(_("Missed after"), _("If the candidate never came."), _("minutes")),
        "unlock_valid_minutes": Word(
            _("An opened exam waits"), _("Then it closes again, unless it was started."), _("minutes")
        ),
        "network_grace_seconds": Word(
            _("Answers under way at zero are taken for"), _("A network’s delay, no more."), _("seconds")
        ),
        "silent_window_seconds": Word(
            _("A silent window may be replaced after"), _("Where no code opens another one."), _("seconds")
        ),
        "certification_prefix": Word(_("Certification numbers begin with"), _("12 characters at most, such as “CP”.")),
        "expiry": Word(_("Answers that were not finally verified"), _("At zero, and at “End the exam”.")),
        "release": Word(_("The grade is released")),
        "release_at": Word(_("Released on"), _("In the exam’s time zone.")),
        "show_result_in_exam": Word(
            _("Show the result in the exam’s page"), _("Once released; it is on the dashboard anyway.")
        ),
        "review_during": Word(_("During the exam, of the parts that were verified")),
        "review_after": Word(_("Right after the exam, before the release"), _("Keys never leave before the release.")),
        "review_released": Word(_("After the release"), _("In the exam’s page, below the result.")),
        "keys_wait_for_window": Word(
            _("Right answers and explanations wait until nobody sits the exam any more"),
            _("Otherwise those who sat it first can tell the others."),
        ),
    }


def _grade() -> dict[str, Word]:
    return {
        "question_points": Word(_("Points per question"), _("0: as each problem says (its weight)."), _("points")),
        "partial_credit": Word(
            _("Partial credit, where a problem gives some"), _("Otherwise only an answer that is wholly right earns.")
        ),
        "wrong_answer_percent": Word(
            _("A wrong answer costs"), _("Of the question’s points; no answer costs nothing. 0: no penalty."), "%"
        ),
        "score_floor": Word(_("Penalties stop at nothing"), _("The whole exam never scores below nothing.")),
        "pass_percent": Word(_("Pass mark"), "", "%"),
        "score_scale": Word(_("The score is shown")),
        "lms_points": Word(
            _("Points in the gradebook"),
            _("What the exam counts beside others of its subsection. 0: the paper’s own points."),
            _("points"),
        ),
    }


def _around() -> dict[str, Word]:
    return {
        "forbidden": Word(_("Forbidden in the room"), _("Shown before the start.")),
        "preparation": Word(_("Checklist before the exam"), _("Shown between booking and exam.")),
        "identity_documents": Word(_("Identity documents accepted")),
        "terms_version": Word(_("Version"), _("Change it when the text changes: everybody is asked again.")),
        "terms_fr": Word(_("Text in French"), _("An empty line makes a new paragraph.")),
        "terms_en": Word(_("Text in English"), _("An empty line makes a new paragraph.")),
        "help_phones": Word(_("Phone numbers"), _("One per line; shown at the foot of every screen.")),
        "help_emails": Word(_("E-mail addresses"), _("One per line; a message opens with what support asks for.")),
        "mails": Word(
            _("Candidates get e-mails"), _("Appointment, reminders, submitted, result; never the certificate.")
        ),
        "reminder_hours": Word(_("Reminders"), _("So many hours before the slot, one number per line, 5 at most.")),
        "language": Word(_("Language of the exam")),
        "proctor_languages": Word(_("Languages of the proctors")),
        "practice": Word(
            _("This is a practice exam"), _("No stakes, no grade, as many tries as wanted, a report afterwards.")
        ),
        "practice_exam": Word(_("Practice exam"), _("Usage key of the practice block that prepares for this exam.")),
    }
