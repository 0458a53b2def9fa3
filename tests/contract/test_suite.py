"""Every proctoring service through one suite; see ``suite.py``."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from proctored_exam_xblock.backends.base import (
    Backend,
    BackendError,
    Capability,
    Misconfigured,
    NotFound,
    Refused,
    SessionState,
    StaleRequest,
    TooEarly,
    Verdict,
    unkept_promises,
)
from tests.contract.benches import KINDS, make
from tests.contract.suite import FAULTS, NOW, Bench

HOUR = timedelta(hours=1)
START = NOW + timedelta(hours=80)
EVER = (NOW - timedelta(days=5), NOW + timedelta(days=15))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Each test runs on the services that declare what it is about, ``needs`` being a mark of the test."""
    if "bench" not in metafunc.fixturenames:
        return
    mark = metafunc.definition.get_closest_marker("needs")
    wanted = set(mark.args) if mark else set()
    able = [slug for slug, kind in KINDS.items() if wanted <= kind.capabilities]
    with_rows = {"edx_proctoring": [pytest.mark.django_db]}
    metafunc.parametrize("bench", [pytest.param(slug, marks=with_rows.get(slug, ())) for slug in able], indirect=True)


@pytest.fixture
def bench(request: pytest.FixtureRequest) -> Bench:
    return make(request.param, request)


def calls(bench: Bench) -> dict[str, Callable[[], object]]:
    """Every method that asks the vendor something, by the capabilities declared."""
    booked = bench.booking()
    able: dict[Capability, dict[str, Callable[[], object]]] = {
        Capability.BOOKING: {
            "book": lambda: bench.backend.book(bench.booking(2, start=START + HOUR)),
            "move": lambda: bench.backend.move(booked, START + 2 * HOUR),
            "cancel": lambda: bench.backend.cancel(booked),
            "reservations": lambda: bench.backend.reservations(*EVER),
        },
        Capability.ROOM: {"launch": lambda: bench.backend.launch(booked)},
        Capability.LIVE_STATUS: {"status": lambda: bench.backend.status(booked)},
        Capability.REVIEW: {"review": lambda: bench.backend.review(booked)},
        Capability.ERASURE: {"erase": lambda: bench.backend.erase(booked)},
    }
    found = {name: call for capability, named in able.items() if bench.can(capability) for name, call in named.items()}
    return {name: call for name, call in found.items() if name not in bench.silent_methods}


# What is declared.


def test_a_service_overrides_what_it_declares(bench: Bench) -> None:
    assert unkept_promises(type(bench.backend)) == ()
    assert bench.backend.slug


def test_nobody_else_can_be_asked(bench: Bench) -> None:
    """What is not declared says no, and does not crash."""
    booked = bench.booking()
    if not bench.can(Capability.ERASURE):
        with pytest.raises(Refused):
            bench.backend.erase(booked)
    if not bench.can(Capability.WEBHOOKS):
        with pytest.raises(BackendError):
            bench.backend.parse_event({}, b"{}")
    if not bench.can(Capability.REVIEW):
        assert bench.backend.review(booked) is None


# Appointments.


@pytest.mark.needs(Capability.BOOKING)
def test_a_booking_is_held_and_listed(bench: Bench) -> None:
    booked = bench.booking()
    confirmation = bench.backend.book(booked)
    assert confirmation.vendor_ref
    assert bench.held() == {booked.reservation_id: booked.start}
    (line,) = bench.backend.reservations(*EVER)
    assert (line.reservation_id, line.vendor_ref) == (booked.reservation_id, confirmation.vendor_ref)
    assert (line.start, line.state) == (booked.start, SessionState.SCHEDULED)
    assert bench.backend.reservations(START + HOUR, START + 2 * HOUR) == ()


@pytest.mark.needs(Capability.BOOKING)
def test_the_same_booking_sent_again_is_the_same_reservation(bench: Bench) -> None:
    booked = bench.booking()
    first = bench.backend.book(booked)
    assert bench.backend.book(booked) == first
    assert bench.backend.book(replace(booked, vendor_ref=first.vendor_ref)) == first
    assert bench.held() == {booked.reservation_id: booked.start}


@pytest.mark.needs(Capability.BOOKING)
def test_two_candidates_have_two_reservations(bench: Bench) -> None:
    one, two = bench.booking(1), bench.booking(2)
    assert bench.backend.book(one) != bench.backend.book(two)
    assert bench.held() == {one.reservation_id: START, two.reservation_id: START}
    assert len(bench.backend.reservations(*EVER)) == 2


