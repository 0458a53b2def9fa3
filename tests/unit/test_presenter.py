"""What candidates read: every phase in both languages, dates in their zone, hooks, and never the answer key."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from lxml import html as lxml_html

from proctored_exam_xblock.domain.attempt import AppointmentState, State
from proctored_exam_xblock.domain.drawing import draw
from proctored_exam_xblock.domain.journey import Action, Phase, decide
from proctored_exam_xblock.domain.policy import Expiry, Unlock
from proctored_exam_xblock.domain.scheduling import SlotOffer, day_slots
from proctored_exam_xblock.olx import read_paper
from proctored_exam_xblock.presenter import Links, render_slots
from tests.unit import candidates as c
from tests.unit.candidates import tree, words

CASES = list(c.every_phase())
SPRING = datetime(2017, 3, 2, 15, tzinfo=UTC)


def actions(element) -> set[str]:
    return set(element.xpath(".//@data-pex-action"))


def one(element, xpath):
    found = element.xpath(xpath)
    assert len(found) == 1, f"{xpath}: {len(found)}"
    return found[0]


# Every phase.


def test_every_phase_has_a_case_here():
    assert {case.phase for case in CASES} == set(Phase)


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.phase.value)
def test_a_screen_says_its_phase_once_has_one_heading_and_help(case, language):
    screen = tree(case, language)
    assert screen.get("data-pex-phase") == case.phase.value
    assert not screen.xpath(".//*[@data-pex-phase]")
    assert one(screen, ".//h2").get("tabindex") == "-1"
    assert one(screen, ".//footer").xpath(".//a[starts-with(@href, 'tel:')]") or not case.policy.help_phones


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.phase.value)
def test_french_and_english_say_different_things(case):
    assert words(tree(case, "fr").xpath(".//h2")[0]) != words(tree(case, "en").xpath(".//h2")[0]) or (
        case.phase is Phase.SITTING  # there the heading is the exam's own title
    )


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.phase.value)
def test_nothing_of_the_answer_key_is_in_a_screen(case):
    text = case.html()
    assert c.CANARY not in text
    assert "correct" not in text.lower()


WITH_PAPER = [case for case in CASES if case.facts.attempt is not None and case.facts.attempt.paper is not None]


@pytest.mark.parametrize("case", WITH_PAPER, ids=lambda case: case.phase.value)
def test_the_screen_does_not_depend_on_which_choices_are_right(case):
    def flip(question):
        return replace(question, choices=tuple(replace(x, correct=not x.correct) for x in question.choices))

    paper = case.facts.attempt.paper
    flipped = replace(
        paper, parts=tuple(replace(part, questions=tuple(map(flip, part.questions))) for part in paper.parts)
    )
    other = replace(case, facts=replace(case.facts, attempt=replace(case.facts.attempt, paper=flipped)))
    assert other.html() == case.html()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.phase.value)
def test_a_screen_runs_under_a_strict_content_policy(case):
    screen = tree(case)
    assert not [
        name for element in screen.iter() for name in element.attrib if name.startswith("on") or name == "style"
    ]
    assert {script.get("type") for script in screen.xpath(".//script")} == {"application/json"}
    assert not screen.xpath(".//a[not(@href)]")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.phase.value)
def test_element_ids_are_unique_and_references_lead_somewhere(case):
    screen = tree(case)
    ids = screen.xpath(".//@id")
    assert len(ids) == len(set(ids))
    for name in ("for", "aria-labelledby", "aria-controls", "aria-describedby"):
        for value in screen.xpath(f"descendant-or-self::*/@{name}"):
            assert set(value.split()) <= set(ids)


def test_what_a_candidate_typed_is_escaped():
    person = replace(c.PERSON, first_name="<script>alert(1)</script>", city='"><img src=x>')
    case = replace(c.BOOKING, facts=replace(c.READY, person=person))
    assert "<script>alert" not in case.html()
    assert not tree(case).xpath(".//img")


# Labels of the guides.

LABELS = {
    Phase.NOT_ELIGIBLE: ["S'inscrire pour passer une certification"],
    Phase.ONBOARDING: ["Conformité technique", "Conditions d'utilisation", "Nom et prénom", "Informations",
                       "Numéro de téléphone", "Ville", "Fuseau horaire", "Pays"],
    Phase.BOOKING: ["Planifiez un examen", "L'examen est disponible du 01/03/2017 au 14/03/2017",
                    "Sélectionnez une date", "Sélectionnez une heure", "Modifiez vos informations personnelles"],
    Phase.SITTING: ["Temps restant 0:29:56 RESTANT", "Terminer l'examen", "Enregistrer", "Vérification finale"],
    Phase.SUBMITTED: ["Votre examen a été soumis avec succès"],
}  # fmt: skip


@pytest.mark.parametrize("phase", LABELS)
def test_the_labels_are_the_guides(phase):
    text = words(tree(next(case for case in CASES if case.phase is phase)))
    assert [label for label in LABELS[phase] if label not in text] == []


def test_the_booked_panel_says_what_the_guide_says():
    text = words(tree(c.BOOKED))
    assert "Examen planifié" in text
    assert "L'examen commence dans : 33 jours 05 heures 11 minutes 59 secondes" in text
    assert "jeudi 2 mars 2017, 16:00 (UTC+01:00) Bruxelles, Copenhague, Madrid, Paris · 02/03/2017" in text
    for label in ("Modifier l'horaire de l'examen", "Vérifiez votre équipement", "Annuler"):
        assert label in text


def test_at_the_time_the_exam_is_available_and_recording_is_agreed_to_first():
    screen = tree(next(case for case in CASES if case.phase is Phase.AVAILABLE))
    assert "L'examen commence dans : DISPONIBLE MAINTENANT" in words(screen)
    link = one(screen, ".//dialog//a[@data-pex-action='consent']")
    assert (link.get("href"), link.get("target"), link.get("rel")) == (c.APPOINTMENT.launch_url, "_blank", "noopener")


def test_the_page_counts_attempts_as_the_guide_does():
    tries = c.AT_WORK.html()
    assert "Vous avez utilisé 0 essais sur 1" in tries
    assert "Vous avez utilisé 1 essai sur 1" in tries


# Booking.


def days(screen):
    return {button.get("data-date"): button for button in screen.xpath(".//button[@data-pex-action='pick-day']")}


def test_the_calendar_offers_the_days_that_can_be_booked_and_says_why_not_the_others():
    offered = days(tree(c.BOOKING))
    assert len(offered) == 14
    assert [day for day, button in offered.items() if button.get("disabled") is None][:2] == [
        "2017-03-04",
        "2017-03-05",
    ]
    assert offered["2017-03-08"].get("aria-label") == "mercredi 8 mars 2017, pas d'examen ce jour de la semaine"
    assert offered["2017-03-03"].get("aria-label").endswith("moins de 72 heures à l'avance")
    assert "Premier rendez-vous possible : samedi 4 mars à 15:00." in words(tree(c.BOOKING))


def test_the_calendar_is_a_grid_with_one_day_in_the_tab_order():
    grid = one(tree(c.BOOKING), ".//table[@role='grid']")
    assert grid.xpath(".//td[@tabindex='0']/@data-day") == ["2017-03-04"]
    assert not grid.xpath(".//button[not(@tabindex='-1')]")


def slots(zone, seats=None, language="fr"):
    offers = [SlotOffer(start, seats) for start in day_slots(c.POLICY, c.A_DAY, timedelta(0))]
    now = datetime(2017, 2, 20, tzinfo=UTC)
    return lxml_html.fragment_fromstring(render_slots(c.POLICY, c.A_DAY, offers, zone, now, language), "div")


def test_slots_are_told_in_the_candidates_time_with_the_exams_beside_it():
    first = slots("Asia/Kolkata").xpath(".//button")[0]
    assert (first.get("data-start"), first.get("data-when")) == ("2017-03-02T14:00:00Z", "2 mars à 19:30")
    assert "15:00 (Paris)" in words(first)


def test_slots_past_midnight_are_under_their_own_date():
    titles = [words(p) for p in slots("Asia/Tokyo").xpath(".//p")]
    assert [title.split(" · ")[0] for title in titles] == ["jeudi 2 mars", "vendredi 3 mars"]


@pytest.mark.parametrize(("seats", "text", "open_"), [(None, "", True), (9, "", True), (1, "1 place", True),
                                                      (2, "2 places", True), (0, "complet", False)])  # fmt: skip
def test_the_last_seats_of_a_slot_are_counted(seats, text, open_):
    button = slots("Europe/Paris", seats).xpath(".//button")[0]
    assert words(button) == f"15:00{text}"
    assert (button.get("disabled") is None) is open_


def test_a_day_without_slots_says_so():
    html = render_slots(c.POLICY, c.A_DAY, [], "Europe/Paris", SPRING, "en")
    assert "No time is free on Thursday 2 March." in html


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"state": AppointmentState.REQUESTED}, "confirmation en cours"),
        (
            {"state": AppointmentState.MOVE_REQUESTED, "pending_start": SPRING + timedelta(days=2)},
            "samedi 4 mars à 16:00",
        ),
        ({"vendor_last_error": "unavailable"}, "ne répond pas pour le moment"),
        ({"notice": "move_refused"}, "votre rendez-vous reste inchangé"),
        ({"notice": "a_code_of_tomorrow"}, "Votre rendez-vous a changé"),
    ],
)
def test_the_booked_panel_keeps_the_appointment_in_view_whatever_the_vendor_does(change, sentence):
    facts = replace(c.READY, appointment=replace(c.APPOINTMENT, **change))
    text = words(tree(replace(c.BOOKED, facts=facts)))
    assert sentence in text
    assert "jeudi 2 mars 2017, 16:00" in text


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.phase.value)
def test_a_screen_offers_only_what_the_journey_allows(case):
    names = {
        "accept-terms": Action.ACCEPT_TERMS, "confirm-name": Action.CONFIRM_NAME, "book": Action.BOOK,
        "save-information": Action.SAVE_INFORMATION, "check-equipment": Action.RECORD_EQUIPMENT, "move": Action.MOVE,
        "pick-day": Action.SLOTS, "cancel": Action.CANCEL, "launch": Action.LAUNCH, "unlock": Action.UNLOCK,
        "claim": Action.CLAIM_WINDOW, "start": Action.START, "save-part": Action.SAVE_DRAFT,
        "submit-part": Action.SUBMIT_PART, "finish": Action.FINISH,
    }  # fmt: skip
    allowed = decide(case.facts, case.policy, case.now).actions
    assert {names[name] for name in actions(tree(case)) if name in names} <= allowed


# The room.


def test_the_password_is_typed_in_a_field_that_keeps_nothing():
    field = one(tree(c.IN_ROOM), ".//*[@data-pex-field='password']")
    assert (field.get("type"), field.get("autocomplete"), field.get("value")) == ("password", "off", None)


def test_a_lock_is_counted_down_and_closes_the_button():
    facts = replace(c.IN_ROOM.facts, appointment=replace(c.USED, locked_until=c.START + timedelta(minutes=2)))
    screen = tree(replace(c.IN_ROOM, facts=facts))
    assert one(screen, ".//*[@data-pex-locked]").get("data-seconds") == "120"
    assert one(screen, ".//button[@data-pex-action='unlock']").get("disabled") is not None


@pytest.mark.parametrize(("unlock", "action"), [(Unlock.APPOINTMENT_CODE, "unlock"), (Unlock.NONE, "claim")])
def test_a_second_window_is_let_in_by_the_code_or_by_the_firsts_silence(unlock, action):
    case = c.Case(Phase.ROOM, c.in_attempt(c.SITTING), c.SITTING_AT, replace(c.POLICY, unlock=unlock))
    assert actions(tree(case)) & {"unlock", "claim"} == {action}


# The sitting.


def test_questions_are_numbered_through_the_exam_and_show_the_candidates_own_answers():
    screen = tree(c.AT_WORK)
    states = [(q.get("data-pex-question"), q.get("data-state")) for q in screen.xpath(".//fieldset")]
    assert states == [("1", "registered"), ("2", "unanswered"), ("3", "answered")]
    assert screen.xpath(".//input[@checked]/@value") == ["b"]
    assert screen.xpath(".//option[@selected]/@value") == ["e"]
    assert all(words(legend) for legend in screen.xpath(".//legend"))


def test_a_part_says_its_state_and_attempts():
    tabs = tree(c.AT_WORK).xpath(".//*[@data-pex-part]")
    seen = [(t.get("data-pex-part"), t.get("data-state"), t.get("data-attempts-used"), words(t)) for t in tabs]
    assert seen == [
        ("1", "submitted", "1", "Partie 1Validée · 1 sur 2"),
        ("2", "draft", "0", "Partie 2Brouillon · 1 sur 1"),
    ]


def test_a_verified_part_cannot_be_typed_in_and_is_ticked_as_registered():
    first, second, third = tree(c.AT_WORK).xpath(".//fieldset")
    assert (first.get("disabled"), third.get("disabled")) == ("disabled", None)
    assert "Réponse enregistrée" in words(first)
    assert "Sans réponse" in words(second)
    assert "Réponse enregistrée" not in words(third)


def test_choices_of_a_list_are_text_and_others_keep_their_markup():
    screen = tree(c.AT_WORK)
    assert sorted(words(o) for o in screen.xpath(".//option[@value!='']")) == ["a < b", "une notation"]
    assert one(screen, ".//legend//b").text == "processus"


def test_the_bar_has_what_the_scripts_count_from():
    screen = tree(c.AT_WORK)
    assert screen.get("data-deadline") == "2017-03-02T15:41:56.000Z"
    assert one(screen, ".//*[@data-pex-remaining]").get("data-seconds") == "1796"
    assert one(screen, ".//*[@data-pex-saved-at]").get("data-pex-saved-at") == "2017-03-02T15:12:00Z"
    assert one(screen, ".//*[@data-pex-connection]").get("data-pex-connection") == "online"
    assert one(screen, ".//*[@data-pex-certification-number]").text == "CP-2017-0412"


@pytest.mark.parametrize(
    ("expiry", "sentence"),
    [(Expiry.DISCARD, "NE compteront PAS"), (Expiry.SUBMIT_DRAFTS, "soumis tels quels et compteront")],
)
def test_the_last_dialog_says_what_becomes_of_drafts(expiry, sentence):
    dialog = one(tree(replace(c.AT_WORK, policy=replace(c.POLICY, expiry=expiry))), ".//*[@data-pex-dialog='finish']")
    assert sentence in words(dialog)
    assert "En accord avec votre surveillant" in words(dialog)
    assert {"confirm", "dismiss"} <= actions(dialog)


def test_time_stands_still_while_paused():
    paused = next(case for case in CASES if case.phase is Phase.PAUSED)
    later = replace(paused, now=paused.now + timedelta(minutes=20))
    assert [one(tree(case), ".//*[@data-pex-remaining]").text for case in (paused, later)] == ["0:29:56"] * 2


def test_before_the_start_the_duration_is_the_one_that_will_run():
    case = next(case for case in CASES if case.phase is Phase.UNLOCKED)
    granted = replace(case, facts=c.in_attempt(replace(case.facts.attempt, extra_seconds=600)))
    assert "Durée30 minutes" in words(tree(case))
    assert "Durée40 minutes (dont 10 minutes de temps majoré)" in words(tree(granted))


def test_only_an_access_that_somebody_gives_is_said_to_end():
    case = next(case for case in CASES if case.phase is Phase.UNLOCKED)
    free = replace(case, policy=replace(c.POLICY, unlock=Unlock.NONE), links=Links())
    assert "Cet accès est valable jusqu'à" in words(tree(case))
    assert "Cet accès est valable" not in words(tree(free))


# After it.


def test_the_receipt_tells_what_was_counted():
    text = words(tree(c.HANDED_IN))
    assert "Partie 1 · 1 réponse validée, 1 sans réponse" in text
    assert "Partie 2 · 1 réponse en brouillon, non comptée" in text
    for kept in ("CP-2017-0412", "c0ffee", "jeudi 2 mars 2017 à 16:11:00", "jeudi 2 mars 2017 à 16:12:00"):
        assert kept in text


def test_a_draft_that_counts_is_not_called_verified():
    taken = replace(c.SUBMITTED, state=State.EXPIRED, parts=(c.PARTS[0], replace(c.PARTS[1], state="submitted")))
    text = words(tree(replace(c.HANDED_IN, facts=c.in_attempt(taken))))
    assert "Partie 1 · 1 réponse validée" in text
    assert "Partie 2 · 1 réponse en brouillon, comptée" in text


@pytest.mark.parametrize(
    ("released", "sentence", "filled"),
    [
        (False, "Vos résultats seront affichés sur votre tableau de bord après l'examen de votre session", False),
        (True, "Votre résultat est sur votre tableau de bord", True),
    ],
)
def test_once_released_the_result_is_said_to_be_on_the_dashboard(released, sentence, filled):
    screen = tree(replace(c.HANDED_IN, facts=c.in_attempt(replace(c.SUBMITTED, released=released))))
    assert ("seront affichés" in words(screen), "Votre résultat est" in words(screen)) == (not released, released)
    assert sentence in words(screen)
    link = one(screen, f".//a[@href='{c.LINKS.dashboard}']")
    assert ("pex-btn--main" in link.get("class")) is filled


def test_no_score_is_shown_before_its_release():
    scored = replace(c.SUBMITTED, score_earned=2, score_possible=3, passed=True)
    assert not re.search(r"\b2 sur 3\b|67", words(tree(replace(c.HANDED_IN, facts=c.in_attempt(scored)))))


def test_help_mails_are_filled_in_with_what_support_asks_for():
    link = one(tree(c.BOOKED), ".//a[starts-with(@href, 'mailto:')]")
    query = parse_qs(urlsplit(link.get("href")).query)
    assert query["subject"] == ["Cartographie - Examen final certifiant"]
    body = query["body"][0]
    for fact in ("Alex", "Moreau", "alex", "alex@example.org", "France", "02/03/2017 16:00 (UTC+01:00)"):
        assert fact in body


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.phase.value)
def test_at_most_one_button_of_a_screen_is_filled(case):
    filled = ".//*[contains(@class, 'pex-btn--main')][not(ancestor::dialog)][not(ancestor-or-self::*[@hidden])]"
    assert len(tree(case).xpath(filled)) <= 1


def test_several_answers_of_one_problem_share_its_number():
    entry = """<optioninput options="('a','b')" correct="a"/>"""
    inside = "".join(f"<optionresponse><label>{n}</label>{entry}</optionresponse>" for n in "xy")
    paper = read_paper(f"<part><problem><p>Lead</p>{inside}</problem><problem>{inside}</problem></part>")
    part = replace(c.PARTS[1], number=1, answers={paper.questions[0].id: (paper.questions[0].choices[0].id,)})
    attempt = replace(c.SITTING, paper=paper, layout=draw(paper, 1), parts=(part,))
    screen = c.tree(c.Case(Phase.SITTING, c.in_attempt(attempt, holds_window=True), c.SITTING_AT), "en")

    assert screen.xpath("//@data-pex-question") == ["1", "1", "2", "2"]
    assert "Draft · 0 of 2" in c.words(screen)
    assert c.words(screen).count("Lead") == 1
