"""The checklist, the rules of the room, practice and help, as they are read (R-FUN-23, R-FUN-25, R-PE-3, R-X-18)."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from urllib.parse import unquote

import pytest

from proctored_exam_xblock.domain.journey import Phase
from proctored_exam_xblock.domain.policy import FORBIDDEN, PREPARATION, Unlock
from proctored_exam_xblock.domain.practice import Around, judge
from proctored_exam_xblock.presenter import Help, Links, render_launch_refused, render_refusal
from tests.unit import candidates as c
from tests.unit.candidates import Case, tree, words
from tests.unit.test_practice import CASES, CLEAN, EXAM

AVAILABLE = Case(Phase.AVAILABLE, replace(c.READY, appointment=c.APPOINTMENT), c.START)
PRACTICE = replace(c.POLICY, practice=True, backend="none", title="Entraînement")
ON_SITE = Links(backend_name="Sur site", capabilities=frozenset({"unlock_code"}))


def points(case: Case) -> list[str]:
    return tree(case).xpath(".//*[@data-pex-checklist]//input/@value")


# --- preparation -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", [c.BOOKED, AVAILABLE], ids=["booked", "available"])
def test_the_checklist_has_the_guides_points_between_booking_and_exam(case):
    assert points(case) == list(PREPARATION)
    text = words(tree(case))
    for label in (
        *("Pas de lieu public", "Un bureau dégagé", "Câble réseau plutôt que Wi-Fi", "Équipement testé de nouveau"),
        *("deux par sécurité", "Acceptées : passeport, carte d’identité, carte de séjour, permis de conduire"),
        *("Un miroir, une tablette ou un CD", "rebords de l’écran et le clavier", "Éclairage derrière l’ordinateur"),
        *("Téléphones et objets connectés éteints", "ne pas surfer sur Internet", "Une heure disponible au-delà"),
        *("0 sur 10", "Imprimer cette page", "Règles de la salle", "ni casque, ni écouteurs"),
    ):
        assert label in text, label


def test_the_course_team_chooses_points_documents_and_rules():
    policy = replace(
        c.POLICY, preparation=("identity", "hour"), identity_documents=("passport",), forbidden=("internet",)
    )
    case = replace(c.BOOKED, policy=policy)
    text = words(tree(case))
    assert points(case) == ["identity", "hour"]
    assert "Acceptées : passeport." in text
    assert "pas d'Internet" in text
    assert "Autorisé pour cet examen : autres applications, livres et documents, calculatrice, stylo et papier" in text


def test_a_course_team_that_wants_no_list_and_no_rules_has_none():
    policy = replace(c.POLICY, preparation=(), forbidden=())
    screen = tree(replace(c.BOOKED, policy=policy))
    assert not screen.xpath(".//*[@data-pex-checklist]")


def test_on_site_nobody_is_asked_for_a_mirror():
    case = replace(c.BOOKED, links=ON_SITE, policy=replace(c.POLICY, unlock=Unlock.SESSION_CODE))
    assert points(case) == ["identity", "phones", "hour"]


def test_whoever_sits_alone_is_asked_for_what_serves_them():
    case = replace(c.BOOKED, links=Links(), policy=replace(c.POLICY, unlock=Unlock.NONE))
    assert points(case) == ["desk", "cable", "equipment", "phones", "family"]


def test_practice_has_the_checklist_of_the_exam_it_prepares_for():
    facts = replace(c.BOOKED.facts, practice=Around(target=EXAM))
    assert points(replace(c.BOOKED, links=Links(), policy=PRACTICE, facts=facts)) == list(PREPARATION)


@pytest.mark.parametrize("code", FORBIDDEN)
def test_each_rule_of_the_room_is_forbidden_or_allowed_before_the_start_too(code):
    case = Case(Phase.UNLOCKED, c.in_attempt(replace(c.GATE, state=c.State.UNLOCKED)), c.START)
    kept = tree(case).xpath(".//*[contains(@class, 'pex-rules')]//li")
    without = replace(case, policy=replace(c.POLICY, forbidden=tuple(name for name in FORBIDDEN if name != code)))
    assert len(tree(without).xpath(".//*[contains(@class, 'pex-rules')]//li")) == len(kept) - 1
    assert "Autorisé pour cet examen" in words(tree(without))


# --- practice --------------------------------------------------------------------------------------------------------


def report(life, target=EXAM, language="fr"):
    facts = replace(c.HANDED_IN.facts, practice=Around(target=target, report=judge(life, target)))
    links = Links(prepares_for="/exam/")
    return tree(replace(c.HANDED_IN, facts=facts, policy=PRACTICE, links=links), language)


@pytest.mark.parametrize(("life", "target", "finding"), CASES, ids=lambda part: getattr(part, "code", ""))
@pytest.mark.parametrize("language", ["fr", "en"])
def test_each_finding_has_words_and_something_to_do(life, target, finding, language):
    shown = report(life, target, language).xpath(f".//*[@data-pex-finding='{finding.code}']")
    assert shown
    assert len(words(shown[0])) > 60
    assert not re.search(r"%\(|\{", words(shown[0]))


def test_a_clean_try_reads_that_nothing_would_have_failed_and_can_be_begun_again():
    screen = report(CLEAN)
    text = words(screen)
    assert "Rien n’aurait échoué" in text
    assert "Mesuré selon les règles de « Examen »" in text
    assert "rien n’est noté" in text
    assert screen.xpath(".//button[@data-pex-action='try-again']")
    assert screen.xpath(".//a[@href='/exam/']")
    assert "tableau de bord" not in text


def test_once_the_period_is_over_there_is_no_button_to_begin_again():
    facts = replace(c.HANDED_IN.facts, practice=Around(target=EXAM, report=judge(CLEAN, EXAM)))
    case = replace(c.HANDED_IN, facts=facts, policy=PRACTICE, now=c.START + timedelta(days=30))
    assert not tree(case).xpath(".//*[@data-pex-action='try-again']")


@pytest.mark.parametrize(
    ("life", "sentence"),
    [
        (CLEAN, "rien n’aurait échoué."),
        (CASES[0][0], "l’examen n’a jamais commencé."),
        (CASES[5][0], "1 point aurait échoué."),
        (replace(CLEAN, equipment=None, takeovers=1), "rien n’aurait échoué, 2 points à surveiller."),
    ],
    ids=["clean", "never", "failed", "risks"],
)
def test_the_exam_offers_its_practice_and_says_how_the_last_try_went(life, sentence):
    links = replace(c.LINKS, practice="/practice/")
    for case in (c.BOOKED, c.BOOKING):
        facts = replace(case.facts, practice=Around(last=judge(life, EXAM)))
        screen = tree(replace(case, facts=facts, links=links))
        assert screen.xpath(".//a[@href='/practice/']")[0].text == "Passer l’examen d’entraînement"
        assert re.search(r"Dernier entraînement le 2 mars à \d\d:\d\d : " + re.escape(sentence), words(screen))


def test_no_practice_is_offered_where_the_exam_has_none():
    assert not tree(c.BOOKED).xpath(".//*[@data-pex-action='practise']")


def test_only_practice_shows_what_the_proctor_would_type():
    facts = replace(c.IN_ROOM.facts, practice=Around(code="BCDFGHJK"))
    shown = tree(replace(c.IN_ROOM, facts=facts, policy=PRACTICE)).xpath(".//*[@data-pex-practice-code]")
    assert [code.text for code in shown] == ["BCDFGHJK"]
    assert not tree(c.IN_ROOM).xpath(".//*[@data-pex-practice-code]")


# --- help ------------------------------------------------------------------------------------------------------------


def mailto(case, language="fr"):
    return tree(case, language).xpath(".//footer//a[starts-with(@href, 'mailto:')]/@href")


def test_the_message_is_encoded_as_mail_programs_read_it():
    person = replace(c.PERSON, last_name="Ö'Brien & Co?", first_name="Zoé")
    case = replace(c.BOOKED, facts=replace(c.BOOKED.facts, person=person))
    address, _, query = mailto(case)[0].partition("?")
    assert address == "mailto:certification@example.org"
    assert re.fullmatch(r"subject=[\w.~%-]+&body=[\w.~%-]+", query, re.ASCII)
    body = query.partition("&body=")[2]
    assert "%0D%0A" in body
    assert "%20" in body
    assert "%0A" not in body.replace("%0D%0A", "")
    assert "Zoé" in unquote(body)
    assert "Ö'Brien & Co?" in unquote(body)


@pytest.mark.parametrize(
    ("language", "labels"),
    [
        ("fr", ("Prénom : Alex", "Nom : Moreau", "Pays : France", "Rendez-vous : 02/03/2017 16:00 (UTC+01:00)")),
        ("en", ("First name: Alex", "Last name: Moreau", "Country: France", "Appointment: 2 Mar 2017 16:00")),
    ],
)
def test_the_message_says_what_support_asks_for_in_the_candidates_language(language, labels):
    body = unquote(mailto(c.BOOKED, language)[0]).replace("\xa0", " ").replace("\u202f", " ")
    for label in labels:
        assert label in body


def test_contacts_of_the_exam_come_first_and_none_is_said_twice():
    policy = replace(c.POLICY, help_phones=("08 00 90 27 92", "+33 (0)4 78 00 00 00"), help_emails=("team@x.org",))
    links = replace(c.LINKS, help_phones=("0800902792", "+33 800 902 792"), help_emails=("Team@x.org", "vendor@x.org"))
    case = replace(c.BOOKED, policy=policy, links=links)
    hrefs = tree(case).xpath(".//footer//a/@href")
    assert hrefs[:3] == ["tel:0800902792", "tel:+33478000000", "tel:+33800902792"]
    assert [href.partition("?")[0] for href in hrefs[3:]] == ["mailto:team@x.org", "mailto:vendor@x.org"]


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_refusal_has_help_as_well(language):
    contacts = Help("Cartographie", "Examen", ("08 00 90 27 92",), ("team@x.org",))
    pages = (
        render_refusal("Non", "not_configured", Phase.CLOSED, language, contacts),
        render_launch_refused("Non", "vendor_unavailable", True, language, contacts),
    )
    for page in pages:
        assert 'href="tel:0800902792"' in page
        assert 'href="mailto:team@x.org?subject=Cartographie%20-%20Examen"' in page


def test_a_refusal_without_contacts_sends_to_the_course_team():
    assert "l'équipe pédagogique" in render_refusal("Non", "not_signed_in", Phase.NOT_ELIGIBLE, "fr").replace("’", "'")
