"""Hold our appointments against each vendor's own list, mend or report each difference (R-X-7).

The vendor is asked outside any transaction. What is found is then judged again, one candidate after the other, under
that candidate's lock: a difference that is being worked on, or that changed meanwhile, is left to the next round. A
list that cannot be read changes nothing; one that has lost most of what we know is believed the second time only.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q

from .. import conf
from ..backends import registry
from ..backends.base import Backend, BackendError, Capability, Reservation, SessionState
from ..domain.attempt import APPOINTMENT_ACTIVE, AppointmentState
from ..domain.errors import NotConfigured
from ..models import Alert, Appointment, OutboxEntry
from . import alerts, breaker, exams, mending, proctoring

log = logging.getLogger(__name__)
BEYOND = timedelta(days=31)
"""How far beyond our last appointment the vendor's list is read: it may have moved one."""
MANY = 5
"""So many missing, cancelled or shifted at once, and more than half, look like a fault of the list."""
SECOND_LOOK = timedelta(minutes=45)
SETTLED = timedelta(minutes=10)
"""What was written to the vendor more recently may not be in its list yet."""
_ALIVE = frozenset({SessionState.SCHEDULED, SessionState.WAITING, SessionState.OPEN})
_RANK = {SessionState.ENDED: 2, SessionState.CANCELLED: 1, SessionState.UNKNOWN: 0}
_GIVEN_UP = frozenset({AppointmentState.CANCELLED, AppointmentState.REFUSED})
_LOSSES = ("missing", "cancelled", "other_start")
"""What a broken list would say of everybody."""
_BATCH = 500
_SHOWN = 20


@dataclass(frozen=True)
class Ours:
    """An appointment as it was before the vendor was asked."""

    id: int
    candidacy_id: int
    state: AppointmentState
    start: datetime
    pending_start: datetime | None
    reservation_id: str
    vendor_ref: str


def reconcile_all(now: datetime) -> int:
    """Compare with every vendor.

    Returns:
        How many differences were found, mended or not.
    """
    quiet = {"agreed", "in_flight", "resting"}
    return sum(count for counts in compare_all(now).values() for name, count in counts.items() if name not in quiet)


def compare_all(now: datetime) -> dict[str, Counter[str]]:
    """What was found per service with appointments, by outcome; what was queued is sent before this returns."""
    configured = conf.get("BACKENDS")
    slugs = set(configured if isinstance(configured, Mapping) else ()) | set(_in_use(now))
    found: dict[str, Counter[str]] = {}
    for slug in sorted(slugs):
        try:
            backend = registry.get(slug)
        except NotConfigured:  # a system check names it, and its entries in the queue raise an alert
            continue
        if Capability.BOOKING in backend.capabilities:
            found[slug] = compare(slug, backend, now)
    if any(counts[name] for counts in found.values() for name in mending.QUEUED):
        proctoring.drain(now)
    return found


def compare(slug: str, backend: Backend, now: datetime) -> Counter[str]:
    """One vendor's list against our appointments from ``now`` on; what differs is mended or reported."""
    ours = _ours(slug, now)
    last = max([now, *(row.start for row in ours), *(row.pending_start or now for row in ours)]) + BEYOND
    if not breaker.allow(slug, now):
        return Counter(resting=1)
    try:
        with breaker.watched(slug, now):
            lines = backend.reservations(now, last)
    except BackendError as error:
        alerts.raise_alert("list_unreadable", now, backend=slug, code=error.code)
        return Counter(unreadable=1)
    alerts.settle("list_unreadable", now, backend=slug)
    found, strangers = _judge(slug, ours, lines, now)
    counts: Counter[str] = Counter(agreed=len(found[""]), in_flight=len(found["in_flight"]))
    lost = sum(len(found[name]) for name in _LOSSES)
    if _is_doubtful(slug, lost, sum(map(len, found.values())), now):
        return Counter(doubtful=lost)
    disputed = {row.id for name, rows in found.items() if name for row, _ in rows}
    _settle_agreed(slug, {row.id for row in ours} - disputed, now)
    for difference in mending.DIFFERENCES:
        for row, line in found[difference]:
            counts[mending.mend(difference, slug, row, line, now)] += 1
    counts["unknown"] = len(strangers)
    _report_strangers(slug, strangers, now)
    return counts


def _report_strangers(slug: str, lines: list[Reservation], now: datetime) -> None:
    if not lines:
        alerts.settle("unknown_reservation", now, backend=slug)
        return
    shown = sorted(line.vendor_ref or line.reservation_id for line in lines)[:_SHOWN]
    detail: dict[str, Any] = {"reservations": len(lines), "some": shown}
    if not alerts.is_accepted("unknown_reservation", detail, backend=slug):
        alerts.raise_alert("unknown_reservation", now, backend=slug, **detail)


def _in_use(now: datetime) -> Iterable[str]:
    """Services of the appointments to come, configured or not."""
    return {slug for slug, _ in _versions(now)}


def _versions(now: datetime) -> set[tuple[str, int]]:
    """Slug and id of each version that an appointment to come was booked under."""
    rows = Appointment.objects.filter(start__gte=now, implicit=False).order_by()
    pairs = rows.values_list("version_id", "version__content_hash").distinct()
    return {(exams.snapshot_of(pk, content).policy.backend, pk) for pk, content in pairs}


