"""Who has no panel reads why, and nothing that is not about this exam."""

import pytest

from proctored_exam_xblock.models import Candidacy
from tests.campus import Campus
from tests.world import World

pytestmark = pytest.mark.django_db


def test_an_anonymous_visitor_is_asked_to_sign_in(campus: Campus) -> None:
    page = campus.block().student_view().content
    assert 'data-pex-phase="not_eligible"' in page
    assert 'data-pex-error="not_signed_in"' in page
    assert "2017" not in page, "the days of an exam that nobody wrote"


def test_an_exam_that_is_not_ready_says_so(world: World) -> None:
    block = Campus(world).block(world.person())
    assert 'data-pex-error="invalid_paper"' in block.student_view().content


@pytest.mark.parametrize("capitals", ["true", 1, None, []])
def test_a_choice_that_is_neither_yes_nor_no_is_refused(campus: Campus, capitals: object) -> None:
    alex = campus.world.person()
    answer = campus.send(campus.client(alex), "confirm_name", {"capitals": capitals})
    assert (answer.status_code, answer.json()["code"], answer.json()["field"]) == (400, "bad_request", "capitals")
    assert not Candidacy.objects.exists()


def test_the_family_name_is_confirmed_in_capitals_by_request(campus: Campus) -> None:
    alex = campus.world.person()
    answer = campus.send(campus.client(alex), "confirm_name", {"capitals": True})
    assert answer.status_code == 200
    assert campus.world.candidacy(alex).last_name == "MARTIN"


def test_who_lacks_a_group_is_refused_in_words_and_shown_what_is_missing(campus: Campus) -> None:
    campus.publish(groups=["Lyon"])
    answer = campus.send(campus.client(campus.world.person()), "confirm_name", {}).json()
    assert (answer["code"], answer["phase"]) == ("not_eligible", "not_eligible")
    assert answer["message"] == "Cet examen ne vous est pas encore ouvert. Sa page dit ce qui manque."
    assert 'data-pex-missing="group"' in answer["html"]
