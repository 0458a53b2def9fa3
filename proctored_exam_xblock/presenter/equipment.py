"""The check of the candidate's equipment as it is shown: what is needed, the verdict, every value (R-FUN-2)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from babel.dates import format_timedelta
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ..domain.equipment import EquipmentLimits, Finding, Severity
from . import dates, zones
from .equipment_advice import Advice, advice
from .screen import Screen

_TESTS = {
    "camera": "camera",
    "microphone": "microphone",
    "speakers": "speakers",
    **dict.fromkeys(("down", "up", "latency", "jitter"), "network"),
}
"""Points that the candidate can test again by themselves, and by which test."""


@dataclass(frozen=True)
class Row:
    """One point with its value and what is thought of it."""

    point: str
    label: str
    measured: str
    needed: str
    severity: str
    state: str


@dataclass(frozen=True)
class Point:
    """One point to settle, or a piece of advice, and the test that shows whether it helped."""

    words: Advice
    test: str


def context(screen: Screen) -> dict[str, object]:
    """When the equipment was checked last, the verdict, what to settle and how, and every value."""
    done, limits = screen.facts.onboarding, screen.links.equipment_limits
    findings = done.equipment_findings
    advised = dict.fromkeys(finding.code for finding in findings if finding.severity is Severity.ADVICE)
    return {
        "equipment_at": _when(screen, done.equipment_checked_at),
        "equipment_moment": _moment(screen, done.equipment_checked_at),
        "equipment_warnings": [_point(code, findings) for code in done.equipment_warnings],
        "equipment_advice": [_point(code, findings) for code in advised],
        "equipment_verdict": _verdict(len(done.equipment_warnings)),
        "equipment_rows": [_row(finding, screen) for finding in findings],
        "equipment_needs": _needs(limits),
        "equipment_tests": [(name, _test_label(name)) for name in _tests(limits)],
        "equipment_repeats": [*dict.fromkeys(_TESTS[item.point] for item in findings if item.point in _TESTS)],
        "equipment_blocks": screen.policy.equipment_required,
        "sound_unasked": any(item.point == "speakers" and item.severity is Severity.UNKNOWN for item in findings),
    }


def texts() -> dict[str, str]:
    """Sentences of the scripts, where a screen offers the check."""
    return {
        "test_waiting": _("Waiting for your browser’s permission: answer “Allow”."),
        "test_running": _("Testing…"),
        "test_speak": _("Say a few words…"),
        "test_heard": _("You are heard."),
        "test_silence": _("Nothing is heard yet."),
        "test_skipped": _("Skipped"),
        "test_done": _("Done"),
        "test_not_found": _("Not found"),
        "test_latency": _("Delay…"),
        "test_down": _("Download…"),
        "test_up": _("Upload…"),
        "test_sound": _("Playing…"),
        "check_running": _("The check has started."),
    }


def _tests(limits: EquipmentLimits) -> tuple[str, ...]:
    wanted = (("camera", limits.camera), ("microphone", limits.microphone), ("network", True))
    return tuple(name for name, needed in wanted if needed)


def _test_label(name: str) -> str:
    return {"camera": _("Camera"), "microphone": _("Microphone"), "network": _("Connection")}[name]


def _point(code: str, findings: tuple[Finding, ...]) -> Point:
    point = next((finding.point for finding in findings if finding.code == code), "")
    return Point(advice(code), _TESTS.get(point, ""))


def _verdict(failures: int) -> str:
    if not failures:
        return _("Your equipment is suitable")
    return ngettext("%(count)d point to settle", "%(count)d points to settle", failures) % {"count": failures}


def _needs(limits: EquipmentLimits) -> list[str]:
    found = [_("a recent computer and an up-to-date browser")]
    if limits.camera:
        size = {"width": limits.camera_width, "height": limits.camera_height}
        found.append(_("a camera (%(width)d x %(height)d at least)") % size)
    if limits.microphone:
        found.append(_("a microphone"))
    if limits.speakers:
        found.append(_("loudspeakers or earphones, for what the proctor says"))
    rates = {"down": limits.down_kbps, "up": limits.up_kbps}
    found.append(_("a fast, stable connection (%(down)d kbit/s down, %(up)d kbit/s up)") % rates)
    return found


# --- values ---------------------------------------------------------------------------------------------------------


def _row(finding: Finding, screen: Screen) -> Row:
    return Row(
        finding.point,
        _label(finding.point),
        _value(finding.point, finding.measured, screen),
        _needed(finding, screen),
        finding.severity.value,
        _state(finding),
    )


def _state(finding: Finding) -> str:
    if finding.severity is Severity.FAILURE:
        return _("To settle")
    if finding.severity is Severity.ADVICE:
        return _("Advice")
    if finding.severity is Severity.OK:
        return _("Suitable")
    return _("Not measured") if finding.code == "unmeasured" else _("Unknown")


def _label(point: str) -> str:
    return {
        "camera": _("Camera"),
        "microphone": _("Microphone"),
        "speakers": _("Sound"),
        "down": _("Download"),
        "up": _("Upload"),
        "latency": _("Delay"),
        "jitter": _("Variation of the delay"),
        "connection": _("Kind of connection"),
        "browser": _("Browser"),
        "system": _("Operating system"),
        "screens": _("Screens"),
        "cookies": _("Cookies"),
        "clock": _("Computer’s clock"),
    }.get(point, point)


def _needed(finding: Finding, screen: Screen) -> str:
    if not finding.needed or finding.point in ("cookies", "screens", "clock"):
        return ""
    value = _value(finding.point, finding.needed, screen)
    if finding.point in ("latency", "jitter"):
        return _("%(value)s at most") % {"value": value}
    return _("%(value)s at least") % {"value": value}


def _value(point: str, told: str, screen: Screen) -> str:
    if not told:
        return ""
    if point == "clock":
        return _clock(told, screen)
    phrase = _PHRASES.get(point)
    return phrase(told) if phrase else _word(told)


def _rate(told: str) -> str:
    kbps = int(told)
    if kbps >= 10_000:
        return _("%(rate)d Mbit/s") % {"rate": kbps // 1000}
    return _("%(rate)d kbit/s") % {"rate": kbps}


def _delay(told: str) -> str:
    return _("%(count)s ms") % {"count": told}


def _clock(told: str, screen: Screen) -> str:
    seconds = int(told)
    if abs(seconds) < 2:
        return _("right")
    span = format_timedelta(timedelta(seconds=abs(seconds)), locale=screen.locale, threshold=1.5)
    words = _("%(span)s ahead") if seconds > 0 else _("%(span)s behind")
    return words % {"span": span}


def _named(told: str) -> str:
    name, _blank, version = told.partition(" ")
    return f"{_NAMES.get(name) or _word(name)} {version}".strip()


_NAMES = {
    "chrome": "Chrome", "edge": "Edge", "firefox": "Firefox", "safari": "Safari", "opera": "Opera",
    "windows": "Windows", "windows_xp": "Windows XP", "macos": "macOS", "linux": "Linux", "chromeos": "ChromeOS",
    "android": "Android", "ios": "iOS",
}  # fmt: skip
_PHRASES: Mapping[str, Callable[[str], str]] = {
    "camera": lambda told: told.replace("x", " x "),
    "microphone": lambda told: _("level %(percent)d of 100") % {"percent": min(100, round(float(told) * 400))},
    "down": _rate,
    "up": _rate,
    "latency": _delay,
    "jitter": _delay,
    "browser": _named,
    "system": _named,
}


def _word(told: str) -> str:
    return {
        "heard": _("heard"),
        "silent": _("not heard"),
        "yes": _("accepted"),
        "no": _("refused"),
        "one": _("one screen"),
        "several": _("several screens"),
        "ethernet": _("network cable"),
        "wifi": _("Wi-Fi"),
        "cellular": _("mobile network"),
        "other": _("other"),
    }.get(told, told)


def _when(screen: Screen, moment: datetime | None) -> str:
    """ "30 janvier à 18:22", '' when not done."""
    if moment is None:
        return ""
    return _("%(day)s at %(time)s") % {
        "day": dates.day_month(moment.astimezone(screen.zone).date(), screen.locale),
        "time": dates.hour(moment, screen.zone),
    }


def _moment(screen: Screen, moment: datetime | None) -> str:
    """ "mercredi 30 janvier 2027, 18:22 (UTC+01:00) Bruxelles, Copenhague, Madrid, Paris", for the sheet."""
    if moment is None:
        return ""
    day = dates.long_day(moment.astimezone(screen.zone).date(), screen.locale)
    hour = dates.hour_with_seconds(moment, screen.zone)
    return f"{day}, {hour} {zones.label(screen.zone_name, moment, screen.locale)}"
