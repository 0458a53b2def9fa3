"""E-mails in words: complete in both languages, with what to do next, without what must not be in them."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape

import pytest

from proctored_exam_xblock.domain.mail import Kind, Letter
from proctored_exam_xblock.presenter import render_mail
from tests.unit.letters import every_letter

LANGUAGES = ("fr", "en")
EVERY = [(language, name) for language in LANGUAGES for name in every_letter(language)]


def letter(language: str, name: str) -> Letter:
    return every_letter(language)[name]


def test_there_is_a_letter_of_each_kind() -> None:
    assert {found.kind for found in every_letter("fr").values()} == set(Kind)


@pytest.mark.parametrize(("language", "name"), EVERY)
def test_text_and_html_say_the_same(language: str, name: str) -> None:
    made = render_mail(letter(language, name))
    said, seen = (set(re.findall(r"\w+", text)) for text in (made.text, unescape(made.html)))
    assert said - seen <= {"Concerns", "Concerne"}, "what is struck out in HTML needs a word in plain text"
    assert letter(language, name).url in made.text or letter(language, name).dashboard in made.text


@pytest.mark.parametrize("name", list(every_letter("fr")))
def test_french_and_english_say_different_things(name: str) -> None:
    french, english = (render_mail(letter(language, name)) for language in LANGUAGES)
    assert french.subject != english.subject
    same = set(french.text.splitlines()) & set(english.text.splitlines())
    assert not [
        line
        for line in same
        if len(line.split()) > 4 and "Introduction à la" not in line and "Une deux" not in line and "UTC" not in line
    ]


@pytest.mark.parametrize(("language", "name"), EVERY)
def test_each_has_one_button_no_picture_and_no_script(language: str, name: str) -> None:
    made = render_mail(letter(language, name))
    assert made.html.count('class="button"') == 1
    assert not re.search(r"<img|<script|url\(|src=", made.html)
    assert "\n" not in made.subject
    assert f'<html lang="{language}">' in made.html


@pytest.mark.parametrize(("name", "pill"), [("cancelled", "Annulé"), ("corrected", "Corrigé")])
def test_the_pill_agrees_with_what_it_is_said_of(name: str, pill: str) -> None:
    assert re.search(rf">\s*{pill}\s*<", render_mail(letter("fr", name)).html)


def test_a_void_time_is_struck_out_and_one_that_stands_is_not() -> None:
    assert "<s>" in render_mail(letter("fr", "cancelled")).html
    assert "<s>" not in render_mail(letter("fr", "confirmed")).html


def test_advice_fits_the_place() -> None:
    at_home = render_mail(letter("en", "confirmed")).text
    on_site = render_mail(replace(letter("en", "confirmed"), room="")).text
    alone = render_mail(replace(letter("en", "confirmed"), room="", is_watched=False)).text
    assert ["closed room" in text for text in (at_home, on_site, alone)] == [True, False, False]
    assert ["identity documents" in text for text in (at_home, on_site, alone)] == [True, True, False]


def test_the_subject_of_an_endless_title_has_an_end() -> None:
    assert len(render_mail(replace(letter("fr", "confirmed"), title="é" * 1000)).subject) <= 180
