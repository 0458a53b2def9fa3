"""Numbers of templates, whatever the host says of numbers."""

import pytest
from django.test import override_settings
from django.utils import translation

from proctored_exam_xblock.presenter import engine


@pytest.fixture(autouse=True)
def _separated():
    with override_settings(USE_THOUSAND_SEPARATOR=True, USE_L10N=True, NUMBER_GROUPING=3):
        yield


@pytest.mark.parametrize("language", ["en", "fr"])
def test_numbers_are_written_as_scripts_and_drawings_read_them(language):
    written = engine._ENGINE.from_string('<p data-a="{{ a }}" y="{{ b }}">{% with c=a %}{{ c }}{% endwith %}</p>')
    with translation.override(language):
        shown = written.render(engine.Context({"a": 12345, "b": 1234.5}))

    assert shown == '<p data-a="12345" y="1234.5">12345</p>'


def test_text_escapes_nothing_and_pages_everything():
    written = engine._ENGINE.from_string("{{ a }}")

    assert written.render(engine.Context({"a": "<"}, autoescape=False)) == "<"
    assert written.render(engine.Context({"a": "<"})) == "&lt;"
