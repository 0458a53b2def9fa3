"""Who has no panel reads why, and nothing that is not about this exam."""

import pytest

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
