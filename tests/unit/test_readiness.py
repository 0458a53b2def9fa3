"""What would stop an exam: each matter is right in a complete exam and found when it is not."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from proctored_exam_xblock.domain.clock import window_end
from proctored_exam_xblock.domain.corrections import Correction
from proctored_exam_xblock.domain.errors import ExamError
from proctored_exam_xblock.domain.policy import ExamPolicy, Release, Review, Unlock
from proctored_exam_xblock.domain.questions import Choice, Hint, Kind, Paper, Part, Question, Ruling
from proctored_exam_xblock.domain.readiness import (
    Finding,
    Severity,
    Surroundings,
    bookable_starts,
    check,
    files_of,
    offers,
)
from proctored_exam_xblock.domain.scheduling import check_start, day_slots

NOW = datetime(2017, 2, 20, 9, 0, tzinfo=UTC)
POLICY = ExamPolicy(
    unlock=Unlock.EXAM_PASSWORD, terms_fr="Texte", terms_en="Text", help_emails=("help@example.org",), practice_exam="x"
)
AROUND = Surroundings(password_set=True, key_length=32, learners=3, missing_files=())


def question(name: str, prompt: str = "", **changes: Any) -> Question:
    choices = (Choice("a", "Yes", True), Choice("b", "No", False))
    return replace(Question(name, Kind.SINGLE, prompt or f"Is it {name}?", choices), **changes)


PAPER = Paper((Part("One", (question("q1"), question("q2"))),))


def found(
    policy: ExamPolicy = POLICY, paper: Paper = PAPER, around: Surroundings = AROUND, now: datetime = NOW
) -> dict[str, Finding]:
    return {finding.code: finding for finding in check(policy, paper, around, now)}


def test_a_complete_exam_has_nothing_to_mend() -> None:
    severities = {code: finding.severity for code, finding in found().items()}
    assert severities == dict.fromkeys(severities, Severity.OK)
    assert {"exam_password", "window", "slots_left", "questions_distinct", "terms_text", "practice_exam"} <= set(
        severities
    )


TWIN = question("q9", " <p>IS&nbsp;it</p> Q1? ", choices=(Choice("x", "no", False), Choice("y", "<b>YES</b>", True)))


TOLD: dict[str, Any] = {"review_released": (Review.CORRECTNESS,), "keys_wait_for_window": False}
"""Right answers at once, whoever has yet to sit the exam."""


@pytest.mark.parametrize(
    ("rules", "around", "code", "severity", "field"),
    [
        ({}, {"missing_setting": "BACKENDS"}, "service_set_up", Severity.STOP, "backend"),
        ({}, {"password_set": False}, "exam_password", Severity.STOP, "password"),
        ({"unlock": Unlock.APPOINTMENT_CODE}, {"key_length": None}, "keyring", Severity.STOP, ""),
        ({"unlock": Unlock.SESSION_CODE}, {"key_length": 8}, "keyring", Severity.WARNING, ""),
        ({"last_day": date(2017, 2, 19), "first_day": date(2017, 2, 1)}, {}, "window", Severity.STOP, "last_day"),
        ({"first_day": date(2017, 2, 1)}, {}, "window", Severity.WARNING, "first_day"),
        ({"lead_time_hours": 24 * 30}, {}, "lead_time", Severity.WARNING, "lead_time_hours"),
        ({"lead_time_hours": 24 * 30}, {}, "slots_left", Severity.STOP, "last_day"),
        ({"seats_per_slot": 1}, {"learners": 100_000}, "capacity_for_learners", Severity.WARNING, "seats_per_slot"),
        ({}, {"unfit": (NOW,)}, "appointments_fit", Severity.WARNING, "first_day"),
        ({"terms_en": " "}, {}, "terms_text", Severity.WARNING, "terms_en"),
        ({"help_emails": ()}, {}, "help_contact", Severity.WARNING, "help_emails"),
        ({"mails": False}, {}, "mails", Severity.WARNING, "mails"),
        ({}, {"practice_known": False}, "practice_exam", Severity.WARNING, "practice_exam"),
        ({"release": Release.ON_DATE, "release_at": NOW}, {}, "release_date", Severity.WARNING, "release_at"),
        ({**TOLD}, {}, "keys_wait", Severity.WARNING, "keys_wait_for_window"),
        (
            {**TOLD, "release": Release.ON_DATE, "release_at": NOW},
            {},
            "keys_wait",
            Severity.WARNING,
            "keys_wait_for_window",
        ),
    ],
)
def test_what_is_wrong_around_the_paper_is_found(
    rules: dict[str, Any], around: dict[str, Any], code: str, severity: Severity, field: str
) -> None:
    finding = found(replace(POLICY, **rules), around=replace(AROUND, **around))[code]
    assert (finding.severity, finding.field) == (severity, field)


@pytest.mark.parametrize(
    "rules",
    [
        {**TOLD, "keys_wait_for_window": True},
        {**TOLD, "release": Release.ON_DATE, "release_at": window_end(POLICY)},
        {**TOLD, "first_day": date(2017, 2, 1), "last_day": date(2017, 2, 3)},
    ],
    ids=["they wait", "released later", "the window is over"],
)
def test_right_answers_may_be_told_when_nobody_has_yet_to_sit_the_exam(rules: dict[str, Any]) -> None:
    assert found(replace(POLICY, **rules))["keys_wait"].severity is Severity.OK


@pytest.mark.parametrize("rules", [{"review_released": (Review.ANSWERS,)}, {**TOLD, "practice": True}])
def test_where_no_right_answer_is_told_or_nothing_is_at_stake_keys_are_no_matter(rules: dict[str, Any]) -> None:
    assert "keys_wait" not in found(replace(POLICY, **rules))


@pytest.mark.parametrize(
    ("more", "code", "severity", "names"),
    [
        (question("q9", choices=(Choice("a", "Yes", False),)), "questions_answerable", Severity.STOP, ("q9",)),
        (question("q9", choices=(Choice("a", "Yes", True),)), "questions_not_obvious", Severity.WARNING, ("q9",)),
        (TWIN, "questions_distinct", Severity.WARNING, ("q1", "q9")),
    ],
)
def test_what_is_wrong_in_the_paper_is_found(
    more: Question, code: str, severity: Severity, names: tuple[str, ...]
) -> None:
    paper = Paper((*PAPER.parts, Part("Two", (more,))))
    finding = found(paper=paper)[code]
    assert (finding.severity, finding.names, finding.of) == (severity, names, 3)


def test_two_questions_about_different_pictures_are_no_twins() -> None:
    one, two = (question(name, f'What is this? <img src="/static/{name}.png">') for name in ("a", "b"))
    assert found(paper=Paper((Part("", (one, two)),)))["questions_distinct"].severity is Severity.OK


def test_pictures_of_what_is_shown_after_the_exam_are_looked_for_too() -> None:
    picture = [f'<img src="/static/{n}.png">' for n in "abcd"]
    choices = (Choice("a", "Yes", True, hints=(Hint(picture[0]),)), Choice("b", "No", False))
    asked = question(
        "q1", choices=choices, hints=(Hint(picture[1]),), demand_hints=(picture[2],), explanation=picture[3]
    )
    assert sorted(files_of(Paper((Part("", (asked,)),)))) == ["a.png", "b.png", "c.png", "d.png"]


def test_an_empty_paper_stops_the_exam() -> None:
    assert found(paper=Paper(()))["questions_answerable"].severity is Severity.STOP


def test_pictures_are_looked_for_where_files_are_known_and_unknown_elsewhere() -> None:
    shown = question("q3", '<img src="/static/map.png" alt=""> <a href="/static/map.png">?</a>')
    paper = Paper((Part("", (shown,)),))
    assert files_of(paper) == ("map.png",)
    assert "files_there" not in found()
    there = found(paper=paper)["files_there"]
    missing = found(paper=paper, around=replace(AROUND, missing_files=("map.png",)))["files_there"]
    unknown = found(paper=paper, around=replace(AROUND, missing_files=None))["files_unknown"]
    assert (there.severity, missing.severity, unknown.severity) == (Severity.OK, Severity.STOP, Severity.WARNING)
    assert missing.names == ("map.png",)


@pytest.mark.parametrize("now", [NOW, datetime(2017, 3, 5, 14, 7, tzinfo=UTC)])
def test_bookable_starts_are_those_that_booking_accepts(now: datetime) -> None:
    days = [POLICY.first_day + timedelta(days=index) for index in range(14)]
    accepted = []
    for start in (start for day in days for start in day_slots(POLICY, day, timedelta(0))):
        with contextlib.suppress(ExamError):
            check_start(POLICY, start, now, timedelta(0), False)
            accepted.append(start)
    assert bookable_starts(POLICY, now) == accepted


def test_seats_that_are_taken_are_no_places() -> None:
    policy = replace(POLICY, last_day=POLICY.first_day, closes_at=time(15, 45), seats_per_slot=2)
    starts = bookable_starts(policy, NOW)
    around = replace(AROUND, taken={starts[0]: 2})
    assert (
        found(policy)["capacity_for_learners"].done,
        found(policy, around=around)["capacity_for_learners"].done,
    ) == (4, 2)


def test_an_exam_without_appointments_has_no_slots_to_run_out_of() -> None:
    assert not {"slots_left", "lead_time", "capacity_for_learners"} & set(found(replace(POLICY, appointments=False)))


def test_rules_offer_a_start_that_leaves_the_whole_time_before_closing() -> None:
    last = datetime(2017, 3, 2, 19, 30, tzinfo=UTC)
    assert offers(POLICY, last, timedelta(0))
    assert not offers(POLICY, last, timedelta(minutes=10))
    assert not offers(POLICY, last + timedelta(minutes=1), timedelta(0))
    assert not offers(replace(POLICY, excluded_dates=(date(2017, 3, 2),)), last, timedelta(0))


def test_keys_that_differ_from_the_corrections_in_force_are_named() -> None:
    first, second = PAPER.questions
    other, void = Correction("q1", first.words, key=("b",)), Correction("q2", second.words, ruling=Ruling.VOID)
    strange = replace(other, words="of another wording")

    def keys(*corrections: Correction, paper: Paper = PAPER) -> Finding | None:
        return found(paper=paper, around=replace(AROUND, corrections=corrections)).get("keys_corrected")

    assert keys(other, void) == Finding("keys_corrected", Severity.WARNING, "paper", 1, 2, ("q1",))
    mended = Paper(
        (Part("One", (question("q1", choices=(Choice("a", "Yes", False), Choice("b", "No", True))), second)),)
    )
    assert keys(other, paper=mended) == Finding("keys_corrected", Severity.OK, "paper", 2, 2)
    assert keys(other, replace(other, key=("a",))) == Finding("keys_corrected", Severity.OK, "paper", 2, 2)
    assert [keys(), keys(void), keys(strange)] == [None] * 3
