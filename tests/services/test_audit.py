"""The trail: whole, tamper-evident, one entry per transition in the same transaction, nothing private in it."""

from __future__ import annotations

from datetime import timedelta, timezone
from typing import Any

import pytest

from proctored_exam_xblock.domain.errors import PasswordLocked, TimeOver, WrongPassword
from proctored_exam_xblock.models import Appointment, Attempt, AuditEntry, Candidacy
from proctored_exam_xblock.services import audit, booking, drafts, entry, interventions, review, sitting
from proctored_exam_xblock.services.dossier import Caller
from tests.world import FORM, OTHER_SLOT, SLOT, World

pytestmark = pytest.mark.django_db

TYPED = "XYXYXYXY"


@pytest.fixture
def exam(world: World) -> World:
    world.publish(release="manual")
    return world


def chain(caller: Caller) -> list[AuditEntry]:
    return list(AuditEntry.objects.filter(candidacy__user_id=caller.user_id).order_by("sequence"))


def whole_life(exam: World) -> Caller:
    """Everything that a candidate, staff, the vendor and the clock can do to a file."""
    alex = exam.person()
    staff: tuple[Any, ...] = ("staff:1", "a reason")
    exam.book(alex)
    booking.move(alex, OTHER_SLOT, exam.clock())
    exam.drain()
    booking.cancel(alex, exam.clock())
    exam.drain()
    exam.enter_room(alex)
    key = exam.candidacy(alex).pk
    for _ in range(5):
        with pytest.raises(WrongPassword):
            sitting.unlock(alex, TYPED, "", exam.clock())
    interventions.lift_password_lock(key, *staff, exam.clock())
    sitting.unlock(alex, exam.code(alex), "", exam.clock())
    _, window = sitting.start(alex, "nonce-of-the-first-page", exam.clock())
    _, window = sitting.open_window(alex, window, "nonce-of-the-second-page", exam.clock())
    exam.windows[alex.user_id or 0] = window
    holder = exam.with_window(alex)
    drafts.save_draft(holder, 1, 1, exam.answers(1), exam.clock())
    interventions.extend(key, timedelta(minutes=5), *staff, exam.clock())
    interventions.pause(key, *staff, exam.clock())
    exam.minutes(2)
    interventions.resume(key, *staff, exam.clock())
    sitting.submit_part(holder, 1, 2, exam.answers(1), exam.clock())
    sitting.finish(holder, {}, exam.clock())
    review.release(exam.attempt(alex).pk, exam.clock(), "staff:1")
    interventions.grant_second_appointment(key, *staff, exam.clock(), waive_lead_time=True)
    exam.clock.present = SLOT + timedelta(hours=3)
    exam.book(alex, SLOT + timedelta(hours=4))
    exam.minutes(24 * 60)
    entry.close_all(exam.clock())
    return alex


def test_every_transition_has_its_entry_in_order(exam: World) -> None:
    alex = whole_life(exam)
    assert [row.action for row in chain(alex)] == [
        *("information_saved", "terms_accepted", "name_confirmed"),
        *("booked", "confirmed", "move_requested", "moved", "cancelled", "cancel_confirmed"),
        *("information_saved", "booked", "confirmed", "room_opened"),
        *["password_wrong"] * 5,
        *("password_lock_lifted", "unlocked", "started", "window_opened"),
        *("extended", "paused", "resumed", "part_submitted", "finished", "released", "second_granted"),
        *("information_saved", "booked", "confirmed", "appointment_missed"),
    ]
    assert {row.actor for row in chain(alex)} == {f"candidate:{alex.user_id}", "staff:1", "vendor:fake", "system"}


def test_the_chain_is_whole_and_its_head_is_on_the_receipt(exam: World) -> None:
    alex = exam.person()
    exam.sit(alex)
    sitting.finish(exam.with_window(alex), {}, exam.clock())
    entries = chain(alex)
    assert audit.broken_link(entries) is None
    attempt = exam.load(alex).facts.attempt
    assert attempt is not None
    assert (attempt.audit_head, attempt.audit_count) == (entries[-1].entry_hash, len(entries))


