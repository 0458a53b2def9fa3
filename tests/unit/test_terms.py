"""Terms of course and service: one version for both, the text in the reader's language, an operator's own words."""

from __future__ import annotations

import pytest

from proctored_exam_xblock.backends import registry
from proctored_exam_xblock.domain.policy import ExamPolicy
from proctored_exam_xblock.domain.terms import (
    LONGEST_VERSION,
    ServiceTerms,
    parts_in_force,
    read_service_terms,
    version_in_force,
)

POLICY = ExamPolicy(backend="proctoru", terms_version="2017-1", terms_fr="Je suis seul.", terms_en="I am alone.")
SERVICE = ServiceTerms("3", {"fr": "Filmé.", "en": "Filmed."})


def test_the_version_is_the_courses_alone_where_the_service_has_no_terms() -> None:
    assert version_in_force(POLICY, None) == "2017-1"


@pytest.mark.parametrize(
    ("policy", "service"),
    [
        (ExamPolicy(backend="proctoru", terms_version="2"), SERVICE),
        (ExamPolicy(backend="proctorexam", terms_version="2017-1"), SERVICE),
        (POLICY, ServiceTerms("4", SERVICE.texts)),
        (POLICY, None),
    ],
)
def test_another_version_of_either_another_service_or_none_is_another_version(
    policy: ExamPolicy, service: ServiceTerms | None
) -> None:
    assert version_in_force(policy, service) != version_in_force(POLICY, SERVICE)


def test_the_longest_versions_fit_in_their_column_and_stay_apart() -> None:
    policy = ExamPolicy(backend="b" * 60, terms_version="v" * 32)
    versions = {version_in_force(policy, ServiceTerms(name * 24, {})) for name in "xyz"}
    assert len(versions) == 3
    assert max(map(len, versions)) <= LONGEST_VERSION


def test_each_text_is_in_the_readers_language_or_in_the_one_that_exists() -> None:
    only_english = ServiceTerms("1", {"en": "Filmed."})
    parts = parts_in_force(POLICY, only_english, "fr")
    assert [(part.source, part.language, part.text) for part in parts] == [
        ("course", "fr", "Je suis seul."),
        ("service", "en", "Filmed."),
    ]
    assert [part.text for part in parts_in_force(POLICY, SERVICE, "de")] == ["I am alone.", "Filmed."]


def test_an_empty_text_is_no_text() -> None:
    assert parts_in_force(ExamPolicy(terms_fr=" \n "), None, "fr") == ()


def test_a_digest_changes_with_a_word_and_with_nothing_else() -> None:
    [first, _] = parts_in_force(POLICY, SERVICE, "fr")
    [again, _] = parts_in_force(POLICY, SERVICE, "fr")
    [other] = parts_in_force(ExamPolicy(terms_version="2017-1", terms_fr="Je suis seule."), None, "fr")
    assert first.digest == again.digest != other.digest


def test_the_vendors_have_terms_in_both_languages_and_the_others_have_none() -> None:
    for slug in ("proctoru", "proctorexam", "proctorexam_lti"):
        own = registry.backend_class(slug).own_terms
        assert own is not None
        assert {language for language, text in own.texts.items() if text} == {"fr", "en"}
    for slug in ("none", "onsite", "edx_proctoring"):
        assert registry.backend_class(slug).own_terms is None


@pytest.mark.parametrize("cleared", [False, {}])
def test_an_operator_takes_the_services_terms_away(cleared: object) -> None:
    assert read_service_terms(cleared, SERVICE) is None


def test_an_operator_writes_other_terms_or_leaves_the_services_own() -> None:
    own = read_service_terms({"version": "ours", "fr": "Autres.", "en": ""}, SERVICE)
    assert own == ServiceTerms("ours", {"fr": "Autres."})
    assert read_service_terms(None, SERVICE) is SERVICE


@pytest.mark.parametrize(
    "wrong",
    [
        "words", True, ["fr"], {"fr": "Sans version."}, {"version": "1"}, {"version": "1", "fr": " "},
        {"version": 1, "fr": "x"}, {"version": "1", "de": "x"}, {"version": "1" * 25, "fr": "x"},
    ],
)  # fmt: skip
def test_terms_that_cannot_be_read_are_refused(wrong: object) -> None:
    with pytest.raises(ValueError, match="terms"):
        read_service_terms(wrong, SERVICE)


def test_a_service_with_unreadable_terms_is_not_configured(settings: object) -> None:
    from proctored_exam_xblock.domain.errors import NotConfigured

    configured = {"BACKENDS": {"proctoru": {"base_url": "http://127.0.0.1:1", "api_key": "k", "terms": "words"}}}
    settings.PROCTORED_EXAM = {**settings.PROCTORED_EXAM, **configured}  # type: ignore[attr-defined]
    with pytest.raises(NotConfigured):
        registry.get("proctoru")
