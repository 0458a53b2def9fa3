"""The ready-made exams are what their course published, in days to come (R-FUN-8, R-FUN-16)."""

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from importlib.resources import files

import pytest

from proctored_exam_xblock import scenarios
from proctored_exam_xblock.domain.drawing import length, mix, possible
from proctored_exam_xblock.domain.grading import Score, grade
from proctored_exam_xblock.domain.policy import ExamPolicy, Expiry, Unlock
from proctored_exam_xblock.domain.policy_json import policy_from_json
from proctored_exam_xblock.domain.questions import Kind
from proctored_exam_xblock.domain.scheduling import bookable_days, earliest_start
from proctored_exam_xblock.olx import read_paper, write_paper

TODAYS = [date(2026, 10, 20), date(2027, 3, 22), date(2028, 2, 26)] + [date(2027, 5, 3 + n) for n in range(7)]


def policy(name: str, today: date = TODAYS[0]) -> ExamPolicy:
    return policy_from_json(scenarios.load(name, today).policy)


@pytest.mark.parametrize("name", scenarios.NAMES)
def test_the_paper_is_in_canonical_form_and_says_why_each_answer_is_right(name):
    text = scenarios.load(name, TODAYS[0]).paper
    paper = read_paper(text)

    assert write_paper(paper) == text
    assert all(question.explanation for question in paper.questions)


def test_cartopro_has_thirty_questions_in_three_parts_of_ten_of_all_three_kinds():
    paper = read_paper(scenarios.load("cartopro", TODAYS[0]).paper)
    kinds = Counter(question.kind for question in paper.questions)

    assert [len(part.questions) for part in paper.parts] == [10, 10, 10]
    assert min(kinds[kind] for kind in Kind) >= 5
    assert len({question.prompt for question in paper.questions}) == 30
    assert grade(paper, {q.id: tuple(q.key) for q in paper.questions}) == Score(30, 30)


def test_each_question_has_distractors_and_radio_buttons_one_right_choice():
    for question in read_paper(scenarios.load("cartopro", TODAYS[0]).paper).questions:
        assert len(question.choices) > len(question.key) >= (2 if question.kind is Kind.MULTIPLE else 1), question.id
        assert question.kind is Kind.MULTIPLE or len(question.key) == 1, question.id


def test_the_french_is_set_as_french_is():
    """No straight apostrophe, no breakable space before double punctuation or inside guillemets."""
    for name in scenarios.NAMES:
        loaded = scenarios.load(name, TODAYS[0])
        for text in (loaded.paper, loaded.policy["terms_fr"], loaded.title):
            assert "'" not in text
            for pair in (" ?", " !", " ;", " :", " %", "« ", " »"):
                assert pair not in text, pair


def test_cartopro_keeps_the_rules_of_the_guide():
    rules = policy("cartopro")

    assert (rules.opens_at, rules.closes_at, rules.time_zone) == (time(15), time(21), "Europe/Paris")
    assert (rules.closed_weekdays, rules.lead_time_hours, rules.slot_step_minutes) == ((3,), 72, 15)
    assert (rules.duration_minutes, rules.backend, rules.unlock) == (30, "proctoru", Unlock.APPOINTMENT_CODE)
    assert (rules.expiry, rules.show_result_in_exam) == (Expiry.DISCARD, False)
    assert rules.terms_fr.count("\n\n") == rules.terms_en.count("\n\n") > 3


@pytest.mark.parametrize("today", TODAYS, ids=str)
def test_the_window_of_cartopro_is_two_weeks_near_at_hand_all_of_it_bookable(today):
    rules = policy("cartopro", today)
    now = datetime.combine(today, time(23, 59), tzinfo=UTC)
    offers = bookable_days(rules, now, timedelta(0), False)

    assert rules.first_day == today + timedelta(days=5)
    assert len(offers) == 14
    assert Counter(offer.reason for offer in offers) == {"": 12, "closed": 2}


@pytest.mark.parametrize("hour", [time(0, 1), time(12, 7), time(23, 50)], ids=str)
def test_the_practice_exam_goes_the_way_of_the_exam_and_its_next_time_can_be_entered_at_once(hour):
    rules = policy("practice")
    now = datetime.combine(TODAYS[0], hour, tzinfo=rules.zone)
    start = earliest_start(rules, now, timedelta(0), False)

    assert (rules.practice, rules.appointments, rules.backend) == (True, True, "none")
    assert start - now <= timedelta(minutes=rules.launch_lead_minutes)


def test_the_practice_paper_has_five_questions_of_the_kinds_of_the_exam_in_more_than_one_part():
    paper = read_paper(scenarios.load("practice", TODAYS[0]).paper)

    assert len(paper.questions) == 5
    assert {question.kind for question in paper.questions} == set(Kind)
    assert len(paper.parts) == 2


@pytest.mark.parametrize(
    ("name", "backend", "unlock"),
    [("cartopro-pe", "proctorexam", Unlock.NONE), ("cartopro-site", "onsite", Unlock.SESSION_CODE)],
)
def test_the_same_exam_is_ready_for_other_services(name, backend, unlock):
    rules, cartopro = policy(name), policy("cartopro")

    assert (rules.backend, rules.unlock) == (backend, unlock)
    assert scenarios.load(name, TODAYS[0]).paper == scenarios.load("cartopro", TODAYS[0]).paper
    assert (rules.first_day, rules.duration, rules.expiry) == (cartopro.first_day, cartopro.duration, cartopro.expiry)
    assert rules.terms_fr.count("\n\n") == rules.terms_en.count("\n\n") > 3
    assert rules.terms_version != cartopro.terms_version
    assert "ProctorU" not in rules.terms_fr + rules.terms_en


def test_one_exam_draws_two_of_its_parts_from_pools_in_the_same_mix_for_everybody():
    paper = read_paper(scenarios.load("cartopro-payant", TODAYS[0]).paper)
    mixes = [{stratum.tags: (stratum.taken, len(stratum.problems)) for stratum in mix(part)} for part in paper.parts]

    assert mixes[0] == {(): (10, 10)}
    assert mixes[1] == {("cartographie",): (2, 4), ("BPMN",): (3, 6)}
    assert mixes[2] == {("indicateurs",): (2, 3), ("pilotage",): (2, 3), ("amélioration",): (2, 4)}
    assert possible(paper) == length(paper) == 21
    assert [part.shuffle for part in paper.parts] == [False, True, True]


def test_an_unknown_scenario_is_refused():
    with pytest.raises(KeyError):
        scenarios.load("../conf", TODAYS[0])


def test_every_folder_of_scenarios_can_be_loaded():
    folders = {entry.name for entry in files(scenarios).iterdir() if entry.is_dir() and entry.name != "__pycache__"}

    assert folders == set(scenarios.NAMES)
