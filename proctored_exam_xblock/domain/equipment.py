"""What a check of the candidate's computer measured, held against what a proctoring service needs (R-FUN-2).

The page measures and tells; the verdict is made here. What the page tells is not trusted: ``read_measures`` takes
known words and finite numbers in their range and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields, replace
from enum import StrEnum
from typing import Any

from .errors import BadRequest, InvalidField

HEARD_LEVEL = 0.004
"""Loudness (root mean square, 1 is full scale) below which a microphone gives nothing: muted, or not the right one."""


class Device(StrEnum):
    """How a test of the camera or the microphone ended."""

    OK = "ok"
    MISSING = "missing"
    REFUSED = "refused"
    BUSY = "busy"
    FRAME = "frame"  # the page around the exam does not hand the permission on
    INSECURE = "insecure"
    NO_API = "no_api"
    WAITING = "waiting"  # nobody has answered the browser's question yet
    SKIPPED = "skipped"
    FAILED = "failed"


class Sound(StrEnum):
    """Whether the candidate heard the tone."""

    HEARD = "heard"
    SILENT = "silent"
    UNASKED = "unasked"
    NO_API = "no_api"


class Severity(StrEnum):
    """A FAILURE is a point to settle; ADVICE and UNKNOWN never keep anybody from the exam."""

    OK = "ok"
    ADVICE = "advice"
    UNKNOWN = "unknown"
    FAILURE = "failure"


SYSTEMS = ("windows_xp", "windows", "macos", "linux", "chromeos", "android", "ios", "other")
BROWSERS = ("chrome", "edge", "firefox", "safari", "opera", "other")
CONNECTIONS = ("", "ethernet", "wifi", "cellular", "bluetooth", "wimax", "mixed", "none", "other")
_SHAKY_CONNECTIONS = frozenset({"wifi", "cellular", "bluetooth", "wimax"})


@dataclass(frozen=True)
class EquipmentLimits:
    """What a proctoring service needs of a computer; numbers are the least, delays the most. ``browsers`` names the
    oldest version of each browser. What a service does not need is neither measured nor asked for."""

    camera: bool = True
    camera_width: int = 640
    camera_height: int = 480
    microphone: bool = True
    speakers: bool = True
    down_kbps: int = 768
    up_kbps: int = 384
    latency_ms: int = 400
    jitter_ms: int = 100
    clock_seconds: int = 300
    one_screen: bool = True
    browsers: tuple[tuple[str, int], ...] = (
        ("chrome", 100), ("edge", 100), ("firefox", 98), ("opera", 86), ("safari", 16),
    )  # fmt: skip


WATCHED = EquipmentLimits()
"""A proctor sees and hears the candidate through the computer."""
UNWATCHED = EquipmentLimits(
    camera=False, microphone=False, speakers=False, down_kbps=256, up_kbps=128, one_screen=False
)
"""An exam that nobody watches through the computer."""


@dataclass(frozen=True)
class Measures:
    """One check as the page tells it; None is what could not be measured. ``check`` names it, so that a later test of
    the same check completes it."""

    check: str = ""
    camera: Device = Device.SKIPPED
    camera_width: float | None = None
    camera_height: float | None = None
    microphone: Device = Device.SKIPPED
    microphone_level: float | None = None
    speakers: Sound = Sound.UNASKED
    down_kbps: float | None = None
    up_kbps: float | None = None
    latency_ms: float | None = None
    jitter_ms: float | None = None
    connection: str = ""
    browser: str = "other"
    browser_version: float | None = None
    browser_features: bool = True
    system: str = "other"
    system_version: str = ""
    screens: bool | None = None  # True: more than one
    cookies: bool = True
    clock_offset: float | None = None  # seconds, the computer's clock minus the server's


@dataclass(frozen=True)
class Finding:
    """One point of the check. ``code`` says what is wrong, 'ok' or 'unmeasured'; ``measured`` and ``needed`` are plain
    figures and words of this module, for the screen to phrase."""

    point: str
    code: str
    severity: Severity
    measured: str = ""
    needed: str = ""


_RANGES: Mapping[str, tuple[float, float]] = {
    "camera_width": (0, 100_000),
    "camera_height": (0, 100_000),
    "microphone_level": (0, 1),
    "down_kbps": (0, 1e8),
    "up_kbps": (0, 1e8),
    "latency_ms": (0, 600_000),
    "jitter_ms": (0, 600_000),
    "browser_version": (0, 100_000),
    "clock_offset": (-1e11, 1e11),
}
_WORDS: Mapping[str, Iterable[str]] = {"connection": CONNECTIONS, "browser": BROWSERS, "system": SYSTEMS}
_LONGEST = {"check": 64, "system_version": 40}


def read_measures(told: Mapping[str, Any]) -> Measures:
    """The measures of a request's body; other names in it are ignored, absent ones were not measured.

    Raises:
        BadRequest: another type than expected, or an unknown word.
        InvalidField: a number out of its range, a text too long.
    """
    return Measures(**{item.name: _read(item.name, told[item.name]) for item in fields(Measures) if item.name in told})


def _read(name: str, raw: Any) -> Any:
    if name in _RANGES:
        return _number(name, raw)
    if name in ("camera", "microphone", "speakers"):
        words = Sound if name == "speakers" else Device
        if not isinstance(raw, str) or raw not in list(words):
            raise BadRequest(name)
        return words(raw)
    if name in ("browser_features", "cookies", "screens"):
        if not isinstance(raw, bool) and not (raw is None and name == "screens"):
            raise BadRequest(name)
        return raw
    if not isinstance(raw, str) or (name in _WORDS and raw not in _WORDS[name]):
        raise BadRequest(name)
    if len(raw) > _LONGEST.get(name, 40):
        raise InvalidField(name, reason="too_long")
    if not raw.isprintable():
        raise BadRequest(name)
    return raw


def _number(name: str, raw: Any) -> float | None:
    if raw is None:
        return None
    if isinstance(raw, bool) or not isinstance(raw, (int, float)):
        raise BadRequest(name)
    low, high = _RANGES[name]
    if not low <= raw <= high:  # nor is "not a number" within
        raise InvalidField(name, reason="out_of_range")
    return round(float(raw), 4)


def judge(measures: Measures, limits: EquipmentLimits, unsupported_systems: Iterable[str]) -> tuple[Finding, ...]:
    """One finding per point that matters to the service, in the order in which they are shown."""
    found = (
        _camera(measures, limits) if limits.camera else None,
        _microphone(measures) if limits.microphone else None,
        _speakers(measures) if limits.speakers else None,
        _at_least("down", measures.down_kbps, limits.down_kbps),
        _at_least("up", measures.up_kbps, limits.up_kbps),
        _at_most("latency", measures.latency_ms, limits.latency_ms),
        _at_most("jitter", measures.jitter_ms, limits.jitter_ms),
        _connection(measures) if measures.connection else None,
        _browser(measures, limits),
        _system(measures, frozenset(unsupported_systems)),
        _screens(measures, limits),
        Finding("cookies", *_verdict(measures.cookies, "cookies"), "yes" if measures.cookies else "no", "yes"),
        _clock(measures, limits),
    )
    return tuple(finding for finding in found if finding is not None)


def warnings_of(findings: Iterable[Finding]) -> tuple[str, ...]:
    """The codes of what has to be settled, each once: one cause may fail several points."""
    return tuple(dict.fromkeys(finding.code for finding in findings if finding.severity is Severity.FAILURE))


def _verdict(good: bool, code: str, bad: Severity = Severity.FAILURE) -> tuple[str, Severity]:
    return ("ok", Severity.OK) if good else (code, bad)


_OF_THE_PAGE = {Device.FRAME: "frame", Device.INSECURE: "insecure", Device.NO_API: "no_media_api"}
"""Causes that have nothing to do with the device."""


def _device(point: str, state: Device, needed: str = "") -> Finding:
    code = {Device.MISSING: point, Device.SKIPPED: f"{point}_untested", **_OF_THE_PAGE}.get(state, f"{point}_{state}")
    return Finding(point, code, Severity.FAILURE, "", needed)


def _camera(measures: Measures, limits: EquipmentLimits) -> Finding:
    needed = f"{limits.camera_width}x{limits.camera_height}"
    if measures.camera is not Device.OK:
        return _device("camera", measures.camera, needed)
    if measures.camera_width is None or measures.camera_height is None:
        return Finding("camera", "unmeasured", Severity.UNKNOWN, "", needed)
    size = (measures.camera_width, measures.camera_height)  # an upright one has its sides changed over
    least = (limits.camera_width, limits.camera_height)
    enough = max(size) >= max(least) and min(size) >= min(least)
    return Finding("camera", *_verdict(enough, "camera_small"), f"{size[0]:.0f}x{size[1]:.0f}", needed)


def _microphone(measures: Measures) -> Finding:
    if measures.microphone is not Device.OK:
        return _device("microphone", measures.microphone)
    if measures.microphone_level is None:
        return Finding("microphone", "unmeasured", Severity.UNKNOWN)
    heard = measures.microphone_level >= HEARD_LEVEL
    return Finding("microphone", *_verdict(heard, "microphone_silent"), f"{measures.microphone_level:.3f}")


def _speakers(measures: Measures) -> Finding:
    if measures.speakers in (Sound.UNASKED, Sound.NO_API):
        return Finding("speakers", "unmeasured", Severity.UNKNOWN)
    return Finding(
        "speakers", *_verdict(measures.speakers is Sound.HEARD, "speakers_silent"), str(measures.speakers.value)
    )


def _at_least(point: str, measured: float | None, least: int) -> Finding:
    if measured is None:
        return Finding(point, "unmeasured", Severity.UNKNOWN, "", str(least))
    return Finding(point, *_verdict(measured >= least, point), f"{measured:.0f}", str(least))


def _at_most(point: str, measured: float | None, most: int) -> Finding:
    if measured is None:
        return Finding(point, "unmeasured", Severity.UNKNOWN, "", str(most))
    return Finding(point, *_verdict(measured <= most, point, Severity.ADVICE), f"{measured:.0f}", str(most))


def _connection(measures: Measures) -> Finding:
    steady = measures.connection not in _SHAKY_CONNECTIONS
    return Finding("connection", *_verdict(steady, "connection", Severity.ADVICE), measures.connection)


def _browser(measures: Measures, limits: EquipmentLimits) -> Finding:
    version = measures.browser_version
    oldest = dict(limits.browsers).get(measures.browser)
    told = measures.browser if version is None else f"{measures.browser} {version:.0f}"
    needed = f"{measures.browser} {oldest}" if oldest is not None else ""
    old = oldest is not None and version is not None and version < oldest
    if old or not measures.browser_features:
        return Finding("browser", "browser", Severity.FAILURE, told, needed)
    if oldest is None:
        return Finding("browser", "browser_unknown", Severity.UNKNOWN, told)
    return Finding("browser", "ok", Severity.OK, told, needed)


def _system(measures: Measures, unsupported: frozenset[str]) -> Finding:
    told = f"{measures.system} {measures.system_version}".strip()
    if measures.system in unsupported:
        return Finding("system", "system", Severity.FAILURE, told)
    if measures.system == "other":
        return Finding("system", "system_unknown", Severity.UNKNOWN, told)
    return Finding("system", "ok", Severity.OK, told)


def _screens(measures: Measures, limits: EquipmentLimits) -> Finding:
    needed = "one" if limits.one_screen else ""
    if measures.screens is None:
        return Finding("screens", "unmeasured", Severity.UNKNOWN, "", needed)
    good = not measures.screens or not limits.one_screen
    told = "several" if measures.screens else "one"
    return Finding("screens", *_verdict(good, "screens", Severity.ADVICE), told, needed)


def _clock(measures: Measures, limits: EquipmentLimits) -> Finding:
    if measures.clock_offset is None:
        return Finding("clock", "unmeasured", Severity.UNKNOWN, "", str(limits.clock_seconds))
    right = abs(measures.clock_offset) <= limits.clock_seconds
    code = _verdict(right, "clock", Severity.ADVICE)
    return Finding("clock", *code, f"{measures.clock_offset:.0f}", str(limits.clock_seconds))


# --- what is kept, and what is set ----------------------------------------------------------------------------------


def to_json(measures: Measures, findings: Iterable[Finding]) -> dict[str, Any]:
    """What is stored of a check: what was told, what was found, the codes to settle first."""
    found = tuple(findings)
    return {**asdict(measures), "findings": [asdict(item) for item in found], "warnings": [*warnings_of(found)]}


def findings_on_file(stored: Mapping[str, Any]) -> tuple[Finding, ...]:
    """The findings of a stored check; none of one that an earlier release made."""
    names = [item.name for item in fields(Finding)]
    return tuple(
        Finding(**{**{name: row[name] for name in names}, "severity": Severity(row["severity"])})
        for row in stored.get("findings", ())
    )


def limits_from(changes: Mapping[str, Any], declared: EquipmentLimits) -> EquipmentLimits:
    """What a service declares, with an operator's changes; ``browsers`` is a mapping of names to versions.

    Raises:
        ValueError: an unknown name, or a value of another type.
    """
    values: dict[str, Any] = {}
    for name, value in changes.items():
        default = getattr(declared, name, None)
        if name == "browsers" and isinstance(value, Mapping):
            versions = tuple((str(browser), version) for browser, version in value.items())
            if all(browser in BROWSERS and type(version) is int for browser, version in versions):
                values[name] = versions
                continue
        if default is None or isinstance(default, tuple) or type(value) is not type(default) or value < 0:
            raise ValueError(name)
        values[name] = value
    return replace(declared, **values)
