"""Which family names may be taken for first names, and how capitals show them."""

from __future__ import annotations

import pytest

from proctored_exam_xblock.domain import names


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("Alex", "Martin"), ("Zoé", "Thomas"), ("Paul", "Éloi"), ("Marie", "Saint-Laurent"), ("Jean", "Pierre Dubois"),
        ("Moreau", "Alex"), ("Inès", "d’André"),
    ],
)  # fmt: skip
def test_a_family_name_that_is_a_first_name_too_is_ambiguous(first: str, last: str) -> None:
    assert names.is_ambiguous(first, last)


@pytest.mark.parametrize(
    ("first", "last"),
    [("Alex", "Moreau"), ("Robin", "Lefèvre"), ("Camille", "Le Goff"), ("Alex", "MARTIN"), ("", "Martin"), ("Zoé", "")],
)
def test_others_are_not_nor_what_is_in_capitals_or_stands_alone(first: str, last: str) -> None:
    assert not names.is_ambiguous(first, last)


@pytest.mark.parametrize(
    ("last", "shown"), [("Martin", "MARTIN"), ("Élie", "ÉLIE"), ("Groß", "GROSS"), ("de La Tour", "DE LA TOUR")]
)
def test_capitals_keep_their_accents(last: str, shown: str) -> None:
    assert names.in_capitals(last) == shown


def test_capitals_that_grow_still_fit_where_they_are_kept() -> None:
    assert len(names.in_capitals("ß" * names.LONGEST)) == names.LONGEST
