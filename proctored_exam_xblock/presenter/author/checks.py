"""The findings about an exam in words for its authors, each with where to mend it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from babel import Locale
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ...domain.readiness import Finding, Severity
from .. import dates
from . import words


@dataclass(frozen=True)
class Line:
    """One finding: what is looked at, what to do, and the field that the button leads to ('' without one)."""

    code: str
    severity: str
    text: str
    advice: str
    field: str
    detail: tuple[str, ...]


def lines(
    findings: Sequence[Finding],
    mistakes: Sequence[tuple[str, str]],
    zone: ZoneInfo,
    locale: Locale,
    questions: Mapping[str, str],
) -> list[Line]:
    """What stops the exam first, then what deserves a look, then what is right.

    Args:
        findings: of ``domain.readiness``.
        mistakes: (field, sentence) of what could not be read at all.
        zone: of the exam, for instants.
        questions: number and first words of each, by id.
    """
    wrong = [Line(f"wrong_{name}", "stop", labelled(name, sentence), "", name, ()) for name, sentence in mistakes]
    order = {Severity.STOP: 0, Severity.WARNING: 1, Severity.OK: 2}
    sorted_findings = sorted(findings, key=lambda finding: order[finding.severity])
    return wrong + [_line(finding, zone, locale, questions) for finding in sorted_findings]


def labelled(name: str, sentence: str) -> str:
    """A sentence about a rule, with the rule's label in front."""
    known = {
        **{rule: word.label for rule, word in words.words().items()},
        "display_name": _("Title"),
        "paper": _("Paper"),
    }
    return known.get(name, name) + _(": ") + sentence


def _line(finding: Finding, zone: ZoneInfo, locale: Locale, questions: Mapping[str, str]) -> Line:
    good, bad, advice = _words(finding).get(finding.code, (finding.code, finding.code, ""))
    right = finding.severity is Severity.OK
    names = tuple(questions.get(name, name) for name in finding.names)
    if finding.code == "appointments_fit":
        names = tuple(_when(name, zone, locale) for name in names)
    if finding.code == "terms_text":
        names = tuple(words.words()[name].label for name in names)
    return Line(
        finding.code,
        finding.severity.value,
        good if right else bad,
        "" if right else advice,
        "" if right else finding.field,
        names,
    )


def _when(instant: str, zone: ZoneInfo, locale: Locale) -> str:
    moment = datetime.fromisoformat(instant)
    day = dates.long_day(moment.astimezone(zone).date(), locale)
    return _("%(day)s at %(time)s") % {"day": day, "time": dates.hour(moment, zone)}


def _words(found: Finding) -> Mapping[str, tuple[str, str, str]]:
    """By code: when it is right, when it is not, what to do then."""
    counts = {"done": found.done, "of": found.of, "wrong": found.of - found.done}
    return {
        "service_set_up": (
            _("The proctoring service is set up."),
            _("The proctoring service is not set up on the platform."),
            _("Choose another one, or ask your operator to add the setting named here."),
        ),
        "exam_password": (
            _("The exam’s password is set."),
            _("The exam is opened by a password, and none is set."),
            _("Set it now: it is kept apart from the exam, and nobody can read it again."),
        ),
        "keyring": (
            _("The keys of the codes are set."),
            _("The platform’s keys of the codes are missing or too short."),
            _("Only an operator can set them: PROCTORED_EXAM['KEYS'], a list of long random texts."),
        ),
        "window": (
            _("The exam’s window lies ahead."),
            _("The exam’s window is over.") if found.severity is Severity.STOP else _("The exam’s window has begun."),
            _("Check the first and the last day."),
        ),
        "lead_time": (
            _("Candidates can book ahead within the window."),
            _("“Book ahead” is as long as the whole window."),
            _("Late comers find no slot: shorten it, or open booking long before."),
        ),
        "slots_left": (
            ngettext("%(done)d slot can still be booked.", "%(done)d slots can still be booked.", found.done) % counts,
            _("No slot is left that could be booked today."),
            _("Add days or hours, or shorten “Book ahead”."),
        ),
        "capacity_for_learners": (
            _("There is a place for every enrolled learner without an appointment (%(done)d for %(of)d).") % counts,
            _("There are fewer places than learners without an appointment (%(done)d for %(of)d).") % counts,
            _("Add days, hours or candidates per slot."),
        ),
        "appointments_fit": (
            _("Every coming appointment fits these rules."),
            ngettext(
                "%(of)d appointment no longer fits these rules.",
                "%(of)d appointments no longer fit these rules.",
                found.of,
            )
            % counts,
            _("Nothing is cancelled: each keeps the rules it was booked under. Write to these candidates if need be."),
        ),
        **_about_paper(found, counts),
        **_about_corrections(counts),
        **_about_pools(counts),
        **_about_scores(counts),
        **_about_texts(found),
    }


