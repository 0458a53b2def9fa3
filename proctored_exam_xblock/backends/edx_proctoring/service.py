"""A provider of edx-proctoring as one of our services: its session of a candidate is a shadow attempt there (R-X-2).

Appointments stay ours. The exam opens when the provider itself says that the candidate is ready, or when its account
called edx-proctoring's ``ready``; the row alone proves nothing, as any signed-in user can have it changed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from ..base import (
    Backend,
    Booking,
    Capability,
    Incident,
    Launch,
    Misconfigured,
    NotFound,
    Refused,
    Review,
    SessionState,
    Status,
    Step,
    Unavailable,
    Verdict,
)
from . import calls, shadow

_VERDICTS = {"Clean": Verdict.CLEAR, "Rules Violation": Verdict.FRAUD, "Suspicious": Verdict.SUSPICIOUS}
_DECIDED = {"verified": Verdict.CLEAR, "rejected": Verdict.FRAUD}
_UNDECIDED = {"second_review_required": Verdict.SUSPICIOUS}
_OPEN_WORDS = frozenset({"ready", shadow.READY})


class EdxProctoring(Backend):
    """Settings: ``provider``, its name in ``PROCTORING_BACKENDS``; ``timeout_seconds`` (5) for each request to it;
    ``trust_ready`` (False): believe edx-proctoring's row, for providers that can prove it in no other way."""

    slug = "edx_proctoring"
    verbose_name = "edx-proctoring"
    capabilities = frozenset(
        {Capability.ROOM, Capability.LIVE_STATUS, Capability.REVIEW, Capability.NATIVE, Capability.ERASURE}
    )
    required_settings = ("provider",)

    def __init__(self, settings: Mapping[str, Any], now: Callable[[], datetime]) -> None:
        super().__init__(settings, now)
        self._name = str(settings.get("provider") or "")
        self._provider = calls.find(self._name)
        if self._provider is not None:
            self.verbose_name = str(getattr(self._provider, "verbose_name", "") or self.verbose_name)
            self.help_phones = _texts(self._provider, "tech_support_phone")
            self.help_emails = _texts(self._provider, "tech_support_email")
            self.help_url = str(getattr(self._provider, "help_center_article_url", "") or "")

    def launch(self, booking: Booking) -> Launch:
        """The provider's page for this attempt; the exam's own page where it has none (a provider that is only a
        script of the learning pages, or a window on the candidate's machine)."""
        self._require()
        exam = shadow.ready_exam(self._provider, self._name, booking, self._seconds)
        attempt = shadow.ready_attempt(self._provider, exam, booking, self._seconds)
        if attempt.status in shadow.OVER:
            raise Refused
        url = self._room(attempt)
        if attempt.status == "created":
            shadow.change(attempt, status="download_software_clicked")
        return Launch(url or booking.return_url)

    def status(self, booking: Booking) -> Status:
        self._require()
        attempt = shadow.find_attempt(booking)
        if attempt is None or not attempt.external_id:
            return Status(SessionState.UNKNOWN)
        if attempt.status in shadow.OVER:
            return Status(SessionState.ENDED)
        shadow.ready_exam(self._provider, self._name, booking, self._seconds)
        return Status(self._state(attempt))

    def review(self, booking: Booking) -> Review | None:
        self._require()
        attempt = shadow.find_attempt(booking)
        if attempt is None:
            return None
        shadow.ready_exam(self._provider, self._name, booking, self._seconds)
        return _review(self._provider, attempt)

    def announce(self, course_key: str, usage_key: str, title: str, duration_minutes: int) -> None:
        if self._provider is not None:
            shadow.announce(course_key, usage_key, title, duration_minutes, self._name)

    def progress(self, booking: Booking, step: Step) -> None:
        self._require()
        attempt = shadow.find_attempt(booking)
        if attempt is None or not attempt.external_id:
            return  # opened by hand while the provider was down: it never knew of this attempt
        over = attempt.status in shadow.OVER
        if over and (step is not Step.ENDED or attempt.status == shadow.ERROR or attempt.completed_at is not None):
            return
        exam = shadow.ready_exam(self._provider, self._name, booking, self._seconds)
        calls.ask(self._provider, _VERBS[step], exam.external_id, attempt.external_id, seconds=self._seconds)
        if step is Step.STARTED:
            minutes = booking.duration_minutes
            shadow.change(attempt, status=shadow.READY, started_at=None, allowed_time_limit_mins=minutes)
        elif step is Step.ENDED:  # a review that came first keeps its status
            shadow.change(attempt, status=attempt.status if over else shadow.SUBMITTED, completed_at=self.now())
        else:
            shadow.change(attempt, status=shadow.ERROR)

    def allowance(self, user_id: int, course_key: str, usage_key: str) -> int:
        return shadow.allowance(user_id, course_key, usage_key) if self._provider is not None else 0

    def erase(self, booking: Booking) -> None:
        """Delete the attempt at the provider and what its reviewers wrote; our copy of the verdict stays."""
        self._require()
        attempt = shadow.find_attempt(booking)
        if attempt is None:
            return
        if attempt.external_id:
            ids = (attempt.proctored_exam.external_id, attempt.external_id)
            try:
                done = calls.ask(self._provider, "remove_exam_attempt", *ids, seconds=self._seconds)
            except NotFound:
                done = True
            if done is False:
                raise Unavailable
        shadow.wipe_reviews(attempt)

    @property
    def _seconds(self) -> float:
        return float(self.settings.get("timeout_seconds") or 5)

    def _require(self) -> None:
        if self._provider is None:
            raise Misconfigured

    def _told(self, attempt: Any) -> dict[str, Any]:
        """The provider's own word on an attempt, {} from one that only hands back ours."""
        from edx_proctoring.backends.backend import ProctoringBackendProvider

        own = getattr(type(self._provider), "get_attempt", None)
        if own is None or own is ProctoringBackendProvider.get_attempt:
            return {}
        facts = shadow.attempt_facts(attempt)
        answer = calls.ask(self._provider, "get_attempt", facts, seconds=self._seconds)
        return dict(answer) if isinstance(answer, Mapping) and answer is not facts else {}

    def _state(self, attempt: Any) -> SessionState:
        word = str(self._told(attempt).get("status") or "")
        if word in shadow.OVER:
            return SessionState.ENDED
        if word in _OPEN_WORDS or (word == "started" and shadow.was_told_of_the_start(attempt)):
            return SessionState.OPEN
        if attempt.status in (shadow.READY, "started"):
            if bool(self.settings.get("trust_ready")) or shadow.was_made_ready_by_the_provider(attempt):
                return SessionState.OPEN
            shadow.take_back_ready(attempt)
            return SessionState.WAITING
        return SessionState.ENDED if attempt.status == "ready_to_submit" else SessionState.WAITING

    def _room(self, attempt: Any) -> str:
        own = str(self._told(attempt).get("download_url") or "")
        if _is_address(own):
            return own
        general = calls.ask(self._provider, "get_software_download_url", seconds=self._seconds)
        if not isinstance(general, str) or not _is_address(general):
            return ""
        parts = urlsplit(general)
        query = [*parse_qsl(parts.query, keep_blank_values=True), ("attempt", attempt.external_id)]
        return urlunsplit(parts._replace(query=urlencode(query)))


