"""What a vendor says, heard by many at once: one look, one unlock, one opinion, one event, and no verdict lost."""

from __future__ import annotations

from functools import partial

from submissions import api as submissions_api

from proctored_exam_xblock.backends import registry
from proctored_exam_xblock.backends.base import EventKind, Review, SessionState, VendorEvent, Verdict
from proctored_exam_xblock.models import VendorReview, WebhookEvent
from proctored_exam_xblock.services import decisions, entry, events, evidence, review, rooms, sitting
from proctored_exam_xblock.services.dossier import Caller
from tests.concurrency.crowd import at_once, in_between, tally, trail
from tests.world import COURSE, NONCE, USAGE, World

TABS = 6


def in_room(exam: World) -> Caller:
    exam.publish(backend="live", unlock="none")
    alex = exam.person()
    exam.enter_room(alex)
    exam.ledger.room = SessionState.OPEN
    return alex


def sat(exam: World) -> Caller:
    alex = in_room(exam)
    rooms.look(exam.candidacy(alex).pk, exam.clock())
    exam.windows[alex.user_id or 0] = sitting.start(alex, NONCE, exam.clock())[1]
    sitting.finish(exam.with_window(alex), {}, exam.clock())
    return alex


def test_tabs_workers_and_webhooks_open_once(exam: World) -> None:
    alex = in_room(exam)
    exam.ledger.calls.clear()
    tab = lambda: rooms.refreshed(entry.load(alex, exam.clock()))  # noqa: E731
    assert tally(at_once([tab] * TABS + [partial(rooms.look_all, exam.clock())])) == {"ok": TABS + 1}
    assert exam.ledger.calls.count("status") == 1
    again = [partial(rooms.look, exam.candidacy(alex).pk, exam.clock())] * TABS
    assert tally(at_once(again)) == {"ok": TABS}
    assert trail(exam.candidacy(alex)).count("unlocked") == 1


def test_the_same_call_many_times_at_once_is_kept_once(exam: World) -> None:
    in_room(exam)
    event = VendorEvent("k1", EventKind.SESSION)
    kept = at_once([partial(events.receive, registry.get("live"), event, exam.clock())] * TABS)
    assert (sorted(kept), WebhookEvent.objects.count()) == ([False] * (TABS - 1) + [True], 1)


def test_an_event_is_handled_by_one_worker(exam: World) -> None:
    alex = in_room(exam)
    row = exam.appointment(alex)
    told = VendorEvent("k1", EventKind.SESSION, row.reservation_id)
    events.receive(registry.get("live"), told, exam.clock())
    exam.ledger.calls.clear()
    assert sum(at_once([partial(events.handle_all, exam.clock())] * 4)) == 1
    assert exam.ledger.calls.count("status") == 1


def test_an_opinion_heard_twice_at_once_is_one(exam: World) -> None:
    alex = sat(exam)
    exam.ledger.opinion = Review(Verdict.CLEAR, ("face",))
    assert tally(at_once([partial(rooms.look, exam.candidacy(alex).pk, exam.clock())] * 4)) == {"ok": 4}
    assert VendorReview.objects.count() == 1
    assert trail(exam.candidacy(alex)).count("review_changed") == 1
    assert points(exam, alex) is None


def points(exam: World, caller: Caller) -> tuple[int, int] | None:
    score = submissions_api.get_scores(COURSE, exam.candidacy(caller).anonymous_id).get(USAGE)
    return (score["points_earned"], score["points_possible"]) if score else None


def test_a_grade_that_is_just_being_sent_is_taken_back_by_the_decision(exam: World, monkeypatch) -> None:
    """Whichever comes first, an invalidated sitting has no grade."""
    alex = sat(exam)
    attempt = exam.attempt(alex)
    attempt.score_sent_at = None
    attempt.save()
    invalidate = partial(decisions.decide, attempt.pk, "invalidate", "staff:7", "a second person", exam.clock())
    with in_between(monkeypatch, submissions_api, "set_score", invalidate) as others:
        review.publish_grade(attempt.pk, exam.clock())
    assert others[0].outcome is None
    assert (exam.attempt(alex).review, points(exam, alex)) == ("invalidated", None)


def test_evidence_is_erased_once(exam: World) -> None:
    alex = sat(exam)
    exam.minutes(42 * 24 * 60)
    at_once([partial(evidence.erase_due, exam.clock())] * 4)
    assert trail(exam.candidacy(alex)).count("evidence_erased") == 1
    exam.drain()
    assert exam.ledger.erased == [exam.appointment(alex).reservation_id]
