"""Addresses and names around one exam that the caller knows and the screens show."""

from __future__ import annotations

from dataclasses import dataclass

from ..domain.equipment import WATCHED, EquipmentLimits

ROOM = "room"
"""The backend capability "a page to open for the candidate", by its declared name."""


@dataclass(frozen=True)
class Links:
    """Everything a screen links to or names that is neither a fact about the candidate nor a rule of the exam.

    Args:
        enrol: where to enrol for the certification.
        dashboard: the learner dashboard.
        account: the account settings, where a name is corrected.
        equipment: the vendor's own test page, or ''.
        payment: the shop's page for this candidate, or ''.
        calendar: the appointment's calendar file, or ''.
        course_title: for headings and support mails.
        backend_name: the proctoring service's name, as shown.
        capabilities: the backend's declared capabilities, by value.
        help_phones: the backend's own numbers, shown after the exam's.
        help_emails: the backend's own addresses, shown after the exam's.
        equipment_limits: what the service needs of the candidate's computer.
        outline: title and number of questions of each part, shown before the start.
        practice: the practice exam that prepares for this one, or ''.
        prepares_for: on a practice exam, the exam that it prepares for, or ''.
    """

    enrol: str = ""
    dashboard: str = ""
    account: str = ""
    equipment: str = ""
    payment: str = ""
    calendar: str = ""
    course_title: str = ""
    backend_name: str = ""
    capabilities: frozenset[str] = frozenset()
    help_phones: tuple[str, ...] = ()
    help_emails: tuple[str, ...] = ()
    equipment_limits: EquipmentLimits = WATCHED
    outline: tuple[tuple[str, int], ...] = ()
    practice: str = ""
    prepares_for: str = ""

    @property
    def has_room(self) -> bool:
        """True when the exam opens a proctoring room in a window of its own."""
        return ROOM in self.capabilities