@pytest.mark.needs(Capability.BOOKING)
def test_a_move_leaves_one_reservation_at_the_new_start(bench: Bench) -> None:
    booked = bench.booking()
    booked = replace(booked, vendor_ref=bench.backend.book(booked).vendor_ref)
    later = START + 24 * HOUR
    moved = bench.backend.move(booked, later)
    assert bench.held() == {booked.reservation_id: later}
    again = bench.backend.move(replace(booked, vendor_ref=moved.vendor_ref), later)
    assert bench.held() == {booked.reservation_id: later}
    (line,) = bench.backend.reservations(*EVER)
    assert (line.vendor_ref, line.start) == (again.vendor_ref, later)


@pytest.mark.needs(Capability.BOOKING)
def test_a_move_is_done_without_the_vendors_number(bench: Bench) -> None:
    """The booking's answer was lost and the candidate moves it all the same."""
    booked = bench.booking()
    bench.backend.book(booked)
    bench.backend.move(booked, START + HOUR)
    assert bench.held() == {booked.reservation_id: START + HOUR}


@pytest.mark.needs(Capability.BOOKING)
def test_cancelling_is_done_once_and_harmless_ever_after(bench: Bench) -> None:
    booked, stranger = bench.booking(1), bench.booking(2)
    booked = replace(booked, vendor_ref=bench.backend.book(booked).vendor_ref)
    bench.backend.cancel(booked)
    assert bench.held() == {}
    for known in (booked, stranger):
        with contextlib.suppress(NotFound):  # as good as done, says the queue
            bench.backend.cancel(known)
    assert all(line.state is not SessionState.SCHEDULED for line in bench.backend.reservations(*EVER))


@pytest.mark.needs(Capability.BOOKING)
def test_who_cancelled_may_book_anew(bench: Bench) -> None:
    """Another appointment of the same person has another id of ours."""
    first = bench.booking()
    first = replace(first, vendor_ref=bench.backend.book(first).vendor_ref)
    bench.backend.cancel(first)
    second = replace(bench.booking(), reservation_id="f" * 32, start=START + HOUR)
    bench.backend.book(second)
    assert bench.held() == {second.reservation_id: START + HOUR}


@pytest.mark.needs(Capability.BOOKING)
def test_a_lost_booking_is_not_listed_and_can_be_made_again(bench: Bench) -> None:
    booked = bench.booking()
    booked = replace(booked, vendor_ref=bench.backend.book(booked).vendor_ref)
    bench.forget(booked.reservation_id)
    assert bench.held() == {}
    assert bench.backend.reservations(*EVER) == ()
    assert bench.backend.book(booked).vendor_ref
    assert bench.held() == {booked.reservation_id: START}


# Failures.


@pytest.mark.needs(Capability.ROOM)
@pytest.mark.parametrize("mode", FAULTS)
def test_each_fault_of_the_vendor_is_unavailability_and_passes(bench: Bench, mode: str) -> None:
    assert calls(bench)
    if bench.can(Capability.BOOKING):
        bench.backend.book(bench.booking())
    bench.go(START)
    for name, call in calls(bench).items():
        bench.fault(mode)
        with pytest.raises(BackendError) as caught:
            call()
        assert caught.value.code == "unavailable", name
        bench.fault("ok")


@pytest.mark.needs(Capability.BOOKING)
@pytest.mark.parametrize("mode", ["lossy", "garbage", "truncated", "wrong_types"])
def test_a_lost_answer_neither_loses_nor_doubles_a_booking(bench: Bench, mode: str) -> None:
    booked = bench.booking()
    bench.fault(mode)
    with pytest.raises(BackendError):
        bench.backend.book(booked)
    bench.fault("ok")
    booked = replace(booked, vendor_ref=bench.backend.book(booked).vendor_ref)
    assert bench.held() == {booked.reservation_id: START}

    bench.fault(mode)
    with pytest.raises(BackendError):
        bench.backend.move(booked, START + HOUR)
    bench.fault("ok")
    booked = replace(booked, vendor_ref=bench.backend.move(booked, START + HOUR).vendor_ref)
    assert bench.held() == {booked.reservation_id: START + HOUR}

    bench.fault(mode)
    with contextlib.suppress(BackendError):  # an answer that says nothing but "done" has little to be wrong in
        bench.backend.cancel(booked)
    bench.fault("ok")
    bench.backend.cancel(booked)
    assert bench.held() == {}


