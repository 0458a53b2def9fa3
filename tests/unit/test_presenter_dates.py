"""Dates, times and zones as candidates read them, in their own zone and language."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from proctored_exam_xblock.presenter import dates, zones
from tests.unit import candidates as c
from tests.unit.candidates import tree, words

FRENCH, ENGLISH = dates.locale_for("fr"), dates.locale_for("en")
SPRING, SUMMER = datetime(2017, 3, 2, 15, tzinfo=UTC), datetime(2017, 5, 2, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "moment", "label"),
    [
        ("Europe/Paris", SPRING, "(UTC+01:00) Bruxelles, Copenhague, Madrid, Paris"),
        ("Europe/Paris", SUMMER, "(UTC+02:00) Bruxelles, Copenhague, Madrid, Paris"),
        ("Asia/Kabul", SPRING, "(UTC+04:30) Kaboul"),
        ("America/St_Johns", SPRING, "(UTC-03:30) Saint-Jean de Terre-Neuve"),
        ("America/St_Johns", SUMMER, "(UTC-02:30) Saint-Jean de Terre-Neuve"),
        ("UTC", SPRING, "(UTC+00:00) UTC"),
    ],
)
def test_a_zone_is_told_by_its_cities_and_the_offset_of_that_date(zone, moment, label):
    assert zones.label(zone, moment, FRENCH) == label


def test_the_candidates_own_city_is_always_named():
    for zone in ("Europe/Copenhagen", "America/Toronto", "Africa/Lagos", "Pacific/Auckland"):
        assert zones.city(zone, ENGLISH) in zones.cities(zone, ENGLISH)
        assert len(zones.cities(zone, ENGLISH).split(", ")) <= 4


@pytest.mark.parametrize(
    ("zone", "time"), [("Asia/Kolkata", "jeudi 2 mars 2017, 20:30"), ("America/St_Johns", "jeudi 2 mars 2017, 11:30")]
)
def test_a_candidate_elsewhere_reads_both_clocks(zone, time):
    text = words(tree(replace(c.BOOKED, facts=c.with_zone(c.BOOKED.facts, zone))))
    assert time in text
    assert "À l'heure de l'examen : jeudi 2 mars 2017, 16:00 (UTC+01:00) Bruxelles, Copenhague, Madrid, Paris" in text


def test_a_candidate_whose_clock_agrees_reads_one():
    text = words(tree(replace(c.BOOKED, facts=c.with_zone(c.BOOKED.facts, "Europe/Madrid"))))
    assert "À l'heure de l'examen" not in text


def test_an_unknown_zone_on_file_falls_back_to_the_exams():
    assert "Bruxelles" in words(tree(replace(c.BOOKED, facts=c.with_zone(c.BOOKED.facts, "Mars/Olympus"))))


def test_the_list_of_zones_has_each_once_with_its_offset_that_day():
    listed = [pair for group in zones.choices(ENGLISH, date(2017, 7, 1)) for pair in group.zones]
    assert len(listed) == len({name for name, _ in listed}) > 350
    assert dict(listed)["Asia/Kolkata"] == "Kolkata (UTC+05:30)"
    assert dict(listed)["Europe/Paris"] == "Paris (UTC+02:00)"


def test_the_exams_country_comes_first_and_the_rest_by_name():
    codes = [code for code, _ in zones.countries(FRENCH, "FR")]
    assert codes[:3] == ["FR", "AF", "ZA"]
    assert len(codes) > 240


@pytest.mark.parametrize(
    ("day", "french", "english"),
    [
        (date(2017, 3, 1), "mercredi 1er mars 2017", "Wednesday 1 March 2017"),
        (date(2017, 3, 21), "mardi 21 mars 2017", "Tuesday 21 March 2017"),
    ],
)
def test_days_are_written_as_people_say_them(day, french, english):
    assert (dates.long_day(day, FRENCH), dates.long_day(day, ENGLISH)) == (french, english)


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0:00:00"), (59, "0:00:59"), (1796, "0:29:56"), (6300, "1:45:00"), (36000, "10:00:00")]
)
def test_the_time_remaining_reads_as_a_stopwatch(seconds, text):
    assert dates.stopwatch(seconds) == text


def test_time_left_is_never_shown_shorter_than_it_is():
    end = SPRING + timedelta(milliseconds=200)
    assert dates.whole_seconds(end, SPRING) == 1
    assert dates.whole_seconds(SPRING, end) == 0
