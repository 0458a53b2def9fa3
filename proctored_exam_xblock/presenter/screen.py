"""One request's view of one candidate: the facts with the language and the zone that everything is shown in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from zlib import crc32
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale

from ..domain.journey import AppointmentFacts, AttemptFacts, Facts, Journey, PersonFacts
from ..domain.looking_back import Look, look
from ..domain.policy import ExamPolicy
from .dates import locale_for
from .links import Links

_NOBODY = PersonFacts(user_id=0, username="", first_name="", last_name="", email="")


@dataclass(frozen=True)
class Screen:
    """Arguments of :func:`presenter.render`, and what every template derives from them."""

    facts: Facts
    journey: Journey
    policy: ExamPolicy
    now: datetime
    links: Links
    language: str

    @cached_property
    def locale(self) -> Locale:
        return locale_for(self.language)

    @cached_property
    def zone_name(self) -> str:
        """The candidate's zone, else the exam's."""
        wanted = self.person.time_zone or self.policy.time_zone
        try:
            ZoneInfo(wanted)
        except (ZoneInfoNotFoundError, ValueError):
            return self.policy.time_zone
        return wanted

    @cached_property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.zone_name)

    @property
    def person(self) -> PersonFacts:
        return self.facts.person or _NOBODY

    @property
    def appointment(self) -> AppointmentFacts:
        """The appointment of a phase that has one."""
        assert self.facts.appointment is not None
        return self.facts.appointment

    @property
    def attempt(self) -> AttemptFacts:
        """The attempt of a phase that has one."""
        assert self.facts.attempt is not None
        return self.facts.attempt

    @cached_property
    def look(self) -> Look:
        """What may be shown of the answers and the keys."""
        facts = self.facts
        return look(facts.attempt, self.policy, facts.next_policy, self.now, others_sit=facts.others_sit)

    @property
    def uid(self) -> str:
        """Prefix of the element ids, so that two exams on a page do not clash; the same at every request."""
        return f"pex{crc32(f'{self.policy.title}|{self.policy.backend}'.encode()):x}"

    @property
    def proctored(self) -> bool:
        """True when a person, in a room or on site, watches the exam."""
        return self.links.has_room or self.policy.unlock.value != "none"
