"""A row of the board in words: state as a pill, times in the exam's zone, deeds as buttons."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta, tzinfo
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ..domain.standing import Deed, Standing
from ..presenter import dates
from ..services.board import Row

JUST_NOW = timedelta(seconds=40)
_IN_THE_MENU = (Deed.INCIDENT, Deed.CLOSE, Deed.INTERRUPT)
_MOST_BUTTONS = 2
_TONES = {
    Standing.AWAITED: "plain",
    Standing.EXPECTED: "plain",
    Standing.GATE: "caution",
    Standing.LOCKED: "danger",
    Standing.UNLOCKED: "accent",
    Standing.SITTING: "accent",
    Standing.PAUSED: "caution",
    Standing.FINISHED: "good",
    Standing.INTERRUPTED: "danger",
    Standing.MISSED: "plain",
}


def row_context(row: Row, zone: tzinfo, now: datetime) -> dict[str, Any]:
    """What the template of one row is given."""
    shown = [deed for deed in row.deeds if deed not in _IN_THE_MENU][:_MOST_BUTTONS]
    rest = [deed for deed in row.deeds if deed not in shown]
    if not shown:
        shown, rest = rest[:1], rest[1:]
    return {
        "id": row.candidacy_id,
        "name": f"{row.first_name} {row.last_name}".strip(),
        "slot": _("without appointment") if row.implicit else dates.hour(row.start, zone),
        "extra": extra_time(row),
        "state": row.standing.value,
        "tone": _TONES[row.standing],
        "pill": state(row, zone, now),
        "remaining": row.remaining_seconds,
        "remaining_text": "" if row.remaining_seconds is None else dates.stopwatch(row.remaining_seconds),
        "running": row.standing is Standing.SITTING,
        "begun": row.seen_at is not None,
        "answered": row.answered,
        "questions": row.questions,
        "verified": parts(row),
        "seen": seen(row, zone, now),
        "silent": row.silent,
        "notes": notes(row, now),
        "shown": [_button(deed, row) for deed in shown],
        "rest": [_button(deed, row) for deed in rest],
    }


def _button(deed: Deed, row: Row) -> dict[str, Any]:
    return {
        "deed": deed.value,
        "text": labels()[deed.value],
        "main": deed is row.next,
        "red": deed in (Deed.CLOSE, Deed.INTERRUPT),
    }


def labels() -> dict[str, str]:
    """The buttons' texts by deed."""
    return {
        Deed.CODE.value: _("Code"),
        Deed.UNLOCK.value: _("Open by hand"),
        Deed.LIFT_LOCK.value: _("Lift the lock"),
        Deed.EXTEND.value: _("Add time"),
        Deed.PAUSE.value: _("Pause"),
        Deed.RESUME.value: _("Resume"),
        Deed.CLOSE.value: _("End the exam"),
        Deed.INTERRUPT.value: _("Interrupt"),
        Deed.INCIDENT.value: _("Report an incident"),
    }


def state(row: Row, zone: tzinfo, now: datetime) -> str:
    """The pill: where the candidate is, and since when where that matters."""
    since = "" if row.since is None else dates.hour(row.since, zone)
    waited = int((now - row.since).total_seconds()) // 60 if row.since is not None else 0
    late = int((now - row.start).total_seconds()) // 60
    if row.standing is Standing.AWAITED and late > 0:
        return _("Not arrived · %(count)d min late") % {"count": late}
    if row.standing is Standing.GATE:
        return _("In the room · %(count)d min") % {"count": waited}
    return {
        Standing.EXPECTED: _("Expected"),
        Standing.AWAITED: _("Not arrived"),
        Standing.LOCKED: _("Code blocked"),
        Standing.UNLOCKED: _("Open, not started"),
        Standing.SITTING: _("Sitting the exam"),
        Standing.PAUSED: _("Paused at %(time)s") % {"time": since},
        Standing.FINISHED: _("Finished at %(time)s") % {"time": since},
        Standing.INTERRUPTED: _("Interrupted at %(time)s") % {"time": since},
        Standing.MISSED: _("Missed"),
    }[row.standing]


def seen(row: Row, zone: tzinfo, now: datetime) -> str:
    """When the candidate's page was heard last; when they came, before it is open."""
    if row.seen_at is None:
        arrived = row.standing in (Standing.GATE, Standing.LOCKED) and row.since is not None
        return _("arrived at %(time)s") % {"time": dates.hour(row.since, zone)} if arrived and row.since else ""
    if row.standing is not Standing.SITTING:
        return dates.hour(row.seen_at, zone)
    if now - row.seen_at < JUST_NOW:
        return _("just now")
    minutes, seconds = divmod(int((now - row.seen_at).total_seconds()), 60)
    return _("%(count)d min ago") % {"count": minutes} if minutes else _("%(count)d s ago") % {"count": seconds}


