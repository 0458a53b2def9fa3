"""The address of an appointment's calendar file: a signed token, because calendar programs have no session."""

from __future__ import annotations

from django.core.signing import BadSignature, Signer
from django.urls import reverse

from ..domain.attempt import AppointmentState
from ..domain.errors import Gone
from ..models import Appointment
from .dossier import Dossier

_signer_salt = "proctored-exam-calendar"
_SURE = (AppointmentState.CONFIRMED, AppointmentState.MOVE_REQUESTED)


def address(dossier: Dossier) -> str:
    """Where the candidate's appointment is to be had as a file; '' while it is not sure."""
    row = dossier.appointment
    if row is None or row.implicit or row.state not in _SURE:
        return ""
    return reverse("proctored_exam:calendar", kwargs={"token": token_of(row, dossier.own.user_id)})


def token_of(row: Appointment, user_id: int) -> str:
    """Names the appointment and its candidate; the keyed digest cannot be guessed."""
    return Signer(salt=_signer_salt).sign(f"{row.pk}.{user_id}")


def read_token(token: str, visitor: int | None) -> Appointment:
    """The appointment of a token.

    Args:
        token: from the address.
        visitor: who is signed in, if anybody: a link that reached another learner is not theirs.

    Raises:
        Gone: forged, somebody else's, or of nothing any more.
    """
    try:
        appointment_id, owner = Signer(salt=_signer_salt).unsign(token).split(".")
        key = {"pk": int(appointment_id), "candidacy__user_id": int(owner)}
    except (BadSignature, ValueError):
        raise Gone() from None
    rows = Appointment.objects.select_related("candidacy__exam", "version").defer("version__paper", "version__policy")
    row = rows.filter(**key).first()
    if row is None or visitor not in (None, row.candidacy.user_id):
        raise Gone()
    return row
