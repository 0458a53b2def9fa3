"""The report of a practice exam: each thing that would have failed, and nothing when nothing would (R-X-18)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proctored_exam_xblock.domain.policy import Expiry
from proctored_exam_xblock.domain.practice import SILENCE, Finding, Life, PartLife, Severity, Target, judge

MINUTE = timedelta(minutes=1)
SLOT = datetime(2017, 3, 2, 15, tzinfo=UTC)
EXAM = Target("Examen", Expiry.DISCARD, 30 * MINUTE, 30, 60 * MINUTE, has_room=True)
CLEAN = Life(
    number=1,
    slot=SLOT,
    launched_at=SLOT - 5 * MINUTE,
    started_at=SLOT + MINUTE,
    ended_at=SLOT + 4 * MINUTE,
    deadline=SLOT + 11 * MINUTE,
    end_reason="finished",
    last_seen=SLOT + 4 * MINUTE,
    parts=(PartLife(1, True, 3), PartLife(2, True, 2)),
    equipment=(),
)
NEVER = Life(number=1, slot=SLOT, missed=True, equipment=())
EXPIRED = replace(CLEAN, end_reason="time_over", ended_at=CLEAN.deadline, last_seen=CLEAN.deadline)
NO_DRAFTS = replace(CLEAN, parts=(PartLife(1, True, 3), PartLife(2, False, 2)))
FAILURE, RISK, NOTE = Severity

CASES: list[tuple[Life, Target, Finding]] = [
    (NEVER, EXAM, Finding("never_launched", FAILURE)),
    (replace(NEVER, launched_at=SLOT), EXAM, Finding("never_opened", FAILURE)),
    (replace(CLEAN, launched_at=SLOT + MINUTE), EXAM, Finding("entered_late", RISK, {"minutes": 1})),
    (
        replace(CLEAN, launched_at=SLOT + 6 * MINUTE),
        replace(EXAM, missed_after=5 * MINUTE),
        Finding("too_late", FAILURE, {"minutes": 6}),
    ),
    (replace(CLEAN, lapses=2), EXAM, Finding("access_lapsed", RISK, {"times": 2})),
    (NO_DRAFTS, EXAM, Finding("part_not_verified", FAILURE, {"part": 2, "answers": 2})),
    (
        NO_DRAFTS,
        replace(EXAM, expiry=Expiry.SUBMIT_DRAFTS),
        Finding("part_left_to_the_end", RISK, {"part": 2, "answers": 2}),
    ),
    (
        replace(CLEAN, parts=(PartLife(1, True, 3), PartLife(2, False, 0, (4, 5)))),
        EXAM,
        Finding("part_empty", FAILURE, {"part": 2, "answers": 0}),
    ),
    (
        replace(CLEAN, parts=(PartLife(1, True, 2, (3,)), PartLife(2, True, 2))),
        EXAM,
        Finding("unanswered", RISK, {"questions": (3,)}),
    ),
    (replace(EXPIRED, late_parts=(2,)), EXAM, Finding("late_answers", FAILURE, {"part": 2})),
    (EXPIRED, EXAM, Finding("time_over", RISK)),
    (
        replace(EXPIRED, last_seen=SLOT + 5 * MINUTE),
        EXAM,
        Finding("went_silent", RISK, {"minutes": 6}),
    ),
    (
        replace(CLEAN, ended_at=CLEAN.started_at + 6 * MINUTE),
        EXAM,
        Finding("too_slow", RISK, {"questions": 30, "needed": 36, "given": 30}),
    ),
    (replace(CLEAN, end_reason="interrupted"), EXAM, Finding("interrupted", NOTE)),
    (replace(CLEAN, takeovers=1), EXAM, Finding("second_window", RISK, {"times": 1})),
    (replace(CLEAN, reloads=3), EXAM, Finding("reloaded", NOTE, {"times": 3})),
    (replace(CLEAN, equipment=None), EXAM, Finding("equipment_unchecked", RISK)),
    (replace(CLEAN, equipment=("system",)), EXAM, Finding("equipment", FAILURE, {"warning": "system"})),
    (replace(CLEAN, equipment=("camera",)), EXAM, Finding("equipment", FAILURE, {"warning": "camera"})),
    (
        replace(CLEAN, equipment=("camera",)),
        replace(EXAM, has_room=False),
        Finding("equipment", RISK, {"warning": "camera"}),
    ),
    (replace(CLEAN, equipment=("anything",)), EXAM, Finding("equipment", RISK, {"warning": "anything"})),
]


@pytest.mark.parametrize(("life", "target", "finding"), CASES, ids=lambda part: getattr(part, "code", ""))
def test_each_thing_that_would_have_failed_is_told(life: Life, target: Target, finding: Finding) -> None:
    assert finding in judge(life, target).findings


def test_a_clean_try_has_no_finding() -> None:
    report = judge(CLEAN, EXAM)
    assert (report.findings, report.clean, report.used, report.allowed) == ((), True, 3 * MINUTE, 10 * MINUTE)


def test_the_worst_comes_first() -> None:
    life = replace(NO_DRAFTS, reloads=1, takeovers=1, equipment=None)
    ranks = [list(Severity).index(finding.severity) for finding in judge(life, EXAM).findings]
    assert ranks == sorted(ranks)
    assert len(set(ranks)) == 3


def test_who_never_came_is_told_nothing_about_answers_and_clock() -> None:
    assert [finding.code for finding in judge(NEVER, EXAM).findings] == ["never_launched"]


def test_no_pace_and_no_service_is_claimed_when_no_exam_names_the_practice() -> None:
    life = replace(CLEAN, ended_at=CLEAN.started_at + 9 * MINUTE, equipment=("system",))
    found = judge(life, replace(EXAM, known=False))
    assert [(finding.code, finding.severity) for finding in found.findings] == [("equipment", RISK)]


@given(
    early=st.timedeltas(timedelta(0), 15 * MINUTE),
    started=st.timedeltas(timedelta(0), 10 * MINUTE),
    took=st.timedeltas(timedelta(0), 5 * MINUTE),
    sizes=st.lists(st.integers(1, 20), min_size=1, max_size=5).filter(lambda sizes: sum(sizes) >= 5),
    expiry=st.sampled_from(Expiry),
    has_room=st.booleans(),
)
def test_whoever_comes_in_time_and_verifies_every_answer_in_time_is_clean(
    early: timedelta, started: timedelta, took: timedelta, sizes: list[int], expiry: Expiry, has_room: bool
) -> None:
    begun = SLOT + started
    life = replace(
        CLEAN,
        launched_at=SLOT - early,
        started_at=begun,
        ended_at=begun + took,
        deadline=begun + 10 * MINUTE,
        parts=tuple(PartLife(number, True, size) for number, size in enumerate(sizes, start=1)),
    )
    assert judge(life, replace(EXAM, expiry=expiry, has_room=has_room)).findings == ()


@given(st.timedeltas(timedelta(0), SILENCE))
def test_a_page_that_spoke_shortly_before_the_end_was_not_silent(gap: timedelta) -> None:
    life = replace(EXPIRED, last_seen=EXPIRED.deadline - gap)
    assert "went_silent" not in {finding.code for finding in judge(life, EXAM).findings}
