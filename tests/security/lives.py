"""How a candidate comes into each phase, by deeds over the use-cases; the clock stands where the phase is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from demo.models import Enrolment
from proctored_exam_xblock.services import decisions, interventions, review, sitting
from proctored_exam_xblock.services.dossier import Caller
from tests.campus import Campus
from tests.world import NONCE, SLOT

STAFF = ("staff:1", "a reason")


def onboarding(campus: Campus, alex: Caller) -> None:
    campus.world.load(alex)


def not_eligible(campus: Campus, alex: Caller) -> None:
    booked(campus, alex)
    Enrolment.objects.filter(user_id=alex.user_id).update(is_active=False)


def booking(campus: Campus, alex: Caller) -> None:
    campus.world.onboard(alex)


def booked(campus: Campus, alex: Caller) -> None:
    campus.world.book(alex)


def available(campus: Campus, alex: Caller) -> None:
    campus.world.book(alex)
    campus.world.clock.present = SLOT


def room(campus: Campus, alex: Caller) -> None:
    campus.world.enter_room(alex)


def unlocked(campus: Campus, alex: Caller) -> None:
    campus.world.unlock(alex)


def at_work(campus: Campus, alex: Caller) -> None:
    campus.world.sit(alex)


def paused(campus: Campus, alex: Caller) -> None:
    at_work(campus, alex)
    interventions.pause(campus.world.candidacy(alex).pk, *STAFF, campus.world.clock())


def submitted(campus: Campus, alex: Caller) -> None:
    at_work(campus, alex)
    sitting.finish(campus.world.with_window(alex), {}, campus.world.clock())


def expired(campus: Campus, alex: Caller) -> None:
    at_work(campus, alex)
    campus.world.minutes(31)


def result(campus: Campus, alex: Caller) -> None:
    campus.publish(show_result_in_exam=True)
    submitted(campus, alex)
    review.release_due(campus.world.clock())


def invalidated(campus: Campus, alex: Caller) -> None:
    submitted(campus, alex)
    attempt = campus.world.attempt(alex)
    attempt.review, attempt.review_reason = "invalidated", "no photo"
    attempt.save()


def interrupted(campus: Campus, alex: Caller) -> None:
    at_work(campus, alex)
    interventions.interrupt(campus.world.candidacy(alex).pk, *STAFF, campus.world.clock())


def missed(campus: Campus, alex: Caller) -> None:
    booked(campus, alex)
    campus.world.clock.present = SLOT + timedelta(hours=2)


def closed(campus: Campus, alex: Caller) -> None:
    booking(campus, alex)
    campus.world.clock.present = SLOT + timedelta(days=30)


LIVES: dict[str, Callable[[Campus, Caller], None]] = {
    "not_eligible": not_eligible,
    "onboarding": onboarding,
    "booking": booking,
    "booked": booked,
    "available": available,
    "room": room,
    "unlocked": unlocked,
    "sitting": at_work,
    "paused": paused,
    "submitted": submitted,
    "expired": expired,
    "result": result,
    "invalidated": invalidated,
    "interrupted": interrupted,
    "missed": missed,
    "closed": closed,
}
"""``expired`` has the phase ``submitted``: the clock ended it."""


def _practise(campus: Campus, alex: Caller, *deeds: str) -> None:
    """The same door as everybody's, without a vendor: ``deeds`` from the appointment on."""
    world = campus.world
    world.book(alex)
    world.clock.present = SLOT
    if "enter" in deeds:
        sitting.enter(alex, world.clock())
    if "sit" in deeds:
        sitting.unlock(alex, world.code(alex), "", world.clock())
        world.windows[alex.user_id or 0] = sitting.start(alex, NONCE, world.clock())[1]
    if "finish" in deeds:
        sitting.finish(world.with_window(alex), {}, world.clock())


PRACTICE: dict[str, Callable[[Campus, Caller], None]] = {
    "booking": booking,
    "room": lambda campus, alex: _practise(campus, alex, "enter"),
    "sitting": lambda campus, alex: _practise(campus, alex, "enter", "sit"),
    "submitted": lambda campus, alex: _practise(campus, alex, "enter", "sit", "finish"),
    "missed": missed,
}
"""The phases of a practice exam that say whether it may be begun again."""


WINDOW_OVER = datetime(2017, 3, 14, 20, tzinfo=SLOT.tzinfo)
_ALL = ["answers", "correctness", "explanations", "part_scores"]


def _looks_back(campus: Campus, alex: Caller, *deeds: str, **rules: Any) -> None:
    """Part 1 verified and the exam ended, all options on; then ``deeds`` of staff and, at last, of the clock."""
    world = campus.world
    campus.publish(**{"review_after": ["answers"], "review_released": _ALL, "release": "manual", **rules})
    at_work(campus, alex)
    sitting.submit_part(world.with_window(alex), 1, 1, world.answers(1), world.clock())
    if "interrupt" in deeds:
        interventions.interrupt(world.candidacy(alex).pk, *STAFF, world.clock())
    else:
        sitting.finish(world.with_window(alex), {}, world.clock())
    for deed in deeds:
        if deed == "release":
            review.release(world.attempt(alex).pk, world.clock(), STAFF[0])
            review.release_due(world.clock())
        elif deed in decisions.VERDICTS:
            decisions.decide(world.attempt(alex).pk, deed, *STAFF, world.clock())
        elif deed == "second":
            interventions.grant_second_appointment(world.candidacy(alex).pk, *STAFF, world.clock())
    if "over" in deeds:
        world.clock.present = WINDOW_OVER


def _out(*deeds: str, **rules: Any) -> Callable[[Campus, Caller], None]:
    return lambda campus, alex: _looks_back(campus, alex, *deeds, **rules)


LOOKING_BACK: dict[str, Callable[[Campus, Caller], None]] = {
    "not released": _out("over"),
    "not released, nothing after": _out("over", review_after=[]),
    "released, window open": _out("release"),
    "released, window over": _out("release", "over"),
    "released, need not wait": _out("release", keys_wait_for_window=False),
    "released, own answers only": _out("release", "over", review_released=["answers"]),
    "released, result shown": _out("release", "over", show_result_in_exam=True),
    "held by a review": _out("reopen", "release", "over"),
    "invalidated": _out("release", "invalidate", "over"),
    "reopened after that": _out("release", "invalidate", "reopen", "over"),
    "validated after that": _out("release", "invalidate", "validate", "over"),
    "interrupted": _out("interrupt", "over"),
    "given up for a second appointment": _out("release", "second"),
}
"""Ends of an exam by what its candidate may see of it afterwards."""
