"""Phone numbers as people write them, and what is said of those that cannot be used."""

from __future__ import annotations

import pytest

from proctored_exam_xblock.domain import phones
from proctored_exam_xblock.domain.errors import InvalidForm
from proctored_exam_xblock.messages import field_texts


@pytest.mark.parametrize(
    ("written", "country"),
    [
        ("06 12 34 56 78", "FR"), ("0612345678", "FR"), ("06.12.34.56.78", "FR"), ("+33 (0)6 12 34 56 78", "FR"),
        ("+33612345678", "US"), ("+33612345678", ""), ("0033 6 12 34 56 78", "FR"), ("00 33 6 12 34 56 78", "BE"),
    ],
)  # fmt: skip
def test_national_and_international_forms_are_one_number(written: str, country: str) -> None:
    assert phones.read(written, country) == "+33 6 12 34 56 78"


@pytest.mark.parametrize(
    ("written", "country", "reason"),
    [
        ("12", "FR", "phone_short"),
        ("+33 6 12 34 56", "FR", "phone_short"),
        ("+33 6 12 34 56 78 90 12 34", "FR", "phone_long"),
        ("06 12 34 56 78", "", "phone_country"),
        ("call me", "FR", "phone"),
        ("+999 12 34 56 78", "FR", "phone_unknown"),
        ("+1 000 000 0000", "US", "phone_unknown"),
        ("06 12 34 56 78 ext. 5", "FR", "phone_extension"),
    ],
)
def test_what_cannot_be_called_says_why(written: str, country: str, reason: str) -> None:
    with pytest.raises(phones.BadPhone) as refused:
        phones.read(written, country)
    assert refused.value.reason == reason


@pytest.mark.parametrize("country", ["FR", "BE", "US", "SN", "RE", "AQ", "XX", ""])
def test_every_country_has_an_example_that_would_be_accepted(country: str) -> None:
    example = phones.example(country)
    assert phones.read(example.international, "") == example.international


def test_what_is_on_file_is_shown_in_international_form_or_as_it_is() -> None:
    assert phones.shown("0612345678", "FR") == "+33 6 12 34 56 78"
    assert phones.shown("room 12", "FR") == "room 12"


def test_the_error_shows_a_number_of_that_country() -> None:
    example = phones.example("BE")
    error = InvalidForm({"phone": "phone_short"}, national=example.national, international=example.international)
    sentence = field_texts(error)["phone"].replace("\xa0", " ")
    assert example.national in sentence
    assert example.international in sentence
