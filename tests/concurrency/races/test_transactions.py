"""Whose lock holds up whom, and use-cases inside a request's own transaction."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest
from django.db import transaction
from submissions.models import Score

from proctored_exam_xblock.domain.errors import SlotFull
from proctored_exam_xblock.models import Exam, ExamVersion
from proctored_exam_xblock.services import booking, drafts, entry, sitting
from tests.concurrency.crowd import Deed, at_once, meanwhile, tally, trail
from tests.world import NONCE, OTHER_SLOT, SLOT, USAGE, World

LOCK_WAIT_SECONDS = 2


def test_one_candidate_s_transaction_holds_up_nobody_else(exam: World) -> None:
    alex, robin, kim = exam.person(), exam.person("robin"), exam.person("kim")
    exam.sit(alex)
    exam.clock.present = exam.clock.present.replace(month=2, day=20)
    exam.onboard(kim)
    exam.sit(robin)
    now, holder = exam.clock(), exam.with_window(robin)
    deeds: list[Deed] = [
        partial(drafts.save_draft, holder, 1, 1, exam.answers(1), now),
        partial(sitting.submit_part, holder, 1, 2, exam.answers(1), now),
        partial(sitting.finish, holder, {}, now),
        partial(booking.book, kim, OTHER_SLOT, now - timedelta(days=5)),
        partial(entry.close_all, now),
    ]
    with entry.locked(alex, now) as dossier:
        dossier.own.save(update_fields=["language"])
        outcomes = [meanwhile(deed, LOCK_WAIT_SECONDS).outcome for deed in deeds]
    assert tally(outcomes) == {"ok": len(deeds)}


def in_a_request(deed: Deed) -> Deed:
    """As a host with ATOMIC_REQUESTS calls it."""

    def wrapped() -> object:
        with transaction.atomic():
            return deed()

    return wrapped


def test_the_whole_path_inside_outer_transactions(exam: World) -> None:
    alex, now = exam.person(), exam.clock
    with transaction.atomic():
        exam.onboard(alex)
    with transaction.atomic():
        booking.book(alex, SLOT, now())
        assert exam.ledger.calls == [], "no vendor hears of what may still be rolled back"
    assert exam.appointment(alex).state == "confirmed"
    now.present = SLOT
    with transaction.atomic():
        exam_room(exam, alex)
    with transaction.atomic():
        sitting.unlock(alex, exam.code(alex), "", now())
    with transaction.atomic():
        _, token = sitting.start(alex, NONCE, now())
    exam.windows[alex.user_id or 0] = token
    holder = exam.with_window(alex)
    with transaction.atomic():
        drafts.save_draft(holder, 1, 1, exam.answers(1), now())
        sitting.submit_part(holder, 1, 2, exam.answers(1), now())
    exam.minutes(31)
    with transaction.atomic():
        assert entry.load(alex, now()).journey.phase.value == "submitted"
    assert Score.objects.get().points_earned == 2
    trail(exam.candidacy(alex))


def exam_room(exam: World, caller: object) -> None:
    sitting.open_room(caller, exam.clock())  # type: ignore[arg-type]


def test_a_refusal_leaves_the_outer_transaction_usable(exam: World) -> None:
    exam.publish(seats_per_slot=1)
    alex, robin = exam.person(), exam.person("robin")
    exam.book(alex)
    exam.onboard(robin)
    with transaction.atomic():
        with pytest.raises(SlotFull):
            booking.book(robin, SLOT, exam.clock())
        booking.book(robin, OTHER_SLOT, exam.clock())
    assert exam.appointment(robin).start == OTHER_SLOT
    assert trail(exam.candidacy(robin)).count("booked") == 1


def test_first_pages_inside_requests_transactions_publish_once(exam: World) -> None:
    for _ in range(3):
        Exam.objects.update(current_version=None)
        ExamVersion.objects.all().delete()
        Exam.objects.all().delete()
        assert tally(at_once([in_a_request(exam.publish)] * 20)) == {"ok": 20}
        assert Exam.objects.get(usage_key=USAGE).versions.count() == 1


def test_an_edit_seen_by_many_pages_is_one_version(exam: World) -> None:
    edit = partial(exam.publish, duration_minutes=45)
    assert tally(at_once([in_a_request(edit)] * 20)) == {"ok": 20}
    assert Exam.objects.get(usage_key=USAGE).versions.count() == 2


def test_starts_inside_requests_transactions_give_one_deadline(exam: World) -> None:
    alex = exam.person()
    exam.unlock(alex)
    start = in_a_request(partial(sitting.start, alex, NONCE, exam.clock()))
    assert tally(at_once([start] * 20)) == {"ok": 20}
    assert trail(exam.candidacy(alex)).count("started") == 1