@pytest.mark.needs(Capability.ROOM)
def test_nothing_of_an_exchange_is_logged_or_raised(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    if bench.can(Capability.BOOKING):
        bench.backend.book(bench.booking())
    told = []
    for mode in ("ok", *FAULTS):
        for call in calls(bench).values():
            bench.fault(mode)
            try:
                call()
            except BackendError as error:
                told += [str(error), repr(error), repr(error.__cause__), repr(error.__context__)]
    bench.fault("ok")
    written = "\n".join([caplog.text, *told])
    assert not [secret for secret in (*bench.secrets, "BCDEFGHJ", "canari1@example.org") if secret in written]


# The room.


@pytest.mark.needs(Capability.ROOM)
def test_the_room_opens_at_its_time_and_again(bench: Bench) -> None:
    booked = bench.booking()
    if bench.can(Capability.BOOKING):
        with pytest.raises(Refused):
            bench.backend.launch(booked)  # there is no such reservation yet
        booked = replace(booked, vendor_ref=bench.backend.book(booked).vendor_ref)
        if bench.minds_the_hour:
            with pytest.raises(TooEarly):
                bench.backend.launch(booked)
    bench.go(START)
    for _ in range(2):
        assert bench.backend.launch(booked).url.startswith(("http://", "https://"))


@pytest.mark.needs(Capability.LIVE_STATUS)
def test_only_the_proctor_opens_the_exam(bench: Bench) -> None:
    booked, status = bench.booking(), bench.backend.status
    assert status(booked).state in (SessionState.UNKNOWN, SessionState.SCHEDULED)
    if bench.can(Capability.BOOKING):
        booked = replace(booked, vendor_ref=bench.backend.book(booked).vendor_ref)
        assert status(booked).state is SessionState.SCHEDULED
    bench.go(START)
    bench.backend.launch(booked)
    assert status(booked).state is not SessionState.OPEN
    bench.arrive(booked)
    assert status(booked).state is SessionState.WAITING
    bench.open(booked)
    assert status(booked).state is SessionState.OPEN
    bench.end(booked)
    assert status(booked).state is SessionState.ENDED


@pytest.mark.needs(Capability.REVIEW)
@pytest.mark.parametrize("fraud", [False, True])
def test_a_review_comes_after_the_exam(bench: Bench, fraud: bool) -> None:
    booked = bench.booking()
    if bench.can(Capability.BOOKING):
        booked = replace(booked, vendor_ref=bench.backend.book(booked).vendor_ref)
    assert bench.backend.review(booked) is None
    bench.go(START)
    bench.backend.launch(booked)
    bench.arrive(booked)
    bench.open(booked)
    bench.go(START + HOUR)
    bench.end(booked)
    bench.judge(booked, fraud=fraud)
    found = bench.backend.review(booked)
    assert found is not None
    assert (found.verdict is Verdict.CLEAR) is not fraud
    assert found.verdict is not Verdict.PENDING


@pytest.mark.needs(Capability.ERASURE)
def test_evidence_is_erased_once_and_harmless_ever_after(bench: Bench) -> None:
    booked = bench.booking()
    if bench.can(Capability.BOOKING):
        booked = replace(booked, vendor_ref=bench.backend.book(booked).vendor_ref)
    bench.go(START)
    bench.backend.launch(booked)
    bench.arrive(booked)
    bench.open(booked)
    bench.end(booked)
    for _ in range(2):
        bench.backend.erase(booked)
    assert bench.held() == {}


def test_a_wrong_key_is_the_operators_matter(bench: Bench) -> None:
    """Not an outage to sit out, and no refusal to tell the candidate about."""
    stranger: Backend | None = bench.with_wrong_key()
    if stranger is None:
        assert not stranger_needs_key(bench)
        return
    with pytest.raises((Misconfigured, StaleRequest)):
        stranger.status(bench.booking()) if bench.can(Capability.LIVE_STATUS) else stranger.reservations(*EVER)


def stranger_needs_key(bench: Bench) -> bool:
    """A service with credentials has a bench that can get them wrong."""
    return any("key" in name or "token" in name or "secret" in name for name in bench.backend.required_settings)
