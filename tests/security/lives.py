"""How a candidate comes into each phase, by deeds over the use-cases; the clock stands where the phase is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from demo.models import Enrolment
from proctored_exam_xblock.services import interventions, review, sitting
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
