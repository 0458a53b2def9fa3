"""What would keep an exam from being held: the rules, the paper and what surrounds them -> findings.

Authors see them while they write, operators before a rehearsal: one list of checks for both. Codes only, no prose.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from html import unescape
from math import ceil

from .clock import window_end, window_start
from .corrections import Correction, corrected
from .drawing import mix, possible
from .grading import unit
from .looking_back import KEYS
from .policy import ExamPolicy, Release, Unlock
from .questions import Kind, Paper, Question
from .scheduling import day_slots
from .scoring import Floor, weighed

SHORTEST_KEY = 16
MOST_NAMES = 8
MOST_DATES = 60
_NONE = timedelta(0)
_TAG = re.compile(r"<[^>]*>")
_FILE = re.compile(r"""/static/([^"'<>\s?#)&]+)""")


class Severity(StrEnum):
    OK = "ok"
    WARNING = "warning"
    STOP = "stop"
    """The exam cannot be held like this."""


@dataclass(frozen=True)
class Finding:
    """One matter.

    Args:
        code: stable name of the matter.
        severity: what it means for the exam.
        field: the rule to change, ``paper``, ``password`` or '' when authors cannot mend it.
        done, of: how many of how many are as they should be; both 0 where nothing is counted.
        names: up to a few of what is not: settings, questions, parts, files, ISO instants. Nothing secret or personal.
    """

    code: str
    severity: Severity
    field: str = ""
    done: int = 0
    of: int = 0
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Surroundings:
    """What is known beside the rules and the paper; None stands for what cannot be known here.

    Args:
        missing_setting: of the proctoring service, '' when it is set up.
        password_set: an exam-wide password is on file.
        key_length: of the newest key of the codes; None without a keyring.
        learners: enrolled for the exam and without an appointment.
        taken: seats taken by slot.
        unfit: starts of coming appointments that the rules no longer offer.
        practice_known: the practice exam that is named exists.
        missing_files: images of the paper that the course's files do not have.
        corrections: those in force, in their order.
    """

    missing_setting: str = ""
    password_set: bool = False
    key_length: int | None = None
    learners: int | None = None
    taken: Mapping[datetime, int] = field(default_factory=dict)
    unfit: tuple[datetime, ...] = ()
    practice_known: bool = True
    missing_files: tuple[str, ...] | None = None
    corrections: tuple[Correction, ...] = ()


@dataclass(frozen=True)
class _Exam:
    policy: ExamPolicy
    paper: Paper
    around: Surroundings
    now: datetime


def check(policy: ExamPolicy, paper: Paper, around: Surroundings, now: datetime) -> tuple[Finding, ...]:
    """Every matter that concerns this exam, those that are right too.

    Args:
        policy, paper: as they would be in force.
        around: what is known beside them.
        now: aware UTC instant.
    """
    exam = _Exam(policy, paper, around, now)
    return tuple(finding for rule in _RULES for finding in rule(exam))


def bookable_starts(policy: ExamPolicy, now: datetime) -> list[datetime]:
    """Every start that could be booked now by somebody without extra time, UTC."""
    soonest = now.astimezone(UTC) + timedelta(hours=policy.lead_time_hours)
    days = (policy.last_day - policy.first_day).days + 1
    starts = (day_slots(policy, policy.first_day + timedelta(days=index), _NONE) for index in range(days))
    return [start for day in starts for start in day if start >= soonest]


def offers(policy: ExamPolicy, start: datetime, extra: timedelta) -> bool:
    """Whether the rules have a slot at ``start`` for a candidate with so much extra time, whatever the time now."""
    return start in day_slots(policy, start.astimezone(policy.zone).date(), extra)


def files_of(paper: Paper) -> tuple[str, ...]:
    """Names of the course's files that the paper shows, each once, in order."""
    texts = (text for question in paper.questions for text in _texts(question))
    return tuple(dict.fromkeys(name for text in texts for name in _FILE.findall(text)))


def _texts(question: Question) -> Iterator[str]:
    yield question.lead
    yield question.prompt
    yield from (choice.html for choice in question.choices)
    yield question.explanation
    yield from question.demand_hints
    yield from (hint.html for hint in question.hints)
    yield from (hint.html for choice in question.choices for hint in choice.hints)


def _service(exam: _Exam) -> Iterator[Finding]:
    missing = exam.around.missing_setting
    yield _found("service_set_up", bool(missing), Severity.STOP, "backend", names=(missing,) if missing else ())


def _gate(exam: _Exam) -> Iterator[Finding]:
    if exam.policy.unlock is Unlock.EXAM_PASSWORD:
        yield _found("exam_password", not exam.around.password_set, Severity.STOP, "password")
    if exam.policy.unlock.is_code:
        length = exam.around.key_length
        severity = Severity.STOP if length is None else Severity.WARNING
        names = ("KEYS",) if length is None else ()
        yield _found("keyring", length is None or length < SHORTEST_KEY, severity, names=names)


def _window(exam: _Exam) -> Iterator[Finding]:
    severity = Severity.OK
    if exam.now >= window_end(exam.policy):
        severity = Severity.STOP
    elif exam.policy.appointments and exam.now >= window_start(exam.policy):
        severity = Severity.WARNING
    yield Finding("window", severity, "first_day" if severity is Severity.WARNING else "last_day")


def _slots(exam: _Exam) -> Iterator[Finding]:
    policy, around = exam.policy, exam.around
    if not policy.appointments:
        return
    length = window_end(policy) - window_start(policy)
    yield _found("lead_time", timedelta(hours=policy.lead_time_hours) >= length, Severity.WARNING, "lead_time_hours")
    starts = bookable_starts(policy, exam.now)
    ahead = exam.now < window_end(policy)
    yield _found("slots_left", ahead and not starts, Severity.STOP, "last_day", done=len(starts), of=len(starts))
    if around.learners is not None:
        free = sum(max(0, policy.seats_per_slot - around.taken.get(start, 0)) for start in starts)
        short = free < around.learners
        yield _found("capacity_for_learners", short, Severity.WARNING, "seats_per_slot", done=free, of=around.learners)
    names = tuple(start.isoformat() for start in around.unfit[:MOST_DATES])
    yield _found("appointments_fit", bool(names), Severity.WARNING, "first_day", of=len(around.unfit), names=names)


def _questions(exam: _Exam) -> Iterator[Finding]:
    questions = exam.paper.questions
    unanswerable = [question.id for question in questions if not question.key]
    if not questions:
        yield Finding("questions_answerable", Severity.STOP, "paper")
    else:
        yield _counted("questions_answerable", unanswerable, len(questions), Severity.STOP)
    obvious = [
        question.id
        for question in questions
        if question.kind is not Kind.MULTIPLE and len(question.key) == len(question.choices)
    ]
    yield _counted("questions_not_obvious", obvious, len(questions), Severity.WARNING)
    words = {question.id: _words(question) for question in questions}
    times = Counter(words.values())
    twice = [name for name, said in words.items() if times[said] > 1]
    yield _counted("questions_distinct", twice, len(questions), Severity.WARNING)


def _corrected(exam: _Exam) -> Iterator[Finding]:
    """A key that was corrected after the fact counts whatever the paper says."""
    keys = [correction for correction in exam.around.corrections if correction.key is not None]
    pairs = list(zip(exam.paper.questions, corrected(exam.paper, exam.around.corrections).questions, strict=True))
    if any(correction.fits(question) for correction in keys for question, _ in pairs):
        other = [question.id for question, fresh in pairs if question.key != fresh.key]
        yield _counted("keys_corrected", other, len(pairs), Severity.WARNING)


def _pools(exam: _Exam) -> Iterator[Finding]:
    """Of parts that draw: whether there is enough to draw from, and whether all of it can be drawn."""
    named = ((part.title or f"{number}", part) for number, part in enumerate(exam.paper.parts, start=1))
    pools = [(name, part, part.problems) for name, part in named if part.draw]
    if not pools:
        return
    small = [f"{name} ({part.draw} / {len(problems)})" for name, part, problems in pools if part.draw > len(problems)]
    yield _counted("pools_large_enough", small, len(pools), Severity.STOP)
    whole = [name for name, part, problems in pools if part.draw == len(problems)]
    yield _counted("pools_leave_a_choice", whole, len(pools), Severity.WARNING)
    strata = ((problems, stratum) for _, part, problems in pools for stratum in mix(part) if not stratum.taken)
    never = [problems[place][0].id for problems, stratum in strata for place in stratum.problems]
    yield _counted("pools_drawn_from", never, sum(len(problems) for _, _, problems in pools), Severity.WARNING)


def _scores(exam: _Exam) -> Iterator[Finding]:
    """Rules of scoring that do not do what they seem to."""
    policy, paper = exam.policy, weighed(exam.paper, exam.policy.question_points)
    if policy.wrong_answer_percent and paper.questions:
        alone = all(len(problem) == 1 for part in paper.parts for problem in part.problems)
        idle = alone and policy.score_floor is Floor.QUESTION
        yield _found("penalties_cost", idle, Severity.WARNING, "score_floor")
    parts = unit(paper, policy.scoring)
    if parts > 1:
        points = ceil(possible(paper))
        of = ceil(possible(paper) * parts)
        yield _found("gradebook_points", not policy.lms_points, Severity.WARNING, "lms_points", done=points, of=of)


def _words(question: Question) -> tuple[str, tuple[str, ...]]:
    """What a question asks, whatever its layout and the order of its choices."""
    return _plain(question.prompt), tuple(sorted(_plain(choice.html) for choice in question.choices))


def _plain(html: str) -> str:
    """Words of a text; its pictures count, as two questions may differ by nothing else."""
    pictures = " ".join(_FILE.findall(html))
    return " ".join(unescape(_TAG.sub(" ", html)).split()).casefold() + pictures


def _files(exam: _Exam) -> Iterator[Finding]:
    shown, missing = files_of(exam.paper), exam.around.missing_files
    if not shown:
        return
    if missing is None:
        yield Finding("files_unknown", Severity.WARNING, "paper", 0, len(shown), shown[:MOST_NAMES])
    else:
        yield _counted("files_there", missing, len(shown), Severity.STOP)


def _texts_around(exam: _Exam) -> Iterator[Finding]:
    policy = exam.policy
    empty = tuple(name for name in ("terms_fr", "terms_en") if not getattr(policy, name).strip())
    yield _found("terms_text", bool(empty), Severity.WARNING, empty[0] if empty else "terms_fr", names=empty)
    without = not policy.help_phones and not policy.help_emails
    yield _found("help_contact", without, Severity.WARNING, "help_emails")
    yield _found("mails", not policy.mails, Severity.WARNING, "mails")
    if policy.practice_exam:
        yield _found("practice_exam", not exam.around.practice_known, Severity.WARNING, "practice_exam")


def _release(exam: _Exam) -> Iterator[Finding]:
    policy = exam.policy
    if policy.release is Release.ON_DATE and policy.release_at is not None:
        early = policy.release_at < window_end(policy)
        yield _found("release_date", early, Severity.WARNING, "release_at")


def _keys(exam: _Exam) -> Iterator[Finding]:
    """Right answers that are told while others have yet to sit the exam."""
    policy, over = exam.policy, window_end(exam.policy)
    if policy.practice or not KEYS & set(policy.review_released):
        return
    late = policy.release is Release.ON_DATE and policy.release_at is not None and policy.release_at >= over
    early = not policy.keys_wait_for_window and not late and exam.now < over
    yield _found("keys_wait", early, Severity.WARNING, "keys_wait_for_window")


_RULES: tuple[Callable[[_Exam], Iterable[Finding]], ...] = (
    _service,
    _gate,
    _window,
    _slots,
    _questions,
    _corrected,
    _pools,
    _scores,
    _files,
    _texts_around,
    _release,
    _keys,
)


def _found(
    code: str,
    wrong: bool,
    severity: Severity,
    field: str = "",
    *,
    done: int = 0,
    of: int = 0,
    names: tuple[str, ...] = (),
) -> Finding:
    return Finding(code, severity if wrong else Severity.OK, field, done, of, names)


def _counted(code: str, wrong: Iterable[str], of: int, severity: Severity) -> Finding:
    names = list(wrong)
    return _found(code, bool(names), severity, "paper", done=of - len(names), of=of, names=tuple(names[:MOST_NAMES]))
