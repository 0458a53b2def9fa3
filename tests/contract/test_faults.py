"""Scripted faults of a simulator: which call is hit, what is done and what is answered; the same again each time."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator

import pytest

from proctored_exam_xblock.simulators.clock import Clock, parse_instant
from proctored_exam_xblock.simulators.faults import FAULT_NAMES, Fault, Faults, Mode, disguised, parse_fault
from proctored_exam_xblock.simulators.web import Dropped, Response, json_response

ANSWER = {"code": 1, "message": "", "data": [{"number": 7, "name": "r-1", "done": False, "note": None}], "rows": []}


class Service:
    """Counts what was done."""

    def __init__(self, fault: Fault) -> None:
        self.faults = Faults()
        self.faults.set(fault)
        self.done = 0
        self.performed = threading.Event()

    def perform(self) -> Response:
        self.done += 1
        self.performed.set()
        return json_response(ANSWER)

    def call(self, endpoint: str = "book") -> Response | None:
        """None when the connection was dropped."""
        try:
            return self.faults.apply(endpoint, self.perform)
        except Dropped:
            return None

    def hits(self, calls: int) -> list[bool]:
        return [getattr(self.call(), "status", 0) != 200 for _ in range(calls)]


def test_each_nth_call_is_hit() -> None:
    assert Service(Fault(Mode.DOWN, every=3)).hits(7) == [False, False, True, False, False, True, False]


def test_a_share_is_drawn_the_same_way_from_the_same_seed() -> None:
    first, again, other = (Service(Fault(Mode.DOWN, share=0.1, seed=seed)).hits(1000) for seed in (4, 4, 5))
    assert first == again != other
    assert 70 < sum(first) < 130


@pytest.mark.parametrize(("share", "hit"), [(0.0, False), (1.0, True)])
def test_none_or_all_can_be_hit(share: float, hit: bool) -> None:
    assert Service(Fault(Mode.DOWN, share=share)).hits(50) == [hit] * 50


def test_calls_of_other_endpoints_do_not_count() -> None:
    service = Service(Fault(Mode.DOWN, only="Book", every=2))
    answers = [service.call(name) for name in ("list", "book", "list", "book")]
    assert [answer.status for answer in answers if answer] == [200, 200, 200, 500]


def test_truncated_json_is_cut_each_time_and_done() -> None:
    service = Service(Fault(Mode.TRUNCATED))
    for _ in range(3):
        answer = service.call()
        assert answer is not None
        assert answer.status == 200
        with pytest.raises(json.JSONDecodeError):
            json.loads(answer.content)
    assert service.done == 3


@pytest.fixture
def silent() -> Iterator[Service]:
    service = Service(Fault(Mode.TIMEOUT))
    yield service
    service.faults.set(Fault())


def test_silence_lasts_until_the_fault_is_replaced_and_every_other_request_is_done(silent: Service) -> None:
    answers: list[Response | None] = []
    asking = [threading.Thread(target=lambda: answers.append(silent.call())) for _ in range(2)]
    for thread in asking:
        thread.start()
    assert silent.performed.wait(10)
    asking[0].join(0.05)
    assert answers == []
    silent.faults.set(Fault())
    for thread in asking:
        thread.join(10)
    assert answers == [None, None]
    assert silent.done == 1
    answer = silent.call()
    assert answer is not None
    assert answer.status == 200


def test_wrong_types_are_valid_json_of_four_other_shapes() -> None:
    service = Service(Fault(Mode.WRONG_TYPES))
    shapes = [json.loads(answer.content) for answer in (service.call() for _ in range(5)) if answer]
    disguised_rows = [{"number": [7], "name": 3, "done": "perhaps", "note": 0}]
    assert shapes[0] == {"code": 1, "message": "", "data": disguised_rows, "rows": {}}
    assert shapes[1] == {"code": [1], "message": 0, "data": disguised_rows, "rows": {}}
    assert shapes[2] == [ANSWER]
    assert shapes[3] is None
    assert shapes[4] == shapes[0]
    assert service.done == 5


def test_a_list_is_disguised_too() -> None:
    assert disguised([{"id": 1}], 0) == [{"id": [1]}]


def test_faults_are_read_from_json_and_from_forms() -> None:
    asked = {"mode": "timeout", "seconds": "2", "only": "x", "every": "3", "share": "0.5", "seed": "9"}
    assert parse_fault(asked) == Fault(Mode.TIMEOUT, 2.0, "x", 3, 0.5, 9)
    assert parse_fault({"mode": "down"}) == Fault(Mode.DOWN)


@pytest.mark.parametrize(
    "wrong",
    [{"mode": "angry"}, {"every": 0}, {"every": "often"}, {"share": 1.1}, {"share": "nan"}, {"seconds": 121}],
)
def test_faults_that_make_no_sense_are_not_read(wrong: dict[str, object]) -> None:
    assert parse_fault({"mode": "down", **wrong}) is None


def test_every_mode_has_words_for_the_page() -> None:
    assert set(FAULT_NAMES) == set(Mode)


def test_a_clock_put_wrong_stays_wrong_when_it_is_set() -> None:
    moment = parse_instant("2027-03-01T09:00:00Z")
    assert moment is not None
    clock = Clock()
    clock.skew = 1200
    clock.set(moment, stopped=True)
    assert (clock.now() - moment).total_seconds() == clock.skew == 1200
    clock.skew = 0
    assert clock.now() == moment
