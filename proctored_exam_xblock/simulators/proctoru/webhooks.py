"""The vendor's calls to the platform: documented payloads, signed, sent by a thread of their own, with faults.

Nothing is sent before the vendor's own record is written, nothing is sent twice unless a fault says so, and what is
not received is not sent again: whether the vendor repeats anything is not documented.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import queue
import threading
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime

import httpx

from .store import Reservation

FAULT_NAMES = {
    "ok": "Une fois, dans l’ordre",
    "duplicated": "Chaque appel deux fois",
    "reordered": "Deux par deux, dans l’ordre inverse",
    "late": "Retenus jusqu’au prochain réglage",
    "bad_signature": "Mauvaise signature",
    "never": "Jamais envoyés",
}
EVENT_NAMES = {
    "event-reservation-confirmation": "Reservation Confirmation",
    "event-reservation-cancelled": "Reservation Cancelled",
    "event-fulfillment-started": "Fulfillment Started",  # guess, as all that follow
    "event-fulfillment-ended": "Fulfillment Ended",
    "event-incident": "Incident",
    "event-review-submitted": "Review Submitted",
}
_RECEIVER_SECONDS = 10
_PATIENCE_SECONDS = 30


@dataclass(frozen=True)
class Target:
    """Where calls go, '' for nowhere; what signs them, '' for no signature; what goes wrong."""

    url: str = ""
    secret: str = ""
    fault: str = "ok"


class Webhooks:
    """Queues events in memory and delivers them one after the other; safe between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._target = Target()
        self._held: list[tuple[str, bytes]] = []
        self._queue: queue.Queue[tuple[Target, str, bytes]] = queue.Queue()
        self._sent: list[dict[str, object]] = []
        self._thread: threading.Thread | None = None

    def aim(self, target: Target) -> None:
        """Change where and how; what was held back is sent the new way."""
        with self._lock:
            self._target = target
            held, self._held = self._held, []
            for kind, body in held:
                self._take(kind, body)

    def reset(self) -> None:
        """Nowhere, nothing held, nothing remembered."""
        self.flush()
        with self._lock:
            self._target, self._held, self._sent = Target(), [], []

    def send(self, kind: str, reservation: Reservation, person: dict[str, str], now: datetime) -> None:
        """An event of the vendor's; lost when nobody is to be called."""
        body = json.dumps(payload(kind, reservation, person, now), ensure_ascii=False).encode()
        with self._lock:
            if self._target.url:
                self._take(kind, body)

    def flush(self) -> list[dict[str, object]]:
        """Wait until the queue is empty (what is held stays held) and tell what was sent: type, status (0 without an
        answer)."""
        done = threading.Event()
        with self._lock:
            idle = self._thread is None
        if not idle:
            threading.Thread(target=self._tell_when_empty, args=(done,), daemon=True).start()
            done.wait(_PATIENCE_SECONDS)
        with self._lock:
            return list(self._sent)

    @property
    def held(self) -> int:
        with self._lock:
            return len(self._held)

    def _take(self, kind: str, body: bytes) -> None:
        match self._target.fault:
            case "never":
                return
            case "late":
                self._held.append((kind, body))
            case "reordered" if not self._held:
                self._held.append((kind, body))
            case "duplicated":
                self._put(kind, body)
                self._put(kind, body)
            case _:
                self._put(kind, body)
                held, self._held = self._held, []
                for kept in held:
                    self._put(*kept)

    def _put(self, kind: str, body: bytes) -> None:
        self._queue.put((self._target, kind, body))
        if self._thread is None:
            self._thread = threading.Thread(target=self._deliver, daemon=True)
            self._thread.start()

    def _tell_when_empty(self, done: threading.Event) -> None:
        self._queue.join()
        done.set()

    def _deliver(self) -> None:
        while True:
            target, kind, body = self._queue.get()
            try:
                status = _post(target, body)
                with self._lock:
                    self._sent.append({"type": kind, "status": status})
            finally:
                self._queue.task_done()


def payload(kind: str, reservation: Reservation, person: dict[str, str], now: datetime) -> dict[str, object]:
    """As the vendor's page shows it, with invented addresses in ``links``."""
    blocks: dict[str, object] = {
        "event": {
            "name": EVENT_NAMES[kind],
            "description": EVENT_NAMES[kind],
            "type": kind,
            "created_at": _stamp(now),
            "comment": None,
        },
        "exam": {
            "name": reservation.details.get("description", ""),
            "id": _uuid("exam", reservation.details.get("description", "")),
            "external_id": "",
            "course_number": reservation.details.get("courseno", ""),
            "term": "",
            "department": "",
            **_links("exams", reservation),
        },
        "reservation": {
            "status": "cancelled" if reservation.state == "cancelled" else "scheduled",
            "campus_name": "Simulateur",
            "id": _uuid("reservation", reservation.reservation_id),
            "number": reservation.reservation_no,
            "external_id": reservation.reservation_id,
            "service_line": "live_plus",
            "starts_at": _stamp(reservation.start),
            "ends_at": _stamp(reservation.end),
            **_links("reservations", reservation),
        },
        "test_taker": {
            "first_name": person.get("first_name", ""),
            "last_name": person.get("last_name", ""),
            "email": person.get("email", ""),
            "username": person.get("email", ""),
            "student_id": None,
            **_links("test_takers", reservation),
        },
    }
    if kind == "event-reservation-cancelled":
        blocks["cancellation"] = {
            "reason": "Advance Cancellation",
            "explanation": "",
            "credit": "student",
            "created_at": _stamp(now),
            **_links("cancellations", reservation),
        }
    return blocks


def signature(secret: str, body: bytes) -> str:
    """``sha1=`` and the hexadecimal HMAC of the raw body."""
    return "sha1=" + hmac.new(secret.encode(), body, hashlib.sha1).hexdigest()


def _post(target: Target, body: bytes) -> int:
    headers = {"Content-Type": "application/json"}
    if target.secret:
        secret = f"not {target.secret}" if target.fault == "bad_signature" else target.secret
        headers["X-ProctorU-Signature"] = signature(secret, body)
    try:
        with httpx.Client(timeout=_RECEIVER_SECONDS, trust_env=False) as client:
            return client.post(target.url, content=body, headers=headers).status_code
    except (httpx.HTTPError, httpx.InvalidURL):
        return 0


def _links(kind: str, reservation: Reservation) -> dict[str, object]:
    return {"links": {"show": f"https://go.proctoru.test/{kind}/{reservation.reservation_no}"}}


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def _uuid(kind: str, name: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{kind}:{name}"))
