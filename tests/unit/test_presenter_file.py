"""The file before booking on the screen: what is missing, terms, name, information, in both languages."""

from __future__ import annotations

from dataclasses import replace

import pytest

from proctored_exam_xblock.domain.eligibility import Missing, Requirement
from proctored_exam_xblock.domain.journey import Facts, OnboardingFacts, Phase
from proctored_exam_xblock.domain.terms import Accepted, ServiceTerms, TermsPart
from tests.unit import candidates as c
from tests.unit.candidates import Case, tree, words

LACKS = (
    Missing(Requirement.ENROLMENT, "", ("verified", "credit"), ("audit",)),
    Missing(Requirement.GROUP, "", ("Lyon", "Paris", "Lille"), ("Brest",)),
    Missing(Requirement.PREREQUISITE, "Quiz <1>", ("60",), ("45",), "/quiz"),
    Missing(Requirement.PREREQUISITE, "Quiz 2", ("50",)),
)


def outsider(*missing: Missing) -> Case:
    return Case(Phase.NOT_ELIGIBLE, replace(c.READY, eligible=False, missing=missing), c.BOOKED_AT)


def newcomer(**changes: object) -> Case:
    return Case(Phase.ONBOARDING, replace(c.READY, onboarding=OnboardingFacts(), **changes), c.BOOKED_AT)


def step(case: Case, name: str, language: str = "fr") -> str:
    return words(tree(case, language).xpath(f".//*[@data-pex-step='{name}']")[0])


def test_each_thing_missing_says_what_is_needed_what_there_is_and_has_a_link():
    rows = tree(outsider(*LACKS)).xpath(".//*[@data-pex-missing]")
    said = [words(row) for row in rows]
    assert said[0].startswith("Inscription à la certification Il faut : inscription avec certification ou inscription")
    assert "Vous avez : inscription sans certification." in said[0]
    assert "Ouvert à : Lyon, Paris ou Lille. Votre groupe : Brest." in said[1]
    assert "Quiz <1> Il faut au moins 60 %. Vous avez 45 %." in said[2]
    assert "Vous n’y avez pas encore de note." in said[3]
    links = [row.xpath(".//a/@href")[0] for row in rows]
    assert links[0] == "/enrol/"
    assert links[1].startswith("mailto:certification@example.org?")
    assert links[2:] == ["/quiz", "/dashboard/"]


def test_only_the_first_thing_to_do_is_a_filled_button():
    found = tree(outsider(*LACKS)).xpath(".//*[@data-pex-missing]//a[contains(@class, 'pex-btn--main')]")
    assert len(found) == 1


def test_who_is_enrolled_is_not_told_to_enrol():
    screen = tree(outsider(LACKS[1]))
    assert "enrol" not in screen.xpath(".//@data-pex-action")
    assert words(screen.xpath(".//h2")[0]) == "Cet examen ne vous est pas encore ouvert"
    assert "At least 60 % needed. You have 45 %." in words(tree(outsider(LACKS[2]), "en"))


def test_nobody_without_an_enrolment_is_told_that_they_follow_the_course():
    nobody = Missing(Requirement.ENROLMENT, "", ("verified",))
    assert "n’êtes pas inscrit(e) à ce cours" in words(tree(outsider(nobody)))
    assert "n’êtes pas inscrit(e) à ce cours" not in words(tree(outsider(LACKS[0])))


def test_the_terms_of_course_and_service_are_read_in_one_place_and_accepted_by_one_button():
    service = ServiceTerms("4", {"fr": "Un surveillant <me> voit.", "en": "A proctor sees me."})
    screen = tree(newcomer(service_terms=service))
    [button] = screen.xpath(".//*[@data-pex-action='accept-terms']")
    assert button.get("data-version") == "1+proctoru:4"
    text = step(newcomer(service_terms=service), "terms")
    assert "Conditions de l’examen version 1 Vous serez filmé." in text
    assert "Conditions de ProctorU version 4 Un surveillant <me> voit." in text


def test_a_text_in_another_language_says_so_to_screen_readers():
    screen = tree(newcomer(service_terms=ServiceTerms("1", {"en": "A proctor sees me."})))
    [text] = screen.xpath(".//*[@data-pex-step='terms']//*[@lang]")
    assert (text.get("lang"), "A proctor sees me." in words(text)) == ("en", True)


def renewed(old: str) -> Case:
    accepted = Accepted("0", "en", c.BOOKED_AT, (TermsPart("course", "0", "en", old),))
    done = replace(c.DONE, terms_version="0")
    return Case(Phase.ONBOARDING, replace(c.READY, onboarding=done, accepted_terms=accepted), c.BOOKED_AT)


def test_changes_are_marked_up_and_spoken():
    [changes] = tree(renewed("You will <b>not."), "en").xpath(".//*[@data-pex-changes]")
    assert words(changes.xpath(".//del")[0]) == "Taken out: <b>not. (end)"
    assert words(changes.xpath(".//ins")[0]) == "Added: be filmed. (end)"


@pytest.mark.parametrize(("last", "offered"), [("Martin", True), ("Moreau", False), ("MARTIN", False)])
def test_capitals_are_offered_for_a_name_that_may_be_taken_for_a_first_name(last: str, offered: bool):
    person = replace(c.PERSON, last_name=last)
    case = newcomer(person=person, account_name=("Alex", last))
    assert bool(tree(case).xpath(".//*[@data-pex-choice='name']")) is offered


def test_the_choice_is_a_named_group_and_as_in_the_account_by_default():
    case = newcomer(person=replace(c.PERSON, last_name="Martin"), account_name=("Alex", "Martin"))
    [group] = tree(case, "en").xpath(".//*[@data-pex-step='name']//fieldset")
    assert "“Martin” may be taken for a first name" in words(group.xpath("./legend")[0])
    assert group.xpath(".//input[@checked]/@value") == ["as_is"]


def test_each_field_says_what_it_is_for_and_what_becomes_of_it():
    screen = tree(newcomer(information_fields=("phone", "address", "city", "time_zone", "country")))
    for field in screen.xpath(".//*[@data-pex-field]"):
        [purpose] = screen.xpath(f".//*[@id='{field.get('aria-describedby')}']")
        assert words(purpose), field.get("data-pex-field")
    form = words(screen.xpath(".//form")[0])
    assert "jusqu’à ce que vous le modifiiez ou que votre compte soit supprimé" in form
    assert "Transmis à ProctorU quand vous prenez rendez-vous" in form


def test_a_phone_number_on_file_is_shown_in_international_form():
    [phone] = tree(c.BOOKING).xpath(".//*[@data-pex-field='phone']")
    assert c.PERSON.phone == "0600000000"
    assert phone.get("value") == "+33 6 00 00 00 00"


def test_an_address_with_an_alias_is_told_where_the_service_refuses_it():
    for case in (newcomer(email_is_refused=True), replace(c.BOOKING, facts=replace(c.READY, email_is_refused=True))):
        [note] = tree(case).xpath(".//*[@data-pex-error='email_alias']")
        assert note.xpath(".//a/@href") == ["/account/"]
        assert c.PERSON.email in words(note)


def test_the_file_is_at_hand_while_booked_with_the_form_to_mend_it():
    facts: Facts = replace(c.BOOKED.facts, accepted_terms=Accepted("1", "en", c.BOOKED_AT))
    [file] = tree(replace(c.BOOKED, facts=facts)).xpath(".//*[@data-pex-file]")
    text = words(file)
    assert "Alex Moreau" in text
    assert "version 1. Langue : anglais." in text
    assert file.xpath(".//form[@data-pex-form='save-information']")
