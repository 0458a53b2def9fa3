"""What the calendar, a change, a cancellation and a second appointment say before they are asked for."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation

from proctored_exam_xblock.domain.attempt import AppointmentState, State
from proctored_exam_xblock.domain.journey import HoldFacts, Phase
from proctored_exam_xblock.domain.policy import ExamPolicy, SecondChance
from proctored_exam_xblock.domain.scheduling import SlotOffer, day_slots
from proctored_exam_xblock.presenter import calendar, dates, languages
from tests.unit import candidates as c
from tests.unit.candidates import Case, tree, words

NONE = timedelta(0)
DAY = date(2017, 3, 9)
BOTH = (SecondChance.INTERRUPTED, SecondChance.MISSED)


def cell(case: Case, day: date):
    (found,) = tree(case).xpath(f".//td[@data-day='{day.isoformat()}']")
    return found


def label(case: Case, day: date) -> str:
    return cell(case, day).xpath(".//button/@aria-label")[0]


def with_facts(case: Case, **changes: object) -> Case:
    return replace(case, facts=replace(case.facts, **changes))


def with_rules(case: Case, **changes: object) -> Case:
    return replace(case, policy=replace(case.policy, **changes))


# --- days -----------------------------------------------------------------------------------------------------------


def test_a_day_without_a_seat_is_there_and_says_so():
    full = with_facts(c.BOOKING, full_starts=frozenset(day_slots(c.POLICY, DAY, NONE)))
    assert cell(full, DAY).get("aria-disabled") == "true"
    assert cell(full, DAY).get("aria-selected") is None
    assert label(full, DAY) == "jeudi 9 mars 2017, plus de place"
    assert cell(c.BOOKING, DAY).get("aria-selected") == "false"


def test_a_day_too_short_for_the_extra_time_says_so():
    assert label(with_facts(c.BOOKING, extra_time=timedelta(hours=6)), DAY).endswith(
        "journée trop courte pour votre temps majoré"
    )


def test_today_is_marked():
    assert cell(c.BOOKING, date(2017, 3, 1)).get("aria-current") == "date"


def test_the_first_possible_time_has_a_seat():
    full = frozenset(day_slots(c.POLICY, date(2017, 3, 4), NONE)[:2])
    assert "Premier rendez-vous possible : samedi 4 mars à 15:30." in words(
        tree(with_facts(c.BOOKING, full_starts=full))
    )


def test_a_second_appointment_counts_with_its_own_lead_time():
    second = with_rules(with_facts(c.BOOKING, taken_before=1, second_appointment=True), second_lead_time_hours=24)
    assert "au moins 24 heures à l’avance" in words(tree(second))
    assert "2e rendez-vous" in words(tree(second))
    assert "rendez-vous se prend" not in words(tree(with_facts(c.BOOKING, lead_time_waived=True)))


def test_a_time_kept_since_before_the_page_is_told_to_the_page():
    start = datetime(2017, 3, 9, 15, tzinfo=UTC)
    hold = HoldFacts(start, c.BOOKING.now + timedelta(minutes=4))
    (found,) = tree(with_facts(c.BOOKING, hold=hold)).xpath(".//*[@data-pex-calendar]")
    assert (found.get("data-held"), found.get("data-held-day")) == ("2017-03-09T15:00:00Z", "2017-03-09")


# --- times ----------------------------------------------------------------------------------------------------------


def slots(zone: str, policy: ExamPolicy, day: date) -> list[calendar.Slot]:
    offers = [SlotOffer(start) for start in day_slots(policy, day, NONE)]
    with translation.override("fr"):
        shown = calendar.slots_context(policy, day, offers, ZoneInfo(zone), dates.locale_for("fr"))
    return [slot for group in shown["groups"] for slot in group["slots"]]


def test_an_hour_that_comes_twice_is_told_apart():
    night = ExamPolicy(
        first_day=date(2017, 10, 29), last_day=date(2017, 10, 29), opens_at=time(1, 30), closes_at=time(3, 30),
        slot_step_minutes=30,
    )  # fmt: skip
    shown = slots("Europe/Paris", night, date(2017, 10, 29))
    assert [(slot.time, slot.offset) for slot in shown] == [
        ("01:30", ""),
        ("02:00", "UTC+02:00"),
        ("02:30", "UTC+02:00"),
        ("02:00", "UTC+01:00"),
        ("02:30", "UTC+01:00"),
        ("03:00", "UTC+01:00"),
    ]
    assert shown[4].when == "29 octobre à 02:30 (UTC+01:00)"


@pytest.mark.parametrize(
    ("zone", "beside"),
    [
        ("Europe/Paris", ""),
        ("Europe/Madrid", ""),
        ("Europe/London", "15:00 (Paris)"),
        ("Pacific/Auckland", "9 mars, 15:00 (Paris)"),
    ],
)
def test_the_exams_own_time_is_beside_with_its_date_where_it_is_another(zone, beside):
    assert slots(zone, c.POLICY, DAY)[0].elsewhere == beside


def test_a_day_apart_on_the_same_hour_is_another_time():
    there = replace(c.POLICY, time_zone="Pacific/Kiritimati")
    assert slots("Pacific/Honolulu", there, DAY)[0].elsewhere.startswith("9 mars, 15:00")


@pytest.mark.parametrize(
    ("language", "proctors", "sentence"),
    [
        ("fr", ("fr",), "Examen en français, examinateurs francophones"),
        ("fr", (), "Examen en français"),
        ("en", ("fr", "en"), "Examen en anglais, examinateurs parlant français ou anglais"),
        ("xx", ("nl",), "Examen en xx, examinateurs parlant néerlandais"),
    ],
)
def test_the_languages_of_the_exam_and_of_the_proctors(language, proctors, sentence):
    with translation.override("fr"):
        assert languages.sentence(language, proctors, dates.locale_for("fr")) == sentence


# --- changing and cancelling ----------------------------------------------------------------------------------------


def dialog(case: Case) -> str:
    (found,) = tree(case).xpath(".//dialog[@data-pex-dialog='cancel']")
    return words(found)


def actions(case: Case) -> set[str]:
    return set(tree(case).xpath(".//button/@data-pex-action"))


def test_a_cancellation_says_what_can_then_still_be_booked():
    early = replace(c.BOOKED, now=c.START - timedelta(days=2))
    assert "au moins 72 heures à l’avance : au plus tôt vendredi 3 mars à 16:00." in dialog(early)
    short = with_rules(early, last_day=date(2017, 3, 2))
    assert "vous ne pourriez plus passer cet examen" in dialog(short)
    assert "au plus tôt jeudi 2 mars à 15:00" in dialog(with_facts(short, lead_time_waived=True))


def test_the_own_place_is_free_again_after_a_cancellation():
    early = replace(c.BOOKED, now=c.START - timedelta(days=4))
    only = with_rules(early, last_day=date(2017, 3, 2))
    full = frozenset(day_slots(only.policy, date(2017, 3, 2), NONE))
    assert "au plus tôt jeudi 2 mars à 16:00" in dialog(with_facts(only, full_starts=full))


def test_a_cancellation_says_that_it_excludes_a_refund_where_the_exam_is_paid():
    assert "remboursé" not in dialog(c.BOOKED)
    assert "exclut le remboursement" in dialog(with_rules(c.BOOKED, payment_required=True))


def test_until_when_and_how_often_is_said_and_what_is_too_late_is_not_offered():
    ruled = with_rules(c.BOOKED, move_deadline_hours=48, cancel_deadline_hours=24)
    assert "modifier l’horaire jusqu’au mardi 28 février à 16:00, encore 5 fois." in words(tree(ruled))
    assert "annuler jusqu’au mercredi 1er mars à 16:00" in words(tree(ruled))
    late = replace(ruled, now=c.START - timedelta(hours=47))
    assert not tree(late).xpath(".//*[@data-pex-open-calendar]")
    assert "c’était possible jusqu’à 48 heures avant le rendez-vous" in words(tree(late))
    assert "cancel" in actions(late)
    later = replace(ruled, now=c.START - timedelta(hours=23))
    assert "cancel" not in actions(later)
    assert "c’était possible jusqu’à 24 heures avant" in words(tree(later))
    assert "cancel" not in actions(Case(Phase.AVAILABLE, ruled.facts, c.START, ruled.policy))


def test_the_last_change_is_announced_as_such():
    last = with_facts(c.BOOKED, appointment=replace(c.APPOINTMENT, moves=4))
    assert "C’est la dernière modification que l’examen autorise." in words(tree(last))
    assert "il vous en restera 4." in words(tree(c.BOOKED))


# --- a second appointment -------------------------------------------------------------------------------------------

MISSED = Case(
    Phase.MISSED,
    replace(c.READY, appointment=replace(c.APPOINTMENT, state=AppointmentState.MISSED)),
    c.START + timedelta(hours=2),
)
INTERRUPTED = Case(
    Phase.INTERRUPTED, c.in_attempt(replace(c.SITTING, state=State.INTERRUPTED)), c.START + timedelta(hours=1)
)


@pytest.mark.parametrize("case", [MISSED, INTERRUPTED], ids=["missed", "interrupted"])
@pytest.mark.parametrize(
    ("rules", "facts", "later", "sentence"),
    [
        ({"second_after": BOTH}, {}, NONE, "Un second rendez-vous vous est proposé, en priorité."),
        ({}, {}, NONE, "l'équipe pédagogique peut vous accorder un second rendez-vous"),
        ({"second_after": BOTH}, {"seconds_by_rule": 1}, NONE, "Vous avez déjà eu le second rendez-vous"),
        ({"second_after": BOTH}, {}, timedelta(days=10), "dans un délai plus court, au plus tôt dimanche 12 mars"),
        ({"second_after": BOTH}, {}, timedelta(days=20), "terminée le 14/03/2017"),
        ({"second_after": BOTH, "appointments": False}, {}, NONE, "peut vous permettre de recommencer"),
    ],
    ids=["offered", "staff", "used up", "short notice", "over", "no appointments"],
)
def test_the_screen_says_whether_a_second_appointment_is_offered_and_why_not(case, rules, facts, later, sentence):
    shown = with_facts(with_rules(replace(case, now=case.now + later), **rules), **facts)
    said = words(tree(shown)).replace("’", "'")
    assert sentence.replace("’", "'") in said
    assert ("ask-second" in actions(shown)) is (sentence.startswith("Un second"))


def test_an_interrupted_attempt_is_shown_with_its_number():
    said = words(tree(INTERRUPTED))
    assert "Tentative1" in said.replace(" ", "")
    assert "CP-2017-0412" in said