def _ours(slug: str, now: datetime) -> list[Ours]:
    versions = [pk for name, pk in _versions(now) if name == slug]
    rows = Appointment.objects.filter(start__gte=now, implicit=False, version_id__in=versions).order_by("pk")
    states = [state.value for state in APPOINTMENT_ACTIVE | _GIVEN_UP]
    return [
        Ours(pk, candidacy, AppointmentState(state), start, pending, reservation, ref)
        for pk, candidacy, state, start, pending, reservation, ref in rows.filter(state__in=states).values_list(
            "pk", "candidacy_id", "state", "start", "pending_start", "reservation_id", "vendor_ref"
        )
    ]


Found = dict[str, list[tuple[Ours, Reservation | None]]]


def _judge(
    slug: str, ours: list[Ours], lines: Collection[Reservation], now: datetime
) -> tuple[Found, list[Reservation]]:
    by_id = {row.reservation_id: row for row in ours}
    by_ref = {row.vendor_ref: row for row in ours if row.vendor_ref}
    theirs: dict[int, Reservation] = {}
    others: list[Reservation] = []
    for line in lines:
        row = by_id.get(line.reservation_id) or by_ref.get(line.vendor_ref)
        if row is None:
            others.append(line)
        elif row.id not in theirs or _weight(line, row) > _weight(theirs[row.id], row):
            theirs[row.id] = line
    busy = _in_flight([row.id for row in ours], now)
    found: Found = {name: [] for name in ("", "in_flight", *mending.DIFFERENCES)}
    for row in ours:
        there = theirs.get(row.id)
        if row.state in _GIVEN_UP and (there is None or there.state not in _ALIVE):
            continue
        found["in_flight" if row.id in busy else difference(row, there)].append((row, there))
    return found, _strangers([line for line in others if line.state in _ALIVE], found, now)


def _weight(line: Reservation, row: Ours) -> tuple[int, bool]:
    """The line that says most: what is alive, then the one whose number we know."""
    return _RANK.get(line.state, 3), line.vendor_ref == row.vendor_ref


def difference(row: Ours, line: Reservation | None) -> str:
    """What is different, '' for nothing, or nothing that the queue does not know already."""
    alive = line is not None and line.state in _ALIVE
    if row.state in _GIVEN_UP:
        return "still_booked" if alive else ""
    if row.state is AppointmentState.REQUESTED:
        return "booked_there" if alive and line is not None and _same(line.start, row.start) else ""
    if line is None:
        return "missing"
    if line.state is SessionState.CANCELLED:
        # An older number may have been cancelled in a move: only the one we know counts.
        return "cancelled" if row.vendor_ref in ("", line.vendor_ref) or not line.vendor_ref else "missing"
    if not alive:
        return "odd_state"
    if row.pending_start is not None and _same(line.start, row.pending_start):
        return "moved_there"
    if not _same(line.start, row.start):
        return "other_start"
    return "other_ref" if line.vendor_ref and line.vendor_ref != row.vendor_ref else ""


def _same(one: datetime, other: datetime) -> bool:
    return abs(one - other) < timedelta(minutes=1)


def _in_flight(appointments: list[int], now: datetime) -> set[int]:
    """Appointments that something is being written about, or was just now."""
    found: set[int] = set()
    busy = OutboxEntry.objects.filter(mending.being_written(now - SETTLED))
    for first in range(0, len(appointments), _BATCH):
        chunk = appointments[first : first + _BATCH]
        found.update(busy.filter(appointment_id__in=chunk).values_list("appointment_id", flat=True))
    return found


def _strangers(lines: list[Reservation], found: Found, now: datetime) -> list[Reservation]:
    """Lines that are no appointment of ours at all; those of one that we gave up join the differences."""
    unknown: list[Reservation] = []
    for first in range(0, len(lines), _BATCH):
        chunk = lines[first : first + _BATCH]
        known = Appointment.objects.filter(
            Q(reservation_id__in=[line.reservation_id for line in chunk if line.reservation_id])
            | Q(vendor_ref__in=[line.vendor_ref for line in chunk if line.vendor_ref])
        )
        rows = {
            key: row for row in known for key in ((row.reservation_id, True), (row.vendor_ref, False)) if key[0] != ""
        }
        for line in chunk:
            row = rows.get((line.reservation_id, True)) or rows.get((line.vendor_ref, False))
            if row is None:
                unknown.append(line)
            elif AppointmentState(row.state) in _GIVEN_UP:
                found["still_booked"].append((_as_ours(row), line))
    return unknown


def _as_ours(row: Appointment) -> Ours:
    state = AppointmentState(row.state)
    return Ours(row.pk, row.candidacy_id, state, row.start, row.pending_start, row.reservation_id, row.vendor_ref)


def _is_doubtful(slug: str, lost: int, compared: int, now: datetime) -> bool:
    """True while a list that has lost, cancelled or shifted most of what we know was seen once: nothing at all is done
    about it."""
    if lost < MANY or lost * 2 <= compared:
        alerts.settle("list_doubtful", now, backend=slug)
        return False
    seen = Alert.objects.filter(closed_at=None, kind="list_doubtful", backend=slug).first()
    alerts.raise_alert("list_doubtful", now, backend=slug, lost=lost, compared=compared)
    return seen is None or now - seen.first_at < SECOND_LOOK


def _settle_agreed(slug: str, agreed: set[int], now: datetime) -> None:
    for alert in Alert.objects.filter(closed_at=None, backend=slug, kind__in=mending.ALERTS):
        if alert.appointment_id in agreed:
            alerts.settle_one(alert.pk, now)
