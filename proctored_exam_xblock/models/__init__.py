"""Rows of the exam: columns and constraints, nothing else.

Reading order: ``exams`` (the exam, its versions, the seats of a slot), ``candidates`` (the dossier), ``preparing``
(terms, equipment), ``orders`` (payments), ``sittings`` (appointments, attempts and their parts), ``trail``, ``vendors``
(what they said, the queue to them, alerts), ``mails``. All learner state is here; every change of state locks the
candidacy's row first (see ``services``), so that one candidate's events are in one order. Unique constraints are plain
ones: MySQL has no conditional constraint, so "at most one active" is a nullable ``active_key`` that is NULL as soon as
the row is over.
"""

from .candidates import Candidacy, CandidateProfile, SeatHold
from .exams import Exam, ExamVersion, Regrade, Seat
from .mails import Mail
from .orders import Payment, ShopCall
from .preparing import EquipmentCheck, TermsAcceptance, TermsText
from .sittings import Appointment, Attempt, Incident, LateAnswer, PartResponse
from .trail import AuditEntry
from .vendors import Alert, OutboxEntry, VendorHealth, VendorReview, WebhookEvent

__all__ = [
    "Alert",
    "Appointment",
    "Attempt",
    "AuditEntry",
    "Candidacy",
    "CandidateProfile",
    "EquipmentCheck",
    "Exam",
    "ExamVersion",
    "Incident",
    "LateAnswer",
    "Mail",
    "OutboxEntry",
    "PartResponse",
    "Payment",
    "Regrade",
    "Seat",
    "SeatHold",
    "ShopCall",
    "TermsAcceptance",
    "TermsText",
    "VendorHealth",
    "VendorReview",
    "WebhookEvent",
]
