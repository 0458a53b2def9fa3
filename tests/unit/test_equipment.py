"""Measures and a service's limits give findings; what a page tells is taken word by word or not at all (R-FUN-2)."""

import json
import math
from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proctored_exam_xblock.domain.equipment import (
    BROWSERS,
    CONNECTIONS,
    SYSTEMS,
    UNWATCHED,
    WATCHED,
    Device,
    Finding,
    Measures,
    Severity,
    Sound,
    findings_on_file,
    judge,
    limits_from,
    read_measures,
    to_json,
    warnings_of,
)
from proctored_exam_xblock.domain.errors import BadRequest, ExamError, InvalidField
from tests.world import CHECK

GOOD = read_measures(CHECK)
LINUX = ("linux", "windows_xp")


def found(point: str, limits=WATCHED, unsupported=LINUX, **changes) -> Finding:
    """The finding of one point, with some measures changed."""
    findings = judge(replace(GOOD, **changes), limits, unsupported)
    return next(finding for finding in findings if finding.point == point)


def test_a_good_computer_has_nothing_to_settle():
    findings = judge(GOOD, WATCHED, LINUX)

    assert {finding.severity for finding in findings} == {Severity.OK}
    assert [finding.point for finding in findings] == [
        *("camera", "microphone", "speakers", "down", "up", "latency", "jitter", "connection"),
        *("browser", "system", "screens", "cookies", "clock"),
    ]
    assert warnings_of(findings) == ()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"camera": Device.MISSING}, "camera"),
        ({"camera": Device.REFUSED}, "camera_refused"),
        ({"camera": Device.BUSY}, "camera_busy"),
        ({"camera": Device.SKIPPED}, "camera_untested"),
        ({"camera": Device.WAITING}, "camera_waiting"),
        ({"camera": Device.FAILED}, "camera_failed"),
        ({"camera": Device.FRAME}, "frame"),
        ({"camera": Device.INSECURE}, "insecure"),
        ({"camera": Device.NO_API}, "no_media_api"),
        ({"camera_width": 639.0, "camera_height": 480.0}, "camera_small"),
        ({"camera_width": 640.0, "camera_height": 479.0}, "camera_small"),
        ({"microphone": Device.MISSING}, "microphone"),
        ({"microphone": Device.REFUSED}, "microphone_refused"),
        ({"microphone_level": 0.0}, "microphone_silent"),
        ({"speakers": Sound.SILENT}, "speakers_silent"),
        ({"down_kbps": 767.0}, "down"),
        ({"up_kbps": 383.0}, "up"),
        ({"up_kbps": 0.0}, "up"),
        ({"browser_version": 97.0}, "browser"),
        ({"browser_features": False}, "browser"),
        ({"system": "linux"}, "system"),
        ({"system": "windows_xp"}, "system"),
        ({"cookies": False}, "cookies"),
    ],
)
def test_what_a_service_cannot_work_with_has_to_be_settled(changes, code):
    assert warnings_of(judge(replace(GOOD, **changes), WATCHED, LINUX)) == (code,)


@pytest.mark.parametrize(
    "changes",
    [
        {"camera_width": 640.0, "camera_height": 480.0},
        {"camera_width": 480.0, "camera_height": 640.0},  # held upright
        {"down_kbps": 768.0, "up_kbps": 384.0},
        {"browser_version": 98.0},
        {"speakers": Sound.UNASKED},
        {"speakers": Sound.NO_API},
        {"down_kbps": None, "up_kbps": None, "latency_ms": None, "jitter_ms": None},
        {"screens": None, "clock_offset": None, "browser": "other", "system": "other"},
        {"latency_ms": 5000.0, "jitter_ms": 5000.0, "screens": True, "clock_offset": -86400.0, "connection": "wifi"},
    ],
    ids=repr,
)
def test_what_just_reaches_is_unknown_or_merely_unwise_blocks_nothing(changes):
    assert warnings_of(judge(replace(GOOD, **changes), WATCHED, LINUX)) == ()


@pytest.mark.parametrize(
    ("point", "changes"),
    [
        ("latency", {"latency_ms": 401.0}),
        ("jitter", {"jitter_ms": 101.0}),
        ("screens", {"screens": True}),
        ("clock", {"clock_offset": -301.0}),
        ("connection", {"connection": "wifi"}),
    ],
)
def test_what_is_merely_unwise_is_advice(point, changes):
    assert found(point, **changes).severity is Severity.ADVICE


def test_what_was_not_measured_is_not_called_good():
    for point, change in (
        ("down", {"down_kbps": None}),
        ("screens", {"screens": None}),
        ("speakers", {"speakers": Sound.UNASKED}),
    ):
        assert (found(point, **change).severity, found(point, **change).code) == (Severity.UNKNOWN, "unmeasured")


