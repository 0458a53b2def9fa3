"""Open the vendor's room: the vendor is asked first, outside any transaction, then the attempt begins."""

from __future__ import annotations

import logging
from datetime import datetime

from .. import compat
from ..backends.base import BackendError, Launch, TooEarly
from ..domain.errors import Gone, NotAllowedNow, VendorUnavailable
from ..domain.journey import Action
from ..models import Appointment
from . import breaker, proctoring, sitting
from .dossier import Caller
from .entry import load

log = logging.getLogger(__name__)


def launch(token: str, user_id: int, now: datetime) -> Launch:
    """Ask the vendor for the room, then record consent and begin the attempt (or rejoin it).

    Args:
        token: of :func:`proctoring.launch_url`.
        user_id: of the session.

    Raises:
        Gone: forged, or another person's.
        NotAllowedNow: not in this phase, or the vendor finds it too early.
        VendorUnavailable: no room can be opened now; nothing has changed.
    """
    appointment_id, owner = proctoring.read_launch_token(token)
    row = Appointment.objects.select_related("candidacy__exam").filter(pk=appointment_id).first()
    if row is None or owner != user_id or row.candidacy.user_id != user_id:
        raise Gone()
    exam = row.candidacy.exam
    staff = compat.host().is_course_staff(user_id, exam.course_key)
    caller = Caller(usage_key=exam.usage_key, user_id=user_id, staff=staff)
    dossier = load(caller, now)
    if dossier.appointment is None or dossier.appointment.pk != row.pk:
        raise Gone()
    dossier.journey.require(Action.LAUNCH)
    try:
        booking = proctoring.booking_for(dossier, dossier.appointment)
        with breaker.watched(dossier.policy.backend, now):  # asked even while others wait: the hour has come
            room = dossier.backend.launch(booking)
    except TooEarly:
        raise NotAllowedNow(phase=dossier.journey.phase.value, reason="too_early") from None
    except BackendError as error:
        log.warning("vendor %s: %s while opening a room", dossier.backend.slug, error.code)
        raise VendorUnavailable(reason=error.code) from error
    if dossier.attempt is None:
        sitting.open_room(caller, now)
    return room
