"""Names of time zones: Windows names, held against the vendor's list; none stands in the way of a booking."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import available_timezones

import httpx
import pytest

from proctored_exam_xblock.backends import base
from proctored_exam_xblock.backends.base import SlotQuery
from proctored_exam_xblock.backends.proctoru import ProctorU, windows_zone
from proctored_exam_xblock.backends.proctoru.zones import ZoneNames
from tests.contract.scripted_vendor import CONFIRMED, NOW, Vendor, bad, good, zone_list

Make = Callable[..., Any]
DAY = timedelta(days=1)
IDS = ("Romance Standard Time", "Pakistan Standard Time", "West Asia Standard Time", "GMT Standard Time", "UTC")


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


def vendor_with(**answers: Any) -> Vendor:
    return Vendor(addAdHocProcess=good(CONFIRMED), **answers)


def label(zone: str, *ids: str, now: datetime = NOW) -> str:
    return ZoneNames().label(zone, lambda: ids, now, DAY)


def zones_sent(vendor: Vendor) -> list[object]:
    return [params["time_zone_id"] for endpoint, params in vendor.sent if endpoint == "addAdHocProcess"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Europe/Paris", "Romance Standard Time"),
        ("UTC", "UTC"),
        ("America/Martinique", "SA Western Standard Time"),
        ("Indian/Reunion", "Mauritius Standard Time"),
        ("Europe/Uzhgorod", "FLE Standard Time"),
        ("GMT", "UTC"),
    ],
)
def test_zones_get_their_windows_names(name: str, expected: str) -> None:
    assert windows_zone(name) == expected


def test_every_zone_a_candidate_can_choose_has_a_windows_name() -> None:
    without = set()
    for name in available_timezones():
        try:
            windows_zone(name)
        except base.Misconfigured:
            without.add(name)
    assert without <= {"Factory", "localtime"}


@pytest.mark.parametrize(
    ("zone", "expected"),
    [
        ("Europe/Paris", "Romance Standard Time"),
        ("Asia/Qyzylorda", "Pakistan Standard Time"),  # not in the list: the first that keeps the same time
        ("Europe/Lisbon", "GMT Standard Time"),
        ("Europe/Berlin", "Romance Standard Time"),
        ("Asia/Tokyo", "UTC"),  # nothing in the list keeps that time
        ("Nowhere/Land", "UTC"),
        ("../../etc/passwd", "UTC"),
        ("", "UTC"),
    ],
)
def test_a_zone_that_the_vendor_lacks_gets_one_that_keeps_the_same_time(zone: str, expected: str) -> None:
    assert label(zone, *IDS) == expected


def test_the_same_time_means_the_same_summers() -> None:
    # In winter both are UTC; London alone has a summer.
    assert label("Africa/Abidjan", "GMT Standard Time", "Greenwich Standard Time") == "Greenwich Standard Time"
    assert label("Europe/London", "Greenwich Standard Time", "UTC", now=NOW) in ("Greenwich Standard Time", "UTC")
    assert label("Africa/Abidjan", "GMT Standard Time", "UTC") == "UTC"


def test_a_zone_that_is_another_hour_now_is_never_taken_for_the_same() -> None:
    assert label("Africa/Abidjan", "Azores Standard Time") == "UTC", "the Azores keep that time in summer"


def test_ids_of_the_list_that_nobody_else_knows_do_no_harm() -> None:
    assert label("Asia/Qyzylorda", "Moon Standard Time", "West Asia Standard Time") == "West Asia Standard Time"


def test_the_list_is_read_once_by_get_and_again_when_it_is_old(booking: Make) -> None:
    clock = Clock()
    vendor = vendor_with(getTimeZoneList=zone_list(*IDS))
    client = vendor.client({"zones_seconds": 3600}, clock)
    for minutes in (0, 59):
        clock.now = NOW + timedelta(minutes=minutes)
        client.book(booking())
    assert vendor.endpoints.count("getTimeZoneList") == 1
    clock.now = NOW + timedelta(minutes=60)
    client.book(booking())
    assert vendor.endpoints.count("getTimeZoneList") == 2
    clock.now = NOW - timedelta(days=1)
    client.book(booking())
    assert vendor.endpoints.count("getTimeZoneList") == 3


@pytest.mark.parametrize(
    "answer", [httpx.Response(500), good([{"Id": 7}]), good({}), bad("stale request"), bad("no", code=3)]
)
def test_while_the_list_cannot_be_read_the_windows_name_will_do(booking: Make, answer: object) -> None:
    clock = Clock()
    vendor = vendor_with(getTimeZoneList=[answer, zone_list(*IDS)])
    client = vendor.client(now=clock)
    client.book(booking())
    client.book(booking())
    assert vendor.endpoints == ["getTimeZoneList", "addAdHocProcess", "addAdHocProcess"], "not asked again at once"
    clock.now = NOW + timedelta(minutes=1)
    client.book(booking())
    assert vendor.endpoints[-2:] == ["getTimeZoneList", "addAdHocProcess"]
    assert zones_sent(vendor) == ["Romance Standard Time"] * 3


def test_a_name_that_is_refused_all_the_same_is_replaced_by_utc(booking: Make) -> None:
    vendor = Vendor(
        getTimeZoneList=zone_list(*IDS),
        addAdHocProcess=[bad("TimeZone not found. : Error count 3 of 50"), good(CONFIRMED)],
    )
    client = vendor.client()
    assert client.book(booking()).vendor_ref == "907886515"
    assert zones_sent(vendor) == ["Romance Standard Time", "UTC"]
    client.book(booking())
    assert vendor.endpoints.count("getTimeZoneList") == 2, "the list was out of date"


def test_a_vendor_that_knows_no_zone_at_all_is_for_the_operator(booking: Make) -> None:
    vendor = Vendor(addAdHocProcess=bad("TimeZone not found."))
    with pytest.raises(base.Misconfigured):
        vendor.client().book(booking())
    assert vendor.endpoints == ["addAdHocProcess"] * 2


def test_slots_are_asked_for_in_a_zone_that_is_known() -> None:
    vendor = Vendor(getTimeZoneList=zone_list(*IDS), getScheduleInfoAvailableTimesList=good([]))
    vendor.client().slots(SlotQuery(NOW, NOW + timedelta(hours=1), 30, "Asia/Qyzylorda"))
    assert vendor.sent[-1][1]["time_zone_id"] == "Pakistan Standard Time"


def test_all_clients_of_a_vendor_share_its_list(simulator: Any, time: Any, booking: Make, person: Make) -> None:
    far = person(time_zone="Asia/Qyzylorda")
    ProctorU(simulator.settings(timeout_seconds=20), time).book(booking(person=far))
    simulator.set_fault("down", only="getTimeZoneList")
    ProctorU(simulator.settings(timeout_seconds=20), time).book(
        booking(reservation_id="r-2", person=far, start=NOW + DAY)
    )
    assert simulator.get("").count("(UTC+05:00)") == 2, "not UTC, which stands in for a name that is refused"
