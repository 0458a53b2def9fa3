"""What a candidate may see now of the own answers and of the keys (R-X-16): facts, rules and the time -> a look.

Keys never leave before the score is out, nor before the exam's window is over where the course team wants that (R-X-9).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from .attempt import OVER, ReviewState, State
from .clock import window_end
from .journey import AttemptFacts
from .policy import BEFORE_RELEASE, ExamPolicy, Review
from .questions import Hint, Kind, Question

KEYS = frozenset({Review.CORRECTNESS, Review.EXPLANATIONS})
"""What tells right answers: to those too who have yet to sit the exam."""
QUESTIONS = KEYS | {Review.ANSWERS}
"""What is shown beside the questions."""


@dataclass(frozen=True)
class Look:
    """What may be shown.

    Args:
        shown: nothing else may be in any answer of the server.
        keys_from: when the keys will be shown too, None when they are already, or never, or nobody can say when.
        keys_later: they wait for somebody who sits the exam still, or may.
        out: the candidate may know the score, and what was decided of a question after the fact.
    """

    shown: frozenset[Review] = frozenset()
    keys_from: datetime | None = None
    out: bool = False
    keys_later: bool = False

    @property
    def questions(self) -> bool:
        """Whether the questions themselves are shown."""
        return bool(self.shown & QUESTIONS)


NOTHING = Look()


def look(
    attempt: AttemptFacts | None,
    policy: ExamPolicy,
    following: ExamPolicy | None,
    now: datetime,
    *,
    others_sit: bool = False,
) -> Look:
    """What may be shown of an attempt.

    Args:
        attempt: the candidate's present one; one that was archived is not looked at any more.
        policy: that it was begun under.
        following: the exam's present rules, where they are others: its window may have been prolonged.
        now: aware UTC instant.
        others_sit: somebody of the exam sits it still, or may: an appointment under rules in between, a pause, time
            that was added.
    """
    if attempt is None:
        return NOTHING
    if attempt.state is State.SITTING:
        return Look(BEFORE_RELEASE & frozenset(policy.review_during))
    if attempt.state not in OVER or attempt.review is ReviewState.INVALIDATED:
        return NOTHING
    if attempt.released or _needs_no_release(attempt, policy):
        return _once_out(policy, following, now, others_sit)
    if attempt.review is ReviewState.PENDING:
        return NOTHING
    return Look(BEFORE_RELEASE & frozenset(policy.review_after))


def _needs_no_release(attempt: AttemptFacts, policy: ExamPolicy) -> bool:
    """Nothing of a practice exam is released: its end is."""
    return policy.practice and attempt.review is not ReviewState.PENDING


def _once_out(policy: ExamPolicy, following: ExamPolicy | None, now: datetime, others_sit: bool) -> Look:
    shown = frozenset(policy.review_released)
    if not keys_wait(policy):
        return Look(shown, out=True)
    over = max(everybody_is_through(rules) for rules in (policy, following or policy))
    if now < over:
        return Look(shown - KEYS, keys_from=over, out=True)
    if others_sit:
        return Look(shown - KEYS, out=True, keys_later=True)
    return Look(shown, out=True)


def everybody_is_through(policy: ExamPolicy) -> datetime:
    """When nobody should sit the exam any more: who came in at the last moment began late and may have extra time.
    Whether somebody does all the same, the rows say."""
    return window_end(policy) + timedelta(minutes=policy.missed_after_minutes) + 2 * policy.duration


def keys_wait(policy: ExamPolicy) -> bool:
    """Whether it matters when nobody sits the exam any more."""
    return policy.keys_wait_for_window and bool(KEYS & frozenset(policy.review_released))


def hints_for(question: Question, chosen: tuple[str, ...]) -> tuple[Hint, ...]:
    """What the author says about an answer, as the platform picks it: of checkboxes, what is said of exactly this
    combination goes before what is said of each box; no answer, no hint."""
    if not chosen:
        return ()
    if question.kind is not Kind.MULTIPLE:
        return tuple(hint for choice in question.choices if choice.id in chosen for hint in choice.hints[:1])
    letters = frozenset(chr(ord("A") + place) for place, choice in enumerate(question.choices) if choice.id in chosen)
    compound = [hint for hint in question.hints if frozenset(hint.when.upper().split()) == letters]
    if compound:
        return tuple(compound[:1])
    return tuple(
        hint
        for choice in question.choices
        for hint in choice.hints
        if hint.when.lower() == ("true" if choice.id in chosen else "false")
    )
