"""Terms of use: which words were accepted, shown again with what changed, kept as evidence, exported."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from proctored_exam_xblock import screens
from proctored_exam_xblock.backends import registry
from proctored_exam_xblock.domain.errors import NotAllowedNow, TermsOutdated
from proctored_exam_xblock.domain.terms import ServiceTerms
from proctored_exam_xblock.models import Candidacy, TermsAcceptance, TermsText
from proctored_exam_xblock.services import enrolment
from proctored_exam_xblock.services import terms as service
from proctored_exam_xblock.services.dossier import Caller
from tests.world import USAGE, World

pytestmark = pytest.mark.django_db
FIRST = {"terms_version": "1", "terms_fr": "Je suis seul.\n\nGardé six semaines.", "terms_en": "I am alone."}
SECOND = {"terms_version": "2", "terms_fr": "Je suis seul.\n\nGardé huit semaines.", "terms_en": "I am all alone."}


@pytest.fixture
def exam(world: World) -> World:
    world.publish(**FIRST)
    return world


def with_service_terms(version: str = "1") -> None:
    registry.backend_class("fake").own_terms = ServiceTerms(version, {"fr": "Filmé.", "en": "Filmed."})


def accept(exam: World, caller: Caller, version: str = "1") -> TermsAcceptance:
    enrolment.accept_terms(caller, version, exam.clock())
    return TermsAcceptance.objects.get(candidacy=exam.candidacy(caller), version=version)


def html(exam: World, caller: Caller) -> str:
    return screens.html(exam.load(caller)).replace("\xa0", " ")


def test_the_words_are_kept_once_for_all_and_the_acceptance_for_each(exam: World) -> None:
    alex, robin = exam.person(), exam.person("robin")
    mine, other = accept(exam, alex), accept(exam, robin)
    assert (mine.language, mine.accepted_at) == ("fr", exam.clock())
    assert list(mine.texts.all()) == list(other.texts.all())
    [text] = TermsText.objects.all()
    assert (text.source, text.version, text.language, text.text) == ("course", "1", "fr", FIRST["terms_fr"])


def test_the_services_terms_are_accepted_with_the_courses_in_one_click(exam: World) -> None:
    with_service_terms()
    alex = exam.person()
    with pytest.raises(TermsOutdated):
        enrolment.accept_terms(alex, "1", exam.clock())
    row = accept(exam, alex, "1+fake:1")
    assert [text.source for text in row.texts.order_by("source")] == ["course", "service"]
    with_service_terms("2")
    assert 'data-version="1+fake:2"' in html(exam, alex)


def test_a_refused_acceptance_leaves_nothing(exam: World) -> None:
    with pytest.raises(TermsOutdated):
        enrolment.accept_terms(exam.person(), "9", exam.clock())
    assert (TermsText.objects.count(), TermsAcceptance.objects.count()) == (0, 0)


def test_nothing_is_accepted_once_the_room_is_open(exam: World) -> None:
    alex = exam.person()
    exam.enter_room(alex)
    Candidacy.objects.update(terms_version="0")
    TermsAcceptance.objects.all().delete()
    TermsText.objects.all().delete()
    with pytest.raises(NotAllowedNow):
        enrolment.accept_terms(alex, "1", exam.clock())
    assert (TermsText.objects.count(), TermsAcceptance.objects.count()) == (0, 0)


def test_words_that_changed_between_reading_and_writing_are_asked_again(
    exam: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = service._kept

    def kept(parts: Any, now: Any) -> Any:
        rows = real(parts, now)
        exam.publish(terms_fr="Tout autre chose.")
        return rows

    monkeypatch.setattr(service, "_kept", kept)
    alex = exam.person()
    with pytest.raises(TermsOutdated):
        enrolment.accept_terms(alex, "1", exam.clock())
    assert TermsAcceptance.objects.count() == 0


def test_a_version_that_comes_back_keeps_its_first_acceptance(exam: World) -> None:
    alex = exam.person()
    first = accept(exam, alex)
    exam.publish(**SECOND)
    exam.minutes(5)
    accept(exam, alex, "2")
    exam.publish(**FIRST)
    exam.minutes(5)
    assert accept(exam, alex) == first
    assert exam.candidacy(alex).terms_accepted_at == exam.clock()
    assert TermsAcceptance.objects.count() == 2


def test_a_new_version_shows_what_was_taken_out_and_put_in_before_the_whole_text(exam: World) -> None:
    alex = exam.person()
    accept(exam, alex)
    exam.publish(**SECOND)
    page = html(exam, alex)
    assert 'six<span class="pex-sr"> (fin)</span></del>' in page
    assert 'huit<span class="pex-sr"> (fin)</span></ins>' in page
    assert page.index("<ins>") < page.index("Gardé huit semaines.")
    assert page.count("Je suis seul.") == 1


def test_terms_that_were_read_in_another_language_are_not_compared(exam: World) -> None:
    alex = exam.person()
    accept(exam, Caller(USAGE, alex.user_id, language="en"))
    exam.publish(**SECOND)
    page = html(exam, alex)
    assert "<ins>" not in page
    assert "dans une autre langue" in page


def test_a_version_without_a_changed_word_says_so(exam: World) -> None:
    alex = exam.person()
    accept(exam, alex)
    exam.publish(terms_version="2")
    assert "Aucun mot n’a changé" in html(exam, alex)


@pytest.mark.parametrize("phase", ["onboarding", "booking", "booked"])
def test_what_was_accepted_can_be_read_again_as_it_was(exam: World, phase: str) -> None:
    alex = exam.person()
    reach = {"onboarding": lambda who: accept(exam, who), "booking": exam.onboard, "booked": exam.book}
    reach[phase](alex)
    exam.publish(terms_fr="Corrigé sans nouvelle version.")
    assert exam.phase(alex) == phase
    page = html(exam, alex)
    assert "Gardé six semaines." in page
    assert "Corrigé" not in page


def test_an_acceptance_from_before_its_words_were_kept_is_shown_without_them(exam: World) -> None:
    alex = exam.person()
    accept(exam, alex)
    TermsAcceptance.objects.all().delete()
    page = html(exam, alex)
    assert "version 1" in page
    assert "data-pex-accepted-terms" not in page


def lines(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_the_command_writes_every_acceptance_and_no_formula(exam: World) -> None:
    evil = exam.person("evil")
    get_user_model().objects.filter(pk=evil.user_id).update(first_name='=HYPERLINK("http://x")', last_name="@sum")
    accept(exam, evil)
    enrolment.confirm_name(evil, exam.clock())
    exam.minutes(5)
    accept(exam, exam.person())
    out = io.StringIO()
    call_command("export_terms", USAGE, stdout=out)
    first, second = lines(out.getvalue())
    assert (first["user"], first["first_name"], first["last_name"]) == ("evil", '\'=HYPERLINK("http://x")', "'@sum")
    assert (second["user"], second["version"], second["texts"]) == ("alex", "1", "course:1:fr")
    assert second["accepted_at"] == exam.clock().isoformat()
    assert second["digests"] == TermsText.objects.get().digest


def test_the_command_knows_the_exam(exam: World) -> None:
    with pytest.raises(CommandError):
        call_command("export_terms", "nothing")


@pytest.fixture
def operator() -> Client:
    client = Client()
    client.force_login(get_user_model().objects.create_superuser("operator", "operator@example.org", "x"))
    return client


def test_the_admin_exports_what_was_selected(exam: World, operator: Client) -> None:
    row = accept(exam, exam.person())
    accept(exam, exam.person("robin"))
    url = reverse("admin:proctored_exam_xblock_termsacceptance_changelist")
    answer = operator.post(url, {"action": "export", "_selected_action": [row.pk]})
    assert answer["Content-Type"].startswith("text/csv")
    assert [line["user"] for line in lines(answer.content.decode())] == ["alex"]


def test_the_admin_shows_the_file_as_the_candidate_has_it(exam: World, operator: Client) -> None:
    alex = exam.person()
    exam.onboard(alex)
    exam.publish(groups=["Lyon"], terms_version="2")
    url = reverse("admin:proctored_exam_xblock_candidacy_change", args=[exam.candidacy(alex).pk])
    page = operator.get(url).content.decode().replace("\xa0", " ")
    assert "utilisation: <b>À faire</b>" in page
    assert "Nom et prénom: <b>Fait</b> 20 février 2017" in page
    assert "Groupe : il faut Lyon, a -" in page
    assert "course 1 fr" in page