@pytest.mark.parametrize(
    "tamper",
    [
        {"action": "confirmed"},
        {"actor": "staff:9"},
        {"data": {"tries": 0}},
        {"at": SLOT + timedelta(days=1)},
        {"attempt": None},
        {"previous_hash": "0" * 64},
        {"entry_hash": "0" * 64},
    ],
)
def test_a_changed_entry_is_found(exam: World, tamper: dict[str, Any]) -> None:
    alex = exam.person()
    exam.unlock(alex)
    target = AuditEntry.objects.get(action="unlocked")
    AuditEntry.objects.filter(pk=target.pk).update(**tamper)
    assert audit.broken_link(chain(alex)) == target.sequence


def test_a_changed_entry_with_a_new_hash_breaks_the_next(exam: World) -> None:
    alex = exam.person()
    exam.unlock(alex)
    target = AuditEntry.objects.get(action="room_opened")
    target.actor = "staff:9"
    target.entry_hash = audit.fingerprint(target)
    target.save()
    assert audit.broken_link(chain(alex)) == target.sequence + 1


def test_a_missing_entry_is_found_and_so_are_two_that_changed_places(exam: World) -> None:
    alex = exam.person()
    exam.unlock(alex)
    entries = chain(alex)
    assert audit.broken_link([*entries[:3], *entries[4:]]) == 4
    assert audit.broken_link(entries[1:]) == 1
    assert audit.broken_link([*entries[:2], entries[3], entries[2], *entries[4:]]) == 3


def test_an_instant_of_another_zone_is_proven_as_well(exam: World) -> None:
    alex = exam.person()
    exam.onboard(alex)
    abroad = exam.clock().astimezone(timezone(timedelta(hours=5, minutes=45)))
    booking.book(alex, SLOT, abroad)
    assert audit.broken_link(chain(alex)) is None


def test_nothing_private_and_no_secret_is_in_the_trail(exam: World) -> None:
    alex = whole_life(exam)
    told = repr([(row.chain, row.action, row.actor, row.data) for row in AuditEntry.objects.all()]).casefold()
    person = exam.load(alex).facts.person
    assert person is not None
    codes = [exam.ledger.bookings[0].code, exam.code(alex), TYPED, exam.windows[alex.user_id or 0]]
    private = [person.username, person.last_name, person.email, FORM["phone"], FORM["address"], FORM["city"]]
    for secret in (*codes, *private, *exam.answers(1), *exam.answers(1)["q1"]):
        assert secret.casefold() not in told, secret


def test_an_entry_lives_and_dies_with_its_transition(exam: World, monkeypatch: pytest.MonkeyPatch) -> None:
    alex = exam.person()
    exam.onboard(alex)

    def full(*args: object, **kwargs: object) -> None:
        raise RuntimeError("disk full")

    before = len(chain(alex))
    with monkeypatch.context() as broken:
        broken.setattr(audit, "_append", full)
        with pytest.raises(RuntimeError):
            booking.book(alex, SLOT, exam.clock())
    assert (Appointment.objects.count(), len(chain(alex))) == (0, before)


def test_a_refused_try_is_counted_although_the_request_is_refused(exam: World) -> None:
    alex = exam.person()
    exam.enter_room(alex)
    revision = Candidacy.objects.get().revision
    for _ in range(5):
        with pytest.raises(WrongPassword):
            sitting.unlock(alex, "WRONG", "", exam.clock())
    with pytest.raises(PasswordLocked):
        sitting.unlock(alex, "WRONG", "", exam.clock())
    assert (exam.appointment(alex).wrong_tries, Candidacy.objects.get().revision) == (5, revision + 5)


def test_a_refusal_does_not_undo_what_the_clock_decided(exam: World) -> None:
    alex = exam.person()
    exam.sit(alex)
    exam.minutes(31)
    with pytest.raises(TimeOver):
        sitting.submit_part(exam.with_window(alex), 1, 1, {}, exam.clock())
    assert Attempt.objects.get().state == "expired"
    assert chain(alex)[-1].action == "expired"
