"""E-mails with several workers, while candidates go on changing their appointments: each leaves once."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest

from proctored_exam_xblock import mailing
from proctored_exam_xblock.models import Mail
from proctored_exam_xblock.services import booking, entry, mails_by_hand, proctoring, review
from tests.concurrency.crowd import at_once, meanwhile, tally
from tests.post import BACKEND, OFFICE
from tests.world import SLOT, START, World

WORKERS = 4


@pytest.fixture
def post(exam: World, settings: Any) -> Iterator[World]:
    settings.EMAIL_BACKEND = BACKEND
    OFFICE.reset()
    exam.publish(seats_per_slot=50, reminder_hours=[])
    yield exam
    OFFICE.reset()


def send_together(exam: World) -> int:
    outcomes = at_once([partial(mailing.send_due, exam.clock())] * WORKERS)
    assert tally(outcomes) == {"ok": WORKERS}
    return sum(outcomes)


def test_workers_send_each_once(post: World) -> None:
    for number in range(12):
        post.book(post.person(f"candidate{number}"))
    assert send_together(post) == 12
    assert len(OFFICE.names) == len(set(OFFICE.names)) == 12
    assert set(Mail.objects.values_list("state", flat=True)) == {"sent"}


def test_a_worker_passes_by_what_another_is_handing_over(post: World) -> None:
    post.book(post.person())
    second = []

    def another() -> None:
        OFFICE.on_send = lambda: None
        worker = meanwhile(partial(mailing.send_due, post.clock()))
        second.append(worker.outcome)

    OFFICE.on_send = another
    assert (mailing.send_due(post.clock()), second, len(OFFICE.arrived)) == (1, [0], 1)


def test_the_same_events_told_at_once_are_one_row_each(post: World) -> None:
    alex = post.person()
    post.onboard(alex)
    at_once([partial(booking.book, alex, SLOT, post.clock())] * WORKERS)
    at_once([partial(proctoring.drain, post.clock())] * WORKERS)
    assert list(Mail.objects.values_list("kind", flat=True)) == ["confirmed"]


def test_a_change_while_its_predecessor_is_sent_comes_after_it_with_a_higher_number(post: World) -> None:
    alex = post.person()
    post.book(alex)

    def cancels() -> None:
        OFFICE.on_send = lambda: None
        meanwhile(partial(booking.cancel, alex, post.clock())).outcome  # noqa: B018 - waits for it

    OFFICE.on_send = cancels
    mailing.send_due(post.clock())
    send_together(post)
    files = [message.attachments[0].get_payload(decode=True).decode() for message in OFFICE.arrived]
    assert [("METHOD:CANCEL" in text, "SEQUENCE:1" in text) for text in files] == [(False, False), (True, True)]


@pytest.mark.parametrize("turn", range(4))
def test_an_operator_and_a_worker_do_not_both_have_it(post: World, turn: int) -> None:
    post.book(post.person())
    row = Mail.objects.get()
    outcomes = at_once(
        [
            partial(mailing.send_due, post.clock()),
            partial(mails_by_hand.drop, row.pk, "staff:1", "told by telephone", post.clock()),
        ]
    )
    row.refresh_from_db()
    dropped = tally(outcomes[1:]) == {"ok": 1}
    assert (row.state, len(OFFICE.arrived)) == (("dropped", 0) if dropped else ("sent", 1))


def test_the_end_and_its_grade_and_its_e_mails_wait_for_nobody_for_ever(post: World) -> None:
    """Filing a grade locks the attempt, an e-mail's row looks at the candidacy: no circle among them."""
    people = [post.person(f"candidate{number}") for number in range(4)]
    for person in people:
        post.clock.present = START
        post.sit(person)
    post.minutes(31)
    deeds = [partial(entry.load, person, post.clock()) for person in people]
    deeds += [partial(entry.close_all, post.clock()), partial(review.release_due, post.clock())]
    deeds += [partial(mailing.send_due, post.clock())]
    assert tally(at_once(deeds)) == {"ok": len(deeds)}
    review.release_due(post.clock())
    post.minutes(5)
    send_together(post)
    assert sorted(Mail.objects.filter(state="sent").values_list("kind", flat=True)) == sorted(
        ["confirmed", "submitted", "result"] * len(people)
    )
