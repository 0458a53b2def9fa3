"""The invigilator's board: who is on it, how each candidate stands, and what may be done for them (R-X-11)."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from proctored_exam_xblock.domain.errors import Gone, NotAllowedNow, WrongPassword
from proctored_exam_xblock.domain.standing import Deed, Standing
from proctored_exam_xblock.models import Appointment, AuditEntry, Exam
from proctored_exam_xblock.services import board, booking, drafts, exams, interventions, sitting
from proctored_exam_xblock.services.board import Row
from proctored_exam_xblock.services.dossier import Caller
from tests.world import NONCE, OTHER_SLOT, PAPER, SLOT, World

pytestmark = pytest.mark.django_db
INES = "invigilator:9"


@pytest.fixture
def site(world: World) -> World:
    world.publish(backend="onsite", unlock="session_code", seats_per_slot=5)
    return world


def rows(site: World) -> tuple[Row, ...]:
    return board.rows(Exam.objects.get(), site.clock())


def row(site: World, caller: Caller) -> Row:
    (found,) = [one for one in rows(site) if one.user_id == caller.user_id]
    return found


def arrive(site: World, name: str = "alex", start: datetime = SLOT) -> Caller:
    caller = site.person(name)
    site.book(caller, start)
    site.clock.present = start
    sitting.enter(caller, site.clock())
    return caller


def sit(site: World, name: str = "alex") -> Caller:
    caller = arrive(site, name)
    sitting.unlock(caller, site.code(caller), "", site.clock())
    _, token = sitting.start(caller, NONCE, site.clock())
    site.windows[caller.user_id or 0] = token
    return caller


def staff(site: World, deed: str, caller: Caller) -> None:
    getattr(interventions, deed)(site.candidacy(caller).pk, INES, "why", site.clock())


def test_the_day_is_the_exams_own_and_only_those_who_still_come_are_on_it(site: World) -> None:
    for name, start in (("alex", SLOT), ("robin", OTHER_SLOT), ("sam", SLOT), ("lou", SLOT + timedelta(minutes=15))):
        site.book(site.person(name), start)
    booking.cancel(site.person("sam"), site.clock())
    assert rows(site) == ()

    site.clock.present = datetime.fromisoformat("2017-03-02T00:00:00+01:00")
    assert [one.first_name for one in rows(site)] == ["Alex", "Lou"]
    site.clock.present -= timedelta(seconds=1)
    assert rows(site) == ()


def test_who_is_late_at_the_door_costs_the_board_nothing(site: World, monkeypatch: pytest.MonkeyPatch) -> None:
    alex = arrive(site)
    loaded: list[object] = []
    settle = board.entry.load
    monkeypatch.setattr(board.entry, "load", lambda *who: (loaded.append(who), settle(*who)))
    site.minutes(75)  # an appointment not used would be missed by now
    assert (row(site, alex).standing, loaded) == (Standing.GATE, [])
    site.minutes(30)
    assert (row(site, alex).standing, len(loaded)) == (Standing.MISSED, 1)


def test_candidates_of_another_exam_are_not_on_it(site: World) -> None:
    alex = arrive(site)
    rules = {"title": "Another", "policy": site.policy, "paper": PAPER, "now": site.clock()}
    other = exams.publish(usage_key="another.exam", course_key="course-v1:X+Y+Z", **rules)
    assert board.rows(other, site.clock()) == ()
    with pytest.raises(Gone):
        board.row(other, site.candidacy(alex).pk, site.clock())
    with pytest.raises(Gone):
        board.reveal(other, site.candidacy(alex).pk, INES, site.clock())


def test_who_still_sits_after_midnight_stays_on_the_board(site: World) -> None:
    site.publish(closes_at="23:59")
    late = SLOT + timedelta(hours=7, minutes=15)  # a quarter past eleven
    alex = arrive(site, "alex", late)
    sitting.unlock(alex, site.code(alex), "", site.clock())
    sitting.start(alex, NONCE, site.clock())

    interventions.extend(site.candidacy(alex).pk, timedelta(minutes=60), INES, "why", site.clock())

    site.clock.present = late + timedelta(minutes=60)
    assert [one.standing for one in rows(site)] == [Standing.SITTING]
    site.clock.present = late + timedelta(minutes=91)
    assert rows(site) == ()


def test_each_standing_has_its_deeds(site: World) -> None:
    alex = site.person()
    site.book(alex)
    site.clock.present = SLOT - timedelta(minutes=11)
    assert (row(site, alex).standing, row(site, alex).deeds) == (Standing.EXPECTED, (Deed.INCIDENT,))
    site.clock.present = SLOT
    assert (row(site, alex).standing, row(site, alex).next) == (Standing.AWAITED, None)
    sitting.enter(alex, site.clock())
    assert (row(site, alex).standing, row(site, alex).next) == (Standing.GATE, Deed.CODE)
    sitting.unlock(alex, site.code(alex), "", site.clock())
    assert row(site, alex).standing is Standing.UNLOCKED
    sitting.start(alex, NONCE, site.clock())
    assert {Deed.PAUSE, Deed.EXTEND, Deed.CLOSE, Deed.CODE} < set(row(site, alex).deeds)
    staff(site, "pause", alex)
    assert (row(site, alex).standing, row(site, alex).next) == (Standing.PAUSED, Deed.RESUME)
    staff(site, "close_by_hand", alex)
    assert (row(site, alex).standing, row(site, alex).deeds) == (Standing.FINISHED, (Deed.INCIDENT,))


def test_wrong_codes_show_then_block_and_the_lock_is_what_waits_for_the_invigilator(site: World) -> None:
    alex = arrive(site)
    for tries in range(1, 6):
        with pytest.raises(WrongPassword):
            sitting.unlock(alex, "WRONG", "", site.clock())
        assert row(site, alex).wrong_tries == tries
    found = row(site, alex)
    assert (found.standing, found.next, found.locked_until) == (
        *(Standing.LOCKED, Deed.LIFT_LOCK),
        site.clock() + timedelta(minutes=1),
    )
    site.minutes(1)
    assert row(site, alex).standing is Standing.GATE


def test_a_lock_on_a_second_window_can_be_lifted_while_the_exam_runs(site: World) -> None:
    alex = sit(site)
    Appointment.objects.update(wrong_tries=5, locked_until=site.clock() + timedelta(minutes=1))

    found = row(site, alex)

    assert (found.standing, found.next) == (Standing.SITTING, Deed.LIFT_LOCK)


def test_time_runs_and_stands_still_as_for_the_candidate(site: World) -> None:
    alex = sit(site)
    site.minutes(10)
    assert row(site, alex).remaining_seconds == 20 * 60
    staff(site, "pause", alex)
    site.minutes(10)
    assert row(site, alex).remaining_seconds == 20 * 60
    staff(site, "resume", alex)
    assert row(site, alex).remaining_seconds == 20 * 60


def test_answers_and_verified_parts_are_counted_and_a_silent_window_is_said(site: World) -> None:
    alex = sit(site)
    holder = site.with_window(alex)
    sitting.submit_part(holder, 1, 1, site.answers(1), site.clock())
    drafts.save_draft(holder, 2, 1, site.answers(2), site.clock())
    site.minutes(1)
    found = row(site, alex)
    assert (found.answered, found.questions, found.verified, found.parts) == (3, 3, 1, 2)
    assert (found.seen_at, found.silent) == (SLOT, False)

    site.minutes(0.1)
    assert row(site, alex).silent
    sitting.seen(site.load(alex))
    assert (row(site, alex).seen_at, row(site, alex).silent) == (site.clock(), False)


def test_whoever_looks_closes_what_the_clock_has_overtaken(site: World) -> None:
    alex = sit(site)
    robin = site.person("robin")
    site.clock.present = SLOT - timedelta(days=8)
    site.book(robin)
    site.clock.present = SLOT + timedelta(hours=1)

    found = {one.user_id: one.standing for one in rows(site)}

    assert found == {alex.user_id: Standing.FINISHED, robin.user_id: Standing.MISSED}
    assert (site.attempt(alex).state, site.appointment(robin).state) == ("expired", "missed")


def test_a_candidate_who_was_given_another_appointment_is_there_once(site: World) -> None:
    alex = arrive(site)
    staff(site, "interrupt", alex)
    interventions.grant_second_appointment(site.candidacy(alex).pk, INES, "why", site.clock(), waive_lead_time=True)
    booking.book(alex, SLOT + timedelta(hours=1), site.clock())

    assert [(one.start, one.standing) for one in rows(site)] == [(SLOT + timedelta(hours=1), Standing.EXPECTED)]


def test_a_full_board_asks_the_database_no_more_than_an_empty_room(site: World, django_assert_max_num_queries) -> None:
    for name in ("alex", "robin", "sam", "lou", "max"):
        site.clock.present = SLOT - timedelta(days=8)
        sit(site, name)
    rows(site)

    with django_assert_max_num_queries(9):
        assert len(rows(site)) == 5


# --- the code ---------------------------------------------------------------------------------------------------------


def test_each_look_at_a_code_is_in_the_trail_without_it(site: World) -> None:
    alex = arrive(site)

    codes = {board.reveal(Exam.objects.get(), site.candidacy(alex).pk, INES, site.clock()) for _ in range(2)}

    assert codes == {board.Code(site.code(alex), SLOT, session=True)}
    looks = AuditEntry.objects.filter(action="code_shown", actor=INES)
    assert looks.count() == 2
    assert site.code(alex) not in repr(list(AuditEntry.objects.values()))


@pytest.mark.parametrize("when", ["before the room opens", "opened already", "over"])
def test_no_code_is_shown_that_is_of_no_use(site: World, when: str) -> None:
    alex = arrive(site)
    sitting.unlock(alex, site.code(alex), "", site.clock())
    if when == "over":
        staff(site, "interrupt", alex)
    elif when != "opened already":
        robin = site.person("robin")
        site.clock.present = SLOT - timedelta(days=8)
        site.book(robin)
        site.clock.present = SLOT - timedelta(minutes=11)
        alex = robin

    with pytest.raises(NotAllowedNow):
        board.reveal(Exam.objects.get(), site.candidacy(alex).pk, INES, site.clock())
    assert not AuditEntry.objects.filter(action="code_shown").exists()


def test_an_exam_without_a_code_offers_none(world: World) -> None:
    world.publish(backend="onsite", unlock="exam_password")
    alex = arrive(world)
    assert Deed.CODE not in row(world, alex).deeds
    assert row(world, alex).next is None


def test_where_a_vendors_proctor_lets_in_nothing_waits_for_the_board(world: World) -> None:
    world.publish()
    alex = world.person()
    world.enter_room(alex)
    found = row(world, alex)
    assert (found.standing, found.next, Deed.CODE in found.deeds) == (Standing.GATE, None, True)


def test_a_candidate_of_another_day_is_not_there(site: World) -> None:
    alex = site.person()
    site.book(alex)
    with pytest.raises(Gone):
        board.row(Exam.objects.get(), site.candidacy(alex).pk, site.clock())