def _about_paper(found: Finding, counts: Mapping[str, int]) -> dict[str, tuple[str, str, str]]:
    return {
        "questions_answerable": (
            _("Every question has a right answer."),
            _("There is no question yet.")
            if not found.of
            else ngettext(
                "%(wrong)d question has no right answer.", "%(wrong)d questions have no right answer.", counts["wrong"]
            )
            % counts,
            _("Add questions.") if not found.of else _("Mark the right answer."),
        ),
        "questions_not_obvious": (
            _("No question is right whatever is chosen."),
            ngettext(
                "%(wrong)d question is right whatever is chosen.",
                "%(wrong)d questions are right whatever is chosen.",
                counts["wrong"],
            )
            % counts,
            _("Look at the choices marked as right."),
        ),
        "questions_distinct": (
            _("No question is asked twice."),
            ngettext(
                "%(wrong)d question has a twin: same words, same choices.",
                "%(wrong)d questions have a twin: same words, same choices.",
                counts["wrong"],
            )
            % counts,
            _("Keep one of each."),
        ),
        "files_there": (
            _("Every image is in the course’s files."),
            _("Images are missing in the course’s files."),
            _("Upload them under “Files”, with exactly these names."),
        ),
        "files_unknown": (
            "",
            _("The paper shows files of the course; only Studio can tell whether they are there."),
            _("Look at the preview of these questions."),
        ),
    }


def _about_corrections(counts: Mapping[str, int]) -> dict[str, tuple[str, str, str]]:
    return {
        "keys_corrected": (
            _("The paper’s keys are those of the corrections in force."),
            ngettext(
                "%(wrong)d question counts by a correction in force, which has another key than the paper.",
                "%(wrong)d questions count by corrections in force, which have other keys than the paper.",
                counts["wrong"],
            )
            % counts,
            _("Give the paper the corrected key, or undo the correction: as long as it is in force, it wins."),
        ),
    }


def _about_pools(counts: Mapping[str, int]) -> dict[str, tuple[str, str, str]]:
    return {
        "pools_large_enough": (
            _("Every pool is large enough for what is drawn from it."),
            ngettext(
                "%(wrong)d part draws more questions than its pool has.",
                "%(wrong)d parts draw more questions than their pools have.",
                counts["wrong"],
            )
            % counts,
            _("Draw fewer, or add questions."),
        ),
        "pools_leave_a_choice": (
            _("Every draw leaves something to chance."),
            ngettext(
                "%(wrong)d part draws its whole pool: every candidate gets the same questions.",
                "%(wrong)d parts draw their whole pools: every candidate gets the same questions.",
                counts["wrong"],
            )
            % counts,
            _("Draw fewer, add questions, or give all questions without drawing."),
        ),
        "pools_drawn_from": (
            _("Every question of the pools can be drawn."),
            ngettext(
                "%(wrong)d question can never be drawn.", "%(wrong)d questions can never be drawn.", counts["wrong"]
            )
            % counts,
            _("Too few are like it to be in the mix: give it the tags, difficulty and points of others, or draw more."),
        ),
    }


def _about_scores(counts: Mapping[str, int]) -> dict[str, tuple[str, str, str]]:
    return {
        "penalties_cost": (
            _("A wrong answer costs something."),
            _("A wrong answer costs nothing: penalties stop within each question, and each has one answer to give."),
            _("Let penalties stop within each part, or set them to 0."),
        ),
        "gradebook_points": (
            _("The exam’s points in the gradebook are set."),
            _("The gradebook counts parts of a point: this exam of %(done)d points weighs %(of)d there.") % counts,
            _("Set what it counts beside others of its subsection; alone there, it makes no difference."),
        ),
    }


def _about_texts(found: Finding) -> dict[str, tuple[str, str, str]]:
    return {
        "terms_text": (
            _("The terms of use are written in French and in English."),
            _("The terms of use are not written in every language."),
            _("Candidates of the other language would read the one text there is, or none."),
        ),
        "help_contact": (
            _("Candidates know whom to ask for help."),
            _("No phone number and no e-mail address for help."),
            _("Give one: it is shown at the foot of every screen."),
        ),
        "mails": (
            _("Candidates get e-mails."),
            _("Candidates get no e-mail: no confirmation, no reminder."),
            _("Turn them on unless you write to candidates yourself."),
        ),
        "practice_exam": (
            _("The practice exam exists."),
            _("The practice exam is unknown, or its block is no practice exam."),
            _("Copy its usage key from Studio; open its page once after publishing."),
        ),
        "release_date": (
            _("Grades are released after the end of the window."),
            _("Grades are released before the end of the window."),
            _("First candidates could tell the others: choose a later date."),
        ),
        "keys_wait": (
            _("Right answers are shown when nobody has yet to sit the exam."),
            _("Right answers or explanations are shown while others have yet to sit the exam."),
            _("Let them wait until the window is over."),
        ),
    }
