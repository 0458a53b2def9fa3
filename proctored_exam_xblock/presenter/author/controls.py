"""The rules of an exam as controls of a form: kind, value, default, choices, what is wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, time
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale
from django.utils.translation import gettext as _

from ...domain.policy import ExamPolicy
from ...domain.policy_json import policy_to_json
from .. import zones
from . import choices, words

_KINDS = {
    "backend": "select",
    "unlock": "radios",
    "expiry": "radios",
    "release": "radios",
    "language": "select",
    "time_zone": "zone",
    "closed_weekdays": "checks",
    "proctor_languages": "checks",
    "second_after": "checks",
    "score_floor": "radios",
    "score_scale": "radios",
    "review_during": "checks",
    "review_after": "checks",
    "review_released": "checks",
    "forbidden": "checks",
    "preparation": "checks",
    "identity_documents": "checks",
    "excluded_dates": "dates",
    "prerequisites": "rows",
    "reminder_hours": "numbers",
    "terms_fr": "text",
    "terms_en": "text",
    "release_at": "moment",
}
"""What a rule is edited with where its type alone does not tell."""
_WIDE = frozenset({"text", "rows", "dates", "checks", "radios", "bool"})


@dataclass(frozen=True)
class Control:
    """One rule on the form.

    Args:
        kind: line, text, number, bool, time, date, moment, select, zone, radios, checks, lines, numbers, dates, rows.
        value: as the control holds it: text, bool, or a list.
        default: what holds when nothing is said, in words; '' where that is plain to see.
        error: a sentence, '' when all is well.
    """

    name: str
    kind: str
    label: str
    help: str
    unit: str
    value: Any
    default: str
    choices: tuple[tuple[str, str], ...] = ()
    groups: tuple[zones.ZoneGroup, ...] = ()
    error: str = ""

    @property
    def wide(self) -> bool:
        """True for what needs the whole line."""
        return self.kind in _WIDE

    @property
    def many(self) -> bool:
        """True for several inputs under one name, which need a legend."""
        return self.kind in ("radios", "checks", "dates", "rows")

    @property
    def rows_high(self) -> int:
        """Lines of a text area."""
        return 10 if self.kind == "text" else max(2, min(6, len(self.value) + 1))


@dataclass(frozen=True)
class Section:
    """A heading and its controls; ``rarely`` are folded away."""

    key: str
    title: str
    controls: tuple[Control, ...]
    rarely: tuple[Control, ...] = ()

    @property
    def has_error(self) -> bool:
        """Whether something in it is wrong."""
        return any(control.error for control in (*self.controls, *self.rarely))


def sections(
    policy: ExamPolicy,
    raw: Mapping[str, Any],
    errors: Mapping[str, str],
    services: Sequence[tuple[str, str]],
    today: date,
    locale: Locale,
) -> tuple[Section, ...]:
    """Every rule but the title, section by section.

    Args:
        policy: as it could be read.
        raw: as it is stored: a value that could not be read is shown as it is.
        errors: a sentence for each wrong rule.
        services: (slug, name) of the proctoring services to choose from.
        today: for the offsets of the time zones.
    """
    said, placed = words.words(), set()
    found = []
    for section in words.sections():
        made = [
            tuple(_control(name, policy, raw, errors, said, services, today, locale) for name in names)
            for names in (section.fields, section.rarely)
        ]
        placed |= {*section.fields, *section.rarely}
        found.append(Section(section.key, section.title, *made))
    others = [field.name for field in fields(ExamPolicy) if field.name not in placed | {"title"}]
    if others:
        rest = tuple(_control(name, policy, raw, errors, said, services, today, locale) for name in others)
        found.append(Section("other", _("Other rules"), rest))
    return tuple(found)


def _control(
    name: str,
    policy: ExamPolicy,
    raw: Mapping[str, Any],
    errors: Mapping[str, str],
    said: Mapping[str, words.Word],
    services: Sequence[tuple[str, str]],
    today: date,
    locale: Locale,
) -> Control:
    word = said.get(name, words.Word(name))
    default = getattr(ExamPolicy(), name)
    kind = kind_of(name)
    options = list(services) if name == "backend" else choices.of(name, locale)
    value = _value(kind, getattr(policy, name), policy)
    if errors.get(name) and name in raw and kind in ("line", "number", "time", "date", "moment"):
        value = raw[name] if isinstance(raw[name], (str, int)) else value
    chosen = [value] if kind in ("select", "radios") else value if kind == "checks" else []
    options += [(one, one) for one in chosen if one not in dict(options)]
    groups = zones.choices(locale, today) if kind == "zone" else ()
    if kind == "zone" and not any(value == zone for group in groups for zone, _text in group.zones):
        groups = (*groups, zones.ZoneGroup(_("Other"), ((str(value), str(value)),)))
    return Control(
        name,
        kind,
        word.label,
        word.help,
        word.unit,
        value,
        _default(name, kind, default, dict(options)),
        tuple(options),
        groups,
        errors.get(name, ""),
    )


def kind_of(name: str) -> str:
    """What a rule is edited with."""
    if name in _KINDS:
        return _KINDS[name]
    default = getattr(ExamPolicy(), name)
    for kind, known in (("bool", bool), ("number", int), ("date", date), ("time", time), ("lines", tuple)):
        if isinstance(default, known):
            return kind
    return "line"


def _value(kind: str, value: Any, policy: ExamPolicy) -> Any:
    if kind == "time":
        return value.isoformat("seconds" if value.second else "minutes")
    if kind == "moment":
        return _local(value, policy.time_zone)
    if kind == "rows":
        return [
            {"subsection": row.subsection, "title": row.title, "minimum_percent": row.minimum_percent} for row in value
        ]
    if isinstance(value, tuple):
        return [item.isoformat() if isinstance(item, date) else str(item) for item in value]
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, date):
        return value.isoformat()
    return value if isinstance(value, bool) else str(value)


def _local(moment: datetime | None, zone: str) -> str:
    """A wall time of the exam's zone, as a browser's control takes it."""
    if moment is None:
        return ""
    try:
        return moment.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%dT%H:%M")
    except (KeyError, ValueError, OSError):
        return moment.strftime("%Y-%m-%dT%H:%M")


def _default(name: str, kind: str, default: Any, options: Mapping[str, str]) -> str:
    if kind == "number":
        return str(default)
    if kind in ("select", "radios"):
        return options.get(str(getattr(default, "value", default)), "") if name != "backend" else ""
    if kind == "time":
        return f"{default:%H:%M}"
    if kind == "lines" and default:
        return ", ".join(default)
    if kind == "numbers":
        return ", ".join(map(str, default))
    return ""


def as_json(policy: ExamPolicy) -> dict[str, Any]:
    """The whole policy for the expert's view, without the title, which is the block's."""
    return {name: value for name, value in policy_to_json(policy).items() if name != "title"}
