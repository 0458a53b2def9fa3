"""A policy survives its JSON form, and every rule between its fields is checked with the field's name."""

import json
from datetime import UTC, date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proctored_exam_xblock.domain.errors import InvalidPolicy
from proctored_exam_xblock.domain.policy import ExamPolicy, Expiry, Release, Unlock, validate
from proctored_exam_xblock.domain.policy_json import policy_from_json, policy_to_json

EVERYTHING = ExamPolicy(
    title="Examen",
    backend="proctoru",
    unlock=Unlock.APPOINTMENT_CODE,
    enrolment_modes=("verified", "honor"),
    appointments=False,
    first_day=date(2027, 1, 4),
    last_day=date(2027, 1, 8),
    opens_at=time(8, 30),
    closes_at=time(20, 15),
    time_zone="America/St_Johns",
    closed_weekdays=(1, 3, 7),
    excluded_dates=(date(2027, 1, 6),),
    expiry=Expiry.DISCARD,
    release=Release.ON_DATE,
    release_at=datetime(2027, 2, 1, 9, tzinfo=UTC),
    help_phones=("08 00 90 27 92",),
    forbidden=(),
)


@pytest.mark.parametrize("policy", [ExamPolicy(), EVERYTHING], ids=["defaults", "everything"])
def test_a_policy_survives_its_json_text(policy):
    assert policy_from_json(json.loads(json.dumps(policy_to_json(policy)))) == policy


def test_absent_names_keep_their_defaults():
    assert policy_from_json({"duration_minutes": 45}) == ExamPolicy(duration_minutes=45)


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("duration_minutes", 0, "out_of_range"),
        ("duration_minutes", 1441, "out_of_range"),
        ("lead_time_hours", -1, "out_of_range"),
        ("slot_step_minutes", 0, "out_of_range"),
        ("seats_per_slot", 0, "out_of_range"),
        ("max_moves", -1, "out_of_range"),
        ("launch_lead_minutes", -1, "out_of_range"),
        ("missed_after_minutes", 0, "out_of_range"),
        ("unlock_valid_minutes", 0, "out_of_range"),
        ("network_grace_seconds", 61, "out_of_range"),
        ("silent_window_seconds", 4, "out_of_range"),
        ("pass_percent", 101, "out_of_range"),
        ("closed_weekdays", [0], "out_of_range"),
        ("closed_weekdays", [8], "out_of_range"),
        ("first_day", "0001-01-01", "out_of_range"),
        ("last_day", "9999-12-31", "out_of_range"),
        ("last_day", "2017-02-28", "before_start"),
        ("last_day", "2018-12-31", "too_long_window"),
        ("certification_prefix", "CARTOPRO-2027", "too_long"),
        ("terms_version", "1" * 33, "too_long"),
        ("time_zone", "Factory", "unknown_zone"),
        ("time_zone", "localtime", "unknown_zone"),
        ("time_zone", "Europe/Lyon", "unknown_zone"),
        ("time_zone", "../../etc/passwd", "unknown_zone"),
        ("closes_at", "15:29", "shorter_than_exam"),
        ("closes_at", "14:00", "shorter_than_exam"),
        ("enrolment_modes", [], "empty"),
        ("title", "   ", "empty"),
        ("release", "on_date", "empty"),
    ],
)
def test_each_rule_is_checked_and_names_the_field(field, value, reason):
    with pytest.raises(InvalidPolicy) as refusal:
        policy_from_json({field: value})

    assert refusal.value.field == ("release_at" if field == "release" else field)
    assert refusal.value.params["reason"] == reason


BOUNDS = {
    "lead_time_hours": (0, 1440),
    "slot_step_minutes": (1, 1440),
    "seats_per_slot": (1, 100_000),
    "duration_minutes": (1, 1440),
    "max_moves": (0, 1000),
    "launch_lead_minutes": (0, 1440),
    "missed_after_minutes": (1, 1440),
    "unlock_valid_minutes": (1, 1440),
    "network_grace_seconds": (0, 60),
    "silent_window_seconds": (5, 3600),
    "pass_percent": (0, 100),
}


@pytest.mark.parametrize("name", BOUNDS)
def test_a_number_may_be_as_low_and_as_high_as_its_bounds_and_no_further(name):
    low, high = BOUNDS[name]
    for allowed in (low, high):
        assert getattr(policy_from_json({name: allowed, "appointments": False}), name) == allowed
    for refused in (low - 1, high + 1):
        with pytest.raises(InvalidPolicy) as refusal:
            policy_from_json({name: refused, "appointments": False})
        assert (refusal.value.params["low"], refusal.value.params["high"]) == (low, high)


def test_a_window_lasts_from_one_day_to_400_more():
    assert policy_from_json({"first_day": "2017-03-01", "last_day": "2017-03-01"})
    assert policy_from_json({"first_day": "2017-03-01", "last_day": "2018-04-05"})
    with pytest.raises(InvalidPolicy):
        policy_from_json({"first_day": "2017-03-01", "last_day": "2018-04-06"})


def test_opening_hours_may_be_just_as_long_as_the_exam():
    assert policy_from_json({"closes_at": "15:30"})


def test_a_year_too_far_is_refused_before_a_date_overflows():
    with pytest.raises(InvalidPolicy) as refusal:
        policy_from_json({"first_day": "9999-12-01", "last_day": "9999-12-31", "time_zone": "America/St_Johns"})

    assert (refusal.value.field, refusal.value.params["reason"]) == ("first_day", "out_of_range")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", 3),
        ("duration_minutes", "30"),
        ("duration_minutes", True),
        ("duration_minutes", 30.0),
        ("appointments", "yes"),
        ("appointments", 1),
        ("first_day", "1 March"),
        ("first_day", 20170301),
        ("opens_at", "25:00"),
        ("opens_at", "15:00+01:00"),
        ("opens_at", None),
        ("unlock", "magic"),
        ("expiry", None),
        ("release_at", "2027-02-01T09:00:00"),
        ("release_at", 5),
        ("closed_weekdays", "3"),
        ("closed_weekdays", ["3"]),
        ("closed_weekdays", [True]),
        ("excluded_dates", ["soon"]),
        ("excluded_dates", {"2017-03-02": 1}),
        ("help_phones", "0800"),
        ("help_phones", [800]),
    ],
)
def test_a_value_of_the_wrong_type_is_refused_by_name(field, value):
    with pytest.raises(InvalidPolicy) as refusal:
        policy_from_json({field: value})

    assert (refusal.value.field, refusal.value.params["reason"]) == (field, "wrong_type")


def test_an_unknown_name_is_refused_rather_than_forgotten():
    with pytest.raises(InvalidPolicy) as refusal:
        policy_from_json({"duraton_minutes": 30})

    assert (refusal.value.field, refusal.value.params["reason"]) == ("duraton_minutes", "unknown_name")


@pytest.mark.parametrize("data", [None, [], "policy", 3])
def test_what_is_not_a_mapping_is_refused(data):
    with pytest.raises(InvalidPolicy) as refusal:
        policy_from_json(data)

    assert refusal.value.params["reason"] == "not_a_mapping"


def test_hours_without_appointments_may_be_shorter_than_the_exam():
    assert validate(ExamPolicy(appointments=False, opens_at=time(9), closes_at=time(9, 5)))


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12) | st.dates().map(str),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from(sorted(policy_to_json(ExamPolicy()))), JUNK, max_size=4))
def test_junk_gives_a_valid_policy_or_the_typed_refusal(data):
    try:
        policy = policy_from_json(data)
    except InvalidPolicy:
        return
    assert policy_from_json(policy_to_json(policy)) == policy
