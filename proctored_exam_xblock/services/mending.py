"""What is done about one difference between an appointment and the vendor's list, under the candidate's lock.

Ours is right where both still want the appointment; the vendor's word counts where it cancelled. The same thing is
mended once a day: what comes back sooner is an operator's.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from django.db.models import Q

from ..backends.base import Reservation
from ..domain.attempt import APPOINTMENT_ACTIVE, AppointmentState
from ..models import Appointment, OutboxEntry
from . import alerts, appointments, audit, outbox, outcomes
from .dossier import Dossier, of_candidacy
from .entry import locked

log = logging.getLogger(__name__)
TOO_LATE_TO_BOOK = timedelta(minutes=30)
"""A list of what is to come may lack a session that has begun: shortly before the hour nothing is booked again."""
ONCE_IN = timedelta(hours=24)
QUEUED = ("rebooked", "moved_back", "cancel_sent")
ALERTS = ("reservation_missing", "other_start", "odd_state", "still_booked", "not_mended")
_SYSTEM = "system"


class Seen(Protocol):
    """An appointment as it was before the vendor was asked."""

    @property
    def id(self) -> int: ...
    @property
    def candidacy_id(self) -> int: ...
    @property
    def state(self) -> AppointmentState: ...
    @property
    def start(self) -> datetime: ...
    @property
    def pending_start(self) -> datetime | None: ...
    @property
    def vendor_ref(self) -> str: ...


@dataclass(frozen=True)
class Matter:
    """A difference in hand: the rows are locked and fresh."""

    slug: str
    dossier: Dossier
    appointment: Appointment
    line: Reservation | None
    now: datetime


def being_written(settled_since: datetime) -> Q:
    """Entries of the queue because of which the vendor's list may be behind."""
    return Q(state="pending") | Q(done_at__gt=settled_since)


def mend(difference: str, slug: str, seen: Seen, line: Reservation | None, now: datetime) -> str:
    """Act on one difference if it still stands; one that cannot be mended does not stop the others.

    Returns:
        What was done, as a stable word.
    """
    try:
        with locked(of_candidacy(seen.candidacy_id), now) as dossier:
            appointment = Appointment.objects.select_related("version").get(pk=seen.id)
            changed = (seen.state, seen.start, seen.pending_start, seen.vendor_ref) != (
                appointment.state,
                appointment.start,
                appointment.pending_start,
                appointment.vendor_ref,
            )
            if changed or OutboxEntry.objects.filter(being_written(now), appointment=appointment).exists():
                return "in_flight"
            return _MENDERS[difference](Matter(slug, dossier, appointment, line, now))
    except Exception:  # the other candidates' differences are still to be seen to
        log.exception("appointment %s: %s could not be mended", seen.id, difference)
        row = Appointment.objects.get(pk=seen.id)
        alerts.raise_alert("not_mended", now, backend=slug, appointment=row, difference=difference)
        return "not_mended"


def _missing(matter: Matter) -> str:
    appointment, now = matter.appointment, matter.now
    late = appointment.start <= now + TOO_LATE_TO_BOOK
    settled = appointment.state == AppointmentState.CONFIRMED and not appointments.is_arranged_by_hand(appointment)
    if late or not settled or _mended_lately(matter, "book"):
        return _report(matter, "reservation_missing")
    outbox.add(appointment, "book", now, heal="yes", start=appointment.start.isoformat())
    _note(matter, "rebooked")
    return "rebooked"


def _cancelled(matter: Matter) -> str:
    if appointments.is_arranged_by_hand(matter.appointment):
        return _report(matter, "odd_state")
    appointments.cancelled_by_vendor(matter.dossier, matter.appointment, f"vendor:{matter.slug}")
    return "vendor_cancelled"


def _other_start(matter: Matter) -> str:
    appointment = matter.appointment
    _adopt(matter)
    _report(matter, "other_start")
    if appointment.state != AppointmentState.CONFIRMED or _mended_lately(matter, "move"):
        return "other_start"
    outbox.add(appointment, "move", matter.now, heal="yes", start=appointment.start.isoformat())
    _note(matter, "move_back_asked")
    return "moved_back"


def _other_ref(matter: Matter) -> str:
    _adopt(matter)
    return "adopted"


def _still_booked(matter: Matter) -> str:
    known = OutboxEntry.objects.filter(appointment=matter.appointment, kind="cancel")
    is_peoples = known.filter(state__in=("stuck", "refused", "by_hand")).exists() or _is_of_another(matter)
    if is_peoples or _mended_lately(matter, "cancel"):
        return _report(matter, "still_booked")
    _adopt(matter)
    outbox.add(matter.appointment, "cancel", matter.now, heal="yes")
    _note(matter, "cancel_asked_again")
    return "cancel_sent"


def _is_of_another(matter: Matter) -> bool:
    """Whether an operator noted this very number for an appointment that stands."""
    number = matter.line.vendor_ref if matter.line is not None else ""
    standing = [state.value for state in (*APPOINTMENT_ACTIVE, AppointmentState.USED)]
    return bool(number) and Appointment.objects.filter(vendor_ref=number, state__in=standing).exists()


def _done_there(matter: Matter) -> str:
    """The answer was lost and the entry given up, but the vendor did it."""
    _adopt(matter)
    kind = "book" if matter.appointment.state == AppointmentState.REQUESTED else "move"
    entry = OutboxEntry.objects.filter(appointment=matter.appointment, kind=kind, state="stuck").last()
    if entry is None:
        return _report(matter, "odd_state")
    outcomes.done(matter.dossier, entry, matter.appointment, f"vendor:{matter.slug}")
    outbox.finish(entry, "done", matter.now)
    return "confirmed_there"


def _odd_state(matter: Matter) -> str:
    return _report(matter, "odd_state")


def _mended_lately(matter: Matter, kind: str) -> bool:
    since = matter.now - ONCE_IN
    rows = OutboxEntry.objects.filter(appointment=matter.appointment, kind=kind, created_at__gt=since)
    return any(outcomes.heals(entry) for entry in rows)


def _adopt(matter: Matter) -> None:
    appointment, line = matter.appointment, matter.line
    if line is None or line.vendor_ref in ("", appointment.vendor_ref):
        return
    appointment.vendor_ref = line.vendor_ref
    appointment.save(update_fields=["vendor_ref"])
    _note(matter, "vendor_ref_adopted")


def _note(matter: Matter, action: str) -> None:
    audit.record(matter.dossier.own, action, matter.now, _SYSTEM, appointment=matter.appointment.pk)


def _report(matter: Matter, kind: str) -> str:
    theirs = {"state": matter.line.state.value, "start": matter.line.start.isoformat()} if matter.line else {}
    appointment = matter.appointment
    detail: dict[str, Any] = {"ours": matter.appointment.start.isoformat(), "theirs": theirs}
    if not alerts.is_accepted(kind, detail, backend=matter.slug, appointment_id=appointment.pk):
        alerts.raise_alert(kind, matter.now, backend=matter.slug, appointment=appointment, **detail)
    return kind


_MENDERS: Mapping[str, Callable[[Matter], str]] = {
    "missing": _missing,
    "cancelled": _cancelled,
    "other_start": _other_start,
    "other_ref": _other_ref,
    "still_booked": _still_booked,
    "booked_there": _done_there,
    "moved_there": _done_there,
    "odd_state": _odd_state,
}
DIFFERENCES = tuple(_MENDERS)
