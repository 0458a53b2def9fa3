"""What our providers share: ids that nobody can guess, reviews that are checked, no script and no software."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from edx_proctoring.backends.backend import ProctoringBackendProvider
from edx_proctoring.exceptions import ProctoredExamBadReviewStatus
from edx_proctoring.statuses import ReviewStatus, SoftwareSecureReviewStatus


class NativeProvider(ProctoringBackendProvider):  # type: ignore[misc]
    """One of our services for sections that the platform itself runs; the platform tells and asks, never the exam."""

    passing_statuses = (SoftwareSecureReviewStatus.clean,)
    """Without this a violation passes."""

    def new_id(self) -> str:
        """Of an exam or attempt: whoever knows an attempt's may call edx-proctoring's ``ready``."""
        return secrets.token_hex(16)

    def on_exam_saved(self, exam: Mapping[str, Any]) -> str:
        """The exam's id, the same at every save."""
        return str(exam.get("external_id") or self.new_id())

    def register_exam_attempt(self, exam: Mapping[str, Any], context: Mapping[str, Any]) -> str:
        return self.new_id()

    def start_exam_attempt(self, exam: str, attempt: str) -> None:
        return None

    def stop_exam_attempt(self, exam: str, attempt: str) -> None:
        return None

    def mark_erroneous_exam_attempt(self, exam: str, attempt: str) -> None:
        return None

    def remove_exam_attempt(self, exam: str, attempt: str) -> bool:
        return True

    def get_software_download_url(self) -> str:
        return ""

    def get_proctoring_config(self) -> dict[str, Any]:
        return {"name": self.verbose_name, "rules": {}, "instructions": [], "download_url": ""}

    def get_attempt(self, attempt: Mapping[str, Any]) -> dict[str, Any]:
        """The attempt and what its page shows: ``instructions`` and ``download_url``."""
        return {**attempt, "instructions": [], "download_url": ""}

    def on_review_callback(self, attempt: Mapping[str, Any], payload: Any) -> dict[str, Any]:
        """A review in edx-proctoring's form: ``{"status": ..., "comments": [{"comment", "status", "start"...}]}``.

        Raises:
            ProctoredExamBadReviewStatus: no such status, or no review at all; answered with 400.
        """
        found = payload if isinstance(payload, Mapping) else {}
        status, comments = found.get("status"), found.get("comments") or []
        known = (ReviewStatus.passed, ReviewStatus.violation, ReviewStatus.suspicious, ReviewStatus.not_reviewed)
        if status not in known or not isinstance(comments, list):
            raise ProctoredExamBadReviewStatus("not a review")
        return {"status": status, "comments": [_comment(item) for item in comments], "payload": {}}


def _comment(item: Any) -> dict[str, Any]:
    if not isinstance(item, Mapping) or not isinstance(item.get("comment"), str):
        raise ProctoredExamBadReviewStatus("not a comment")
    times = {name: _seconds(item.get(name)) for name in ("start", "stop", "duration")}
    return {"comment": item["comment"], "status": str(item.get("status") or "unknown")[:255], **times}


def _seconds(value: Any) -> int:
    return max(0, int(value)) if isinstance(value, (int, float)) and value == value and abs(value) < 1e9 else 0
