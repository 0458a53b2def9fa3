"""The proctor's code: readable on any keyboard, stable for one appointment, slow to guess (R-FUN-13, R-X-8)."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proctored_exam_xblock.domain import gate


@given(st.text(min_size=1, max_size=30), st.text(max_size=30))
def test_a_code_is_eight_letters_that_no_keyboard_moves_and_no_eye_mistakes(key, reference):
    code = gate.derive(key, reference)

    assert len(code) == 8
    assert not set(code) & set("AQZWMILO0123456789")
    assert code.isupper()


def test_a_code_is_stable_and_depends_on_key_and_appointment():
    code = gate.derive("key", "reservation-1")

    assert gate.derive("key", "reservation-1") == code
    assert gate.derive("key", "reservation-2") != code
    assert gate.derive("other", "reservation-1") != code


def test_a_session_has_its_own_code_whatever_zone_its_start_is_written_in():
    paris = datetime(2027, 3, 5, 16, 0, tzinfo=ZoneInfo("Europe/Paris"))
    reference = gate.session_reference("exam-1", paris)

    assert reference == gate.session_reference("exam-1", paris.astimezone(UTC))
    assert reference != gate.session_reference("exam-2", paris)
    assert reference != gate.session_reference("exam-1", paris + timedelta(minutes=15))
    assert gate.derive("key", reference, gate.SESSION) != gate.derive("key", reference, gate.APPOINTMENT)


def test_codes_spread_over_the_whole_alphabet():
    letters = {letter for number in range(100) for letter in gate.derive("key", str(number))}

    assert letters == set(gate.ALPHABET)


@pytest.mark.parametrize("typed", ["BCDEFGHJ", "bcdefghj", " bcde fghj\n"])
def test_case_and_blanks_do_not_count(typed):
    assert gate.matches("BCDEFGHJ", typed)


@pytest.mark.parametrize(
    "typed", ["", "BCDEFGH", "BCDEFGHK", "BCDEFGHJJ", "ⒷCDEFGHJ", "\ud800", "ＢCDEFGHJ"], ids=ascii
)
def test_anything_else_is_wrong(typed):
    assert not gate.matches("BCDEFGHJ", typed)


def test_five_tries_are_free_then_the_pauses_double_up_to_a_quarter_of_an_hour():
    assert [gate.pause_after(tries) // timedelta(minutes=1) for tries in range(12)] == [0] * 5 + [
        1,
        2,
        4,
        8,
        15,
        15,
        15,
    ]
    assert gate.pause_after(10**6) == timedelta(minutes=15)


def test_the_name_of_a_key_gives_neither_the_key_nor_a_code():
    assert "secret" not in gate.key_id("secret")
    assert gate.key_id("secret") == gate.key_id("secret") != gate.key_id("secret2")
