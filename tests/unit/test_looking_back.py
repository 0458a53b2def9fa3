"""What may be seen of answers and keys, by state, release, review and time (R-X-16)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import chain, combinations

import pytest

from proctored_exam_xblock.domain.attempt import OVER, ReviewState, State
from proctored_exam_xblock.domain.clock import window_end
from proctored_exam_xblock.domain.journey import AttemptFacts
from proctored_exam_xblock.domain.looking_back import KEYS, NOTHING, Look, hints_for, look
from proctored_exam_xblock.domain.policy import ExamPolicy, Review
from tests.unit.answered import EVERYTHING, FIRST, PAPER, choice
from tests.unit.candidates import POLICY, START, SUBMITTED

A, C, E, S = EVERYTHING
END = window_end(POLICY)
ALL = replace(POLICY, review_during=(A,), review_after=(A,), review_released=EVERYTHING)
OUT = replace(SUBMITTED, released=True)
PRACTICE = replace(ALL, practice=True)
PENDING, INVALIDATED, VALIDATED = ReviewState.PENDING, ReviewState.INVALIDATED, ReviewState.VALIDATED
LATER = replace(ALL, last_day=POLICY.last_day + timedelta(days=7))


def shown(attempt: AttemptFacts | None, policy: ExamPolicy = ALL, now=END, following: ExamPolicy | None = None) -> set:
    return set(look(attempt, policy, following, now).shown)


TABLE = {
    "no attempt": (None, ALL, set()),
    "during, verified parts": (replace(SUBMITTED, state=State.SITTING), ALL, {A}),
    "during, nothing wanted": (replace(SUBMITTED, state=State.SITTING), replace(ALL, review_during=()), set()),
    "before the release": (SUBMITTED, ALL, {A}),
    "before the release, out of time": (replace(SUBMITTED, state=State.EXPIRED), ALL, {A}),
    "before the release, nothing wanted": (SUBMITTED, replace(ALL, review_after=()), set()),
    "once out": (OUT, ALL, {A, C, E, S}),
    "once out, out of time": (replace(OUT, state=State.EXPIRED), ALL, {A, C, E, S}),
    "once out, nothing wanted": (OUT, replace(ALL, review_released=()), set()),
    "once out and validated": (replace(OUT, review=VALIDATED), ALL, {A, C, E, S}),
    "once out, with a review opened since": (replace(OUT, review=PENDING), ALL, {A, C, E, S}),
    "held by a review": (replace(SUBMITTED, review=PENDING), ALL, set()),
    "invalidated": (replace(SUBMITTED, review=INVALIDATED), ALL, set()),
    "invalidated once out": (replace(OUT, review=INVALIDATED), ALL, set()),
    "interrupted": (replace(OUT, state=State.INTERRUPTED), ALL, set()),
    "voided": (replace(OUT, state=State.VOIDED), ALL, set()),
    "practice, over": (SUBMITTED, PRACTICE, {A, C, E, S}),
    "practice, interrupted": (replace(SUBMITTED, state=State.INTERRUPTED), PRACTICE, set()),
    "practice, invalidated": (replace(SUBMITTED, review=INVALIDATED), PRACTICE, set()),
}


@pytest.mark.parametrize("name", TABLE)
def test_what_is_shown_when_the_window_is_over(name: str) -> None:
    attempt, policy, expected = TABLE[name]
    assert shown(attempt, policy) == expected


@pytest.mark.parametrize("state", sorted({*State} - {State.SITTING} - OVER))
def test_nothing_is_shown_of_what_was_neither_begun_nor_ended(state: State) -> None:
    assert look(replace(OUT, state=state), ALL, None, END) == NOTHING


@pytest.mark.parametrize("released", list(chain.from_iterable(combinations(EVERYTHING, n) for n in range(5))))
def test_no_key_is_shown_before_the_release_nor_while_others_may_begin(released: tuple[Review, ...]) -> None:
    rules = replace(ALL, review_during=EVERYTHING, review_after=EVERYTHING, review_released=released)
    for attempt in (SUBMITTED, replace(SUBMITTED, state=State.SITTING), replace(SUBMITTED, review=PENDING)):
        assert shown(attempt, rules) <= {A}
    assert shown(OUT, rules, END - timedelta(seconds=1)) == {*released} - KEYS
    assert shown(OUT, rules, END) == {*released}


@pytest.mark.parametrize(
    ("policy", "following", "expected"),
    [
        (ALL, None, END),
        (ALL, replace(ALL, pass_percent=60), END),
        (ALL, LATER, window_end(LATER)),
        (LATER, ALL, window_end(LATER)),
        (PRACTICE, None, END),
        (replace(ALL, keys_wait_for_window=False), LATER, None),
        (replace(ALL, review_released=(A, S)), LATER, None),
    ],
)
def test_keys_wait_for_the_last_window_that_was_promised(
    policy: ExamPolicy, following: ExamPolicy | None, expected: object
) -> None:
    attempt = replace(OUT, released=not policy.practice)
    early = look(attempt, policy, following, START)
    assert early.keys_from == expected
    assert (early.shown & KEYS == frozenset()) is (expected is not None or not KEYS & {*policy.review_released})
    assert look(attempt, policy, following, window_end(LATER)) == Look(frozenset(policy.review_released), out=True)


def test_a_window_of_another_zone_ends_by_its_own_clock() -> None:
    lima = replace(ALL, time_zone="America/Lima", last_day=date(2017, 3, 14))
    assert look(OUT, lima, None, END).keys_from == window_end(lima) > END


HINTS = {
    "right": (("KEY-right",), ["HINT-right"]),
    "wrong": (("mine",), ["HINT-wrong"]),
    "boxes": (("A",), ["HINT-box", "HINT-left-out"]),
    "none": ((), []),
}


@pytest.mark.parametrize("name", HINTS)
def test_hints_are_those_of_the_answer(name: str) -> None:
    chosen, expected = HINTS[name]
    question = next(q for q in PAPER.questions if q.id == choice(name, "")[0])
    assert [hint.html for hint in hints_for(question, FIRST.get(question.id, ()))] == expected
    assert bool(chosen) == (question.id in FIRST)


def test_a_hint_for_exactly_these_boxes_goes_before_theirs() -> None:
    question = next(q for q in PAPER.questions if q.id == choice("boxes", "")[0])
    both = tuple(choice("boxes", words)[1] for words in "AB")
    assert [hint.html for hint in hints_for(question, both)] == ["HINT-both"]
    assert [hint.html for hint in hints_for(question, (*both, choice("boxes", "C")[1]))] == ["HINT-box"]
    assert hints_for(question, ()) == ()