def test_one_cause_of_two_failures_is_settled_once():
    measures = replace(GOOD, camera=Device.INSECURE, microphone=Device.INSECURE)

    assert warnings_of(judge(measures, WATCHED, ())) == ("insecure",)


def test_an_exam_that_nobody_watches_asks_for_no_camera_microphone_or_sound():
    measures = replace(GOOD, camera=Device.MISSING, microphone=Device.REFUSED, speakers=Sound.SILENT, down_kbps=300.0)
    findings = judge(measures, UNWATCHED, ())

    assert warnings_of(findings) == ()
    assert not {"camera", "microphone", "speakers"} & {finding.point for finding in findings}


def test_measured_and_needed_are_told_beside_each_other():
    camera = found("camera", camera_width=320.0, camera_height=240.0)
    assert (camera.measured, camera.needed) == ("320x240", "640x480")
    assert (found("down").measured, found("down").needed) == ("9000", "768")
    assert (found("browser").measured, found("browser").needed) == ("firefox 130", "firefox 98")
    assert found("system").measured == "windows 11"


# --- what a page tells ----------------------------------------------------------------------------------------------


def test_what_is_absent_was_not_measured_and_other_names_are_ignored():
    assert read_measures({"known": "x", "warnings": ["anything"]}) == Measures()


@pytest.mark.parametrize(
    ("told", "error"),
    [
        ({"camera": True}, BadRequest),
        ({"camera": "OK"}, BadRequest),
        ({"speakers": "ok"}, BadRequest),
        ({"down_kbps": "9000"}, BadRequest),
        ({"down_kbps": True}, BadRequest),
        ({"down_kbps": [1]}, BadRequest),
        ({"down_kbps": -1}, InvalidField),
        ({"down_kbps": math.nan}, InvalidField),
        ({"down_kbps": math.inf}, InvalidField),
        ({"down_kbps": 10**4000}, InvalidField),
        ({"microphone_level": 1.01}, InvalidField),
        ({"system": "Windows"}, BadRequest),
        ({"browser": None}, BadRequest),
        ({"connection": "carrier pigeon"}, BadRequest),
        ({"system_version": "1" * 41}, InvalidField),
        ({"system_version": "1\n2"}, BadRequest),
        ({"check": "c" * 65}, InvalidField),
        ({"check": 5}, BadRequest),
        ({"screens": 1}, BadRequest),
        ({"cookies": None}, BadRequest),
    ],
)
def test_what_is_no_measure_is_refused_by_its_name(told, error):
    with pytest.raises(error) as refused:
        read_measures(told)
    assert refused.value.field == next(iter(told))


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=100),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
WORDS = st.sampled_from([*Device, *Sound, *SYSTEMS, *BROWSERS, *CONNECTIONS]).map(str)
TOLD = st.dictionaries(st.sampled_from([item.name for item in fields(Measures)]), ANYTHING | WORDS)


@given(TOLD)
def test_whatever_is_told_is_refused_or_judged_and_can_be_stored(told):
    try:
        measures = read_measures(told)
    except ExamError:
        return
    findings = judge(measures, WATCHED, LINUX)
    stored = json.loads(json.dumps(to_json(measures, findings), allow_nan=False))
    assert findings_on_file(stored) == findings
    assert tuple(stored["warnings"]) == warnings_of(findings)


RATE = st.floats(0, 1e8)


@given(RATE, RATE)
def test_a_faster_line_is_never_judged_worse(one, other):
    slow, fast = sorted((one, other))
    order = [Severity.FAILURE, Severity.OK]
    assert order.index(found("down", down_kbps=slow).severity) <= order.index(found("down", down_kbps=fast).severity)


def test_a_check_of_an_earlier_release_keeps_its_warnings_only():
    assert findings_on_file({"browser": "Firefox 130", "warnings": ["camera"]}) == ()


# --- what operators set ---------------------------------------------------------------------------------------------


def test_an_operator_changes_single_limits():
    limits = limits_from({"down_kbps": 2000, "camera": False, "browsers": {"firefox": 120}}, WATCHED)

    assert limits == replace(WATCHED, down_kbps=2000, camera=False, browsers=(("firefox", 120),))
    assert found("browser", limits, browser="chrome").severity is Severity.UNKNOWN


@pytest.mark.parametrize(
    "changes",
    [
        {"download": 1},
        {"down_kbps": "768"},
        {"down_kbps": True},
        {"down_kbps": -1},
        {"camera": 1},
        {"browsers": ["firefox"]},
        {"browsers": {"netscape": 4}},
        {"browsers": {"firefox": "98"}},
    ],
)
def test_a_limit_that_does_not_exist_or_has_another_type_is_an_error(changes):
    with pytest.raises(ValueError, match=next(iter(changes))):
        limits_from(changes, WATCHED)
