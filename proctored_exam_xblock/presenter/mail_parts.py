"""What every e-mail is made of: its content by parts, and times, titles and addresses in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from ..domain.mail import Letter
from . import dates, zones


@dataclass(frozen=True)
class Message:
    """One e-mail's own content.

    Args:
        pill: the state in a word; ``tone`` (plain, good, caution) colours it beside the word.
        said: paragraphs before the facts, ``then`` after them.
        quoted: what somebody else wrote, as they wrote it.
        facts: label and value.
        points: a short list of what to do.
        action: label and address of the one button.
    """

    subject: str
    heading: str
    pill: str
    tone: str = "plain"
    shows_time: bool = False
    is_void: bool = False
    said: tuple[str, ...] = ()
    quoted: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    points: tuple[str, ...] = ()
    then: tuple[str, ...] = ()
    action: tuple[str, str] = ("", "")


@dataclass(frozen=True)
class When:
    """The appointment's time, in the candidate's zone, and in the exam's where that differs."""

    day: str
    hour: str
    zone: str
    elsewhere: str
    duration: str


@dataclass(frozen=True)
class Words:
    """A letter, in the language that is active."""

    letter: Letter

    def when(self) -> When | None:
        """The time as a block of its own."""
        letter = self.letter
        if letter.start is None:
            return None
        locale = dates.locale_for(letter.language)
        here, there = self._at(letter.start, letter.zone), self._at(letter.start, letter.exam_zone)
        elsewhere = f"{there[0]}, {there[1]} {zones.label(letter.exam_zone, letter.start, locale)}"
        return When(
            day=here[0],
            hour=here[1],
            zone=zones.label(letter.zone, letter.start, locale),
            elsewhere=elsewhere if here != there else "",
            duration=dates.span(letter.duration, locale),
        )

    def _at(self, moment: datetime, zone: str) -> tuple[str, str]:
        local = moment.astimezone(ZoneInfo(zone))
        return dates.long_day(local.date(), dates.locale_for(self.letter.language)), local.strftime("%H:%M")

    def moment(self, moment: datetime | None) -> str:
        """ "Thursday 2 March at 16:00", in the candidate's zone."""
        if moment is None:
            return ""
        local = moment.astimezone(ZoneInfo(self.letter.zone))
        day = dates.week_day(local.date(), dates.locale_for(self.letter.language))
        return _("%(day)s at %(time)s") % {"day": day, "time": local.strftime("%H:%M")}

    def zone_of(self, moment: datetime | None) -> str:
        """ "(UTC+01:00)"."""
        return f"({zones.offset(ZoneInfo(self.letter.zone), moment)})" if moment else ""

    def hour(self, moment: datetime | None) -> str:
        """ "16:00"."""
        return dates.hour(moment, ZoneInfo(self.letter.zone)) if moment else ""

    def day(self, moment: datetime | None) -> str:
        """ "14 March 2017"; the exam's own calendar day."""
        if moment is None:
            return ""
        local = moment.astimezone(ZoneInfo(self.letter.exam_zone))
        return dates.long_day(local.date(), dates.locale_for(self.letter.language))

    def titled(self, beginning: str, *, timed: bool = False) -> str:
        """A subject: what happened, the exam, and when."""
        subject = _("%(news)s: %(exam)s") % {"news": beginning, "exam": self.letter.title}
        return f"{subject}, {self.moment(self.letter.start)}" if timed and self.letter.start else subject

    @property
    def page(self) -> tuple[str, str]:
        """The exam's page."""
        return _("Open the exam’s page"), self.letter.url

    @property
    def results(self) -> tuple[str, str]:
        """The learner dashboard."""
        return _("Go to my dashboard"), self.letter.dashboard
