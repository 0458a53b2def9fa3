"""A student session as the vendor describes it: its state, what reviewers noted, what is missing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from ..base import Incident, Review, SessionState, Unavailable, Verdict

STATES: Mapping[str, SessionState] = {
    "registered": SessionState.SCHEDULED,
    "email_sent": SessionState.SCHEDULED,
    "email_bounced": SessionState.SCHEDULED,
    "before_check_req_mail": SessionState.SCHEDULED,
    "before_check_req": SessionState.SCHEDULED,
    "after_check_req_mail": SessionState.SCHEDULED,
    "after_check_req": SessionState.WAITING,
    "in_setup": SessionState.WAITING,
    "exam_not_started": SessionState.WAITING,
    "exam_started": SessionState.OPEN,  # R-PE-1: no other word opens
    "exam_finished": SessionState.ENDED,
}
VERDICTS: Mapping[str, Verdict] = {
    "green": Verdict.CLEAR,
    "yellow": Verdict.SUSPICIOUS,
    "orange": Verdict.SUSPICIOUS,
    "red": Verdict.FRAUD,
}
VERDICT_FIELDS = ("verdict", "review_verdict", "review_color", "review_colour", "color", "colour")
IDENTITY = {"document": "id_card_file_name", "face": "face_photo_file_name"}

_KIND_FIELDS = ("kind", "type", "category", "incident_type", "name")
_TEXT_FIELDS = ("text", "description", "commentary", "comment", "message", "notes")
_TIME_FIELDS = ("at", "time", "timestamp", "occurred_at", "start_time", "created_at")
_MOST_INCIDENTS = 200
_LONGEST_TEXT = 4000
_EARLIEST_EPOCH = 1_000_000_000


@dataclass(frozen=True, repr=False)
class Session:
    """One session; ``data`` is the vendor's object as it came."""

    id: str
    status: str
    archived: bool
    email: str
    open_time: datetime | None
    start_time: datetime | None
    end_time: datetime | None
    data: Mapping[str, Any]

    @property
    def is_over(self) -> bool:
        return self.status == "exam_finished" or self.archived

    def text(self, name: str) -> str:
        value = self.data.get(name)
        return value if isinstance(value, str) else ""

    def state(self, more: Mapping[str, str]) -> SessionState:
        """``more`` maps further words to states; none of them opens an exam."""
        if self.archived and self.status != "exam_finished":
            return SessionState.CANCELLED  # anonymised: nobody will sit it
        known = STATES.get(self.status)
        if known is not None:
            return known
        try:
            told = SessionState(more.get(self.status, "unknown"))
        except ValueError:
            told = SessionState.UNKNOWN
        return SessionState.UNKNOWN if told is SessionState.OPEN else told


def read(data: object) -> Session:
    """A session from the vendor's object.

    Raises:
        Unavailable: it is none.
    """
    if not isinstance(data, dict):
        raise Unavailable
    number, status, archived = data.get("id"), data.get("status"), data.get("archived")
    if isinstance(number, bool) or not isinstance(number, (int, str)) or not re.fullmatch(r"[0-9]{1,18}", str(number)):
        raise Unavailable
    if not isinstance(status, str) or not (archived is None or isinstance(archived, bool)):
        raise Unavailable
    return Session(
        id=str(number),
        status=status,
        archived=bool(archived),
        email=str(data.get("email") or ""),
        open_time=_instant(data.get("open_time")),
        start_time=_instant_or_none(data.get("start_time")),
        end_time=_instant(data.get("end_time")),
        data=data,
    )


def review(session: Session, *, require_identity: bool, verdict_fields: Iterable[str]) -> Review | None:
    """What is known once the session is over; None while nothing is."""
    if not session.is_over:
        return None
    # An archived session has lost its photographs by the vendor's own retention: that accuses nobody.
    asked = IDENTITY.items() if require_identity and not session.archived else ()
    # Nor does an answer that has no such field at all: it says nothing of photographs.
    missing = tuple(kind for kind, field in asked if field in session.data and not session.text(field).strip())
    incidents = _incidents(session.data)
    comment = session.text("review_commentary").strip()[:_LONGEST_TEXT]
    if _is_reviewed(session.data.get("reviewed")):
        verdict = _colour(session, verdict_fields)
        if verdict is None:
            verdict = Verdict.SUSPICIOUS if incidents else Verdict.CLEAR
    elif missing or incidents or comment:
        verdict = Verdict.PENDING
    else:
        return None
    return Review(verdict, missing, incidents, comment)


def _is_reviewed(bits: object) -> bool:
    """``00`` is not reviewed, any bit set is; which bit means what nobody has read."""
    if isinstance(bits, (bool, int)):
        return bool(bits)
    return isinstance(bits, str) and set(bits) <= {"0", "1"} and "1" in bits


def _colour(session: Session, fields: Iterable[str]) -> Verdict | None:
    found = (VERDICTS.get(session.text(name).strip().lower()) for name in fields)
    return next((verdict for verdict in found if verdict is not None), None)


def _incidents(data: Mapping[str, Any]) -> tuple[Incident, ...]:
    """The object is nowhere described: what is readable of it, and as many as the vendor counts."""
    listed = data.get("incidents")
    found = [_incident(item) for item in listed[:_MOST_INCIDENTS]] if isinstance(listed, list) else []
    count = data.get("incidents_count")
    if isinstance(count, int) and not isinstance(count, bool):
        found += [Incident("incident")] * (min(count, _MOST_INCIDENTS) - len(found))
    return tuple(found)


def _incident(item: object) -> Incident:
    if not isinstance(item, dict):
        return Incident("incident", item[:_LONGEST_TEXT] if isinstance(item, str) else "")
    kind = _first_text(item, _KIND_FIELDS) or "incident"
    moments = (_instant_or_none(item.get(name)) for name in _TIME_FIELDS)
    moment = next((moment for moment in moments if moment is not None), None)
    return Incident(kind[:64], _first_text(item, _TEXT_FIELDS)[:_LONGEST_TEXT], moment)


def _first_text(item: Mapping[str, Any], names: Iterable[str]) -> str:
    texts = (item.get(name) for name in names)
    return next((text.strip() for text in texts if isinstance(text, str) and text.strip()), "")


def _instant_or_none(value: object) -> datetime | None:
    try:
        return _instant(value)
    except Unavailable:
        return None


def _instant(value: object) -> datetime | None:
    """ISO with or without zone, or epoch seconds or milliseconds; None when there is none.

    Raises:
        Unavailable: something else.
    """
    if value is None or value == "":
        return None
    try:
        if isinstance(value, str) and not value.isdecimal():
            moment = datetime.fromisoformat(value)
            return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
        if isinstance(value, (int, str)) and not isinstance(value, bool):
            seconds = int(value)
            if seconds >= _EARLIEST_EPOCH:  # less is an offset in a recording
                return datetime.fromtimestamp(seconds if seconds < _EARLIEST_EPOCH * 100 else seconds / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        pass
    raise Unavailable
