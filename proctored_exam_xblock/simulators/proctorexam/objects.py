"""Exams and student sessions as the vendor's JSON shows them."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from .store import Session

PARIS = ZoneInfo("Europe/Paris")
CHECKS = ("screenshare", "microphone", "speakers", "webcam", "mobile", "bandwidth")
EXAM_FIELDS: dict[str, Any] = {
    "institute_id": 7,
    "terms": None,
    "duration_minutes": 30,
    "clipboard": None,
    "start_time": None,
    "mode": "01110000",
    "upload_answers": False,
    "user_id": 12,
    "end_time": None,
    "restrictions": "[[false,[]],[false,[]],[false,[]],[false,[]],[false,[]],[false,[]],[false,[]]]",
    "published": True,
    "status": "draft",
    "for_reviewing": True,
    "uploaded_exam_documents_file_name": None,
    "uploaded_exam_documents_content_type": None,
    "uploaded_exam_documents_file_size": None,
    "uploaded_exam_documents_updated_at": None,
    "timezone": 0,
    "use_duration": True,
    "global_proctoring": False,
    "global_reviewing": False,
    "exam_language": "fr-FR",
    "web_cam": True,
    "mobile_cam": False,
    "screen_share": True,
    "live_proctoring": False,
}
"""An exam's documented fields besides id, name, type, token and the two dates, with the values of a new one."""


def stamp(moment: datetime | str) -> str | None:
    """``2018-11-17T17:01:25.788+01:00``; null for ''."""
    if moment == "":
        return None
    at = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    return at.astimezone(PARIS).isoformat(timespec="milliseconds")


def student(session: Session, *, colour_field: str, in_list: bool = False) -> dict[str, Any]:
    """A student session; ``colour_field`` names the field of the reviewer's colour, '' for none (no document names
    one). The token is a secret: lists have null."""
    shown: dict[str, Any] = {
        "id": session.id,
        "session_id": f"{session.token[:8]}-{session.token[8:]}",
        "student_id": session.id + 100_000,
        "external_id": session.external_id or None,
        "proctor_id": None,
        "pre_assigned_proctor_id": None,
        "time_slot": None,
        "created_at": stamp(session.created_at),
        "updated_at": stamp(session.updated_at or session.created_at),
        "email": session.email,
        "operating_system": "Linux" if session.entered_room else None,
        "browser": "Chrome" if session.entered_room else None,
        "browser_version": "120" if session.entered_room else None,
        "status": session.status,
        "token": None if in_list else session.token,
        "dummy_exam_survey": None,
        "skip_requirements": session.skip_requirements,
        "send_confirmation": False,
        "name": session.name,
        "start_time": stamp(session.started_at),
        "exam_id": session.exam_id,
        "expires_at": None,
        "end_time": stamp(session.ended_at),
        "entered_room": stamp(session.entered_room),
        "reservation_time": None,
        "exam_document_content_type": None,
        "exam_document_file_size": None,
        "exam_document_updated_at": None,
        "reviewed": session.reviewed,
        "open_time": stamp(session.open_time),
        "individual_info": session.info or None,
        "is_individual_info_html": session.info_is_html,
        "rtc_session_id": None,
        "rtc_session_ids": [],
        "in_setup": session.status == "in_setup",
        "in_check_requirements": False,
        "attempt": 1,
        "archived": session.archived,
        "current_exam_mode": "01010000",
        "transcoding_status": "not_sent_to_queue",
        "priority": "01",
        "recording_started_at": stamp(session.started_at),
        "recording_ended_at": stamp(session.ended_at),
        "is_email_sent": session.status == "email_sent",
        "preserve": False,
        "pod_names": [],
        "incidents": list(session.incidents),
        "review_commentary": session.commentary or None,
        "incidents_count": len(session.incidents),
        "use_external_service": False,
        "bandwidth_speed": 12_000 if session.checked else None,
        **{f"{name}_check": "succeeded" if session.checked else "not_started" for name in CHECKS},
        **_photo("id_card", session.document),
        **_photo("face_photo", session.face),
    }
    if colour_field:
        shown[colour_field] = session.colour or None
    return shown


def _photo(name: str, taken: bool) -> dict[str, Any]:
    return {
        f"{name}_file_name": f"{name}.jpg" if taken else None,
        f"{name}_content_type": "image/jpeg" if taken else None,
        f"{name}_file_size": 48_213 if taken else None,
    }