_VERBS: Mapping[Step, str] = {
    Step.STARTED: "start_exam_attempt",
    Step.ENDED: "stop_exam_attempt",
    Step.ERROR: "mark_erroneous_exam_attempt",
}


def _texts(provider: Any, name: str) -> tuple[str, ...]:
    value = getattr(provider, name, "")
    return (value,) if isinstance(value, str) and value else ()


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.netloc)


def _review(provider: Any, attempt: Any) -> Review | None:
    """What edx-proctoring has of an attempt: a decision of its staff goes before the provider's own opinion.

    Where a provider does not say which opinions pass, a violation does, and makes an attempt ``verified``.
    """
    from edx_proctoring.models import ProctoredExamSoftwareSecureComment, ProctoredExamSoftwareSecureReview
    from edx_proctoring.statuses import SoftwareSecureReviewStatus

    row = ProctoredExamSoftwareSecureReview.objects.filter(attempt_code=attempt.attempt_code).first()
    verdict = _DECIDED.get(attempt.status)
    passing = getattr(provider, "passing_statuses", None) or SoftwareSecureReviewStatus.passing_statuses
    by_itself = verdict is Verdict.CLEAR and row is not None and row.review_status in passing
    if row is not None and (verdict is None or by_itself):
        verdict = _VERDICTS.get(row.review_status, Verdict.PENDING)
    verdict = verdict or _UNDECIDED.get(attempt.status)
    if verdict is None:
        return None
    notes = ProctoredExamSoftwareSecureComment.objects.filter(review=row).order_by("start_time", "id") if row else ()
    incidents = tuple(Incident(note.status, _timed(note)) for note in notes if note.comment or note.status)
    if verdict is not Verdict.PENDING and not attempt.taking_as_proctored:
        shadow.change(attempt, taking_as_proctored=True)  # so that retiring the person reaches the provider
    return Review(verdict, incidents=incidents, comment="" if row is None else row.review_status)


def _timed(note: Any) -> str:
    """A reviewer's words after the moment in the recording: nobody but the provider knows when that began."""
    minutes, seconds = divmod(max(0, note.start_time), 60)
    return f"[{minutes}:{seconds:02}] {note.comment}".strip() if note.start_time else str(note.comment)