def parts(row: Row) -> str:
    """How many parts are verified, once the exam has begun."""
    return _("%(done)d of %(all)d parts verified") % {"done": row.verified, "all": row.parts}


def extra_time(row: Row) -> str:
    """Extra time that the candidate has, in percent before the start and in minutes once some was added."""
    if row.extra_seconds:
        return _("+%(count)d min") % {"count": -(-row.extra_seconds // 60)}
    return _("extra time +%(count)d %%") % {"count": row.extra_percent} if row.extra_percent else ""


def notes(row: Row, now: datetime) -> list[dict[str, str]]:
    """What deserves a look, each with its tone."""
    found = []
    if row.locked_until is not None:
        minutes = max(1, -(-int((row.locked_until - now).total_seconds()) // 60))
        found.append({"tone": "danger", "text": _("next try in %(count)d min") % {"count": minutes}})
    elif row.wrong_tries:
        count = row.wrong_tries
        told = ngettext("%(count)d wrong code", "%(count)d wrong codes", count) % {"count": count}
        found.append({"tone": "caution", "text": told})
    if row.silent:
        found.append({"tone": "danger", "text": _("connection lost?")})
    if row.incidents:
        told = ngettext("%(count)d incident", "%(count)d incidents", row.incidents) % {"count": row.incidents}
        found.append({"tone": "plain", "text": told})
    return found


def summary(rows: Sequence[Row]) -> str:
    """The day in one line."""
    at = [row.standing for row in rows]
    counted = (
        (ngettext("%(count)d candidate", "%(count)d candidates", len(at)), len(at)),
        (_("%(count)d in the room"), sum(one in (Standing.GATE, Standing.LOCKED, Standing.UNLOCKED) for one in at)),
        (_("%(count)d sitting"), sum(one in (Standing.SITTING, Standing.PAUSED) for one in at)),
        (
            ngettext("%(count)d paper handed in", "%(count)d papers handed in", at.count(Standing.FINISHED)),
            at.count(Standing.FINISHED),
        ),
    )
    return " · ".join(text % {"count": count} for text, count in counted if count or text is counted[0][0])


def kinds() -> list[tuple[str, str]]:
    """Kinds of incident as a list to choose from."""
    return [
        ("technical", _("Technical trouble")),
        ("identity", _("Identity")),
        ("behaviour", _("Suspected fraud")),
        ("health", _("Illness or accident")),
        ("other", _("Other")),
    ]


def reasons() -> list[str]:
    """Reasons to choose from, or to write over."""
    return [
        _("Technical trouble on the platform's side"),
        _("Network or power failure in the room"),
        _("The proctoring service does not answer"),
        _("Alarm or evacuation"),
        _("The candidate asked for it"),
    ]


def for_script() -> dict[str, Any]:
    """Sentences that the script shows; ``{name}`` is filled in the page."""
    return {
        "titles": labels(),
        "about": {
            Deed.UNLOCK.value: _("The exam opens without its code. The candidate starts the clock."),
            Deed.EXTEND.value: _("The new time shows on the candidate's page within half a minute."),
            Deed.CLOSE.value: _("The answers are counted by the rules of the exam. This cannot be undone."),
            Deed.INTERRUPT.value: _(
                "The exam stops for a technical problem: the answers stay on file and are not counted. "
                "The course team can then offer a second appointment."
            ),
            Deed.INCIDENT.value: _("The report goes into the candidate's file; the exam goes on."),
        },
        "confirm": {
            Deed.UNLOCK.value: _("Open the exam"),
            Deed.EXTEND.value: _("Add the time"),
            Deed.CLOSE.value: _("End the exam"),
            Deed.INTERRUPT.value: _("Interrupt the exam"),
            Deed.INCIDENT.value: _("Send the report"),
        },
        "code_session": _("One code for everybody who begins at {time}."),
        "code_own": _("For this candidate only."),
        "updated": _("updated at {time}"),
        "lost": _("The board is not up to date: the platform does not answer since {time}. It is tried again."),
        "failed": _(
            "The platform did not answer. Nothing is known of what you asked for: look at the row, then try again."
        ),
        "changed": _("{name}: {state}"),
    }
