"""Papers meant to harm are refused with a sentence through every door: the reader, the command, the author's page."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

from proctored_exam_xblock.domain.errors import InvalidPaper
from proctored_exam_xblock.olx import markdown_to_olx, read_paper
from proctored_exam_xblock.paper_reasons import paper_reason
from tests.campus import Campus, all_rows

pytestmark = pytest.mark.django_db
SECRET = "a line of a file of the server"
QUESTION = (
    "<multiplechoiceresponse><label>Q</label><choicegroup><choice correct='true'>a</choice></choicegroup>"
    "</multiplechoiceresponse>"
)


def with_type(declared: str, inside: str = "&x;") -> str:
    return f"<!DOCTYPE part [{declared}]><part><problem><p>{inside}</p>{QUESTION}</problem></part>"


INCLUSION = "<xi:include xmlns:xi='http://www.w3.org/2001/XInclude' href='file://{secret}' parse='text'/>"
LAUGHS = "".join(f"<!ENTITY x{n} '{f'&x{n - 1};' * 10 if n else 'ha'}'>" for n in range(10))
HOSTILE = {
    "a billion laughs": (with_type(LAUGHS, "&x9;"), "doctype"),
    "quadratic blowup": (with_type(f"<!ENTITY x '{'a' * 50_000}'>", "&x;" * 5_000), "doctype"),
    "a file of the server": (with_type("<!ENTITY x SYSTEM 'file://{secret}'>"), "doctype"),
    "an address": (with_type("<!ENTITY x SYSTEM 'http://127.0.0.1:1/x'>"), "doctype"),
    "a parameter entity": (with_type("<!ENTITY % x SYSTEM 'file://{secret}'> %x;", ""), "doctype"),
    "a type of elsewhere": ("<!DOCTYPE part SYSTEM 'file://{secret}'><part/>", "doctype"),
    "an inclusion": (
        f"<part><problem><p>{INCLUSION}</p>{QUESTION}</problem></part>",
        "unsupported_element",
    ),
    "ten thousand tags": ("<part>" + "<p>" * 10_000 + "</p>" * 10_000 + "</part>", "too_deep"),
    "just too deep": ("<part>" + "<p>" * 150 + "</p>" * 150 + "</part>", "too_deep"),
    "too many tags": ("<part>" + "<p/>" * 200_001 + "</part>", "too_many_elements"),
    "a large text": ("<part><problem>" + "x" * 5_000_000 + "</problem></part>", "too_large"),
    "never closed": ("<part>" * 50, "malformed"),
    "markdown without end": (">>Q<<\n(x) a\n" + "{{" * 10_000, "too_large"),
    "a script": (
        f"<part><problem><script type='loncapa/python'>import os</script>{QUESTION}</problem></part>",
        "script",
    ),
}
UNSTORABLE = {"a null byte": "\0", "half a letter": "\ud800"}


@pytest.fixture(params=HOSTILE)
def hostile(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, str]:
    """A text, and the code of the reason why it is refused; a file of the server lies where it points."""
    text, reason = HOSTILE[request.param]
    (tmp_path / "secret").write_text(SECRET)
    return text.replace("{secret}", str(tmp_path / "secret")), reason


def is_markdown(text: str) -> bool:
    return not text.startswith("<")


def test_the_reader_refuses(hostile: tuple[str, str]) -> None:
    text, reason = hostile
    with pytest.raises(InvalidPaper) as caught:
        read_paper(markdown_to_olx(text) if is_markdown(text) else text)
    assert caught.value.params["reason"] == reason
    assert SECRET not in str(caught.value.params)


@pytest.mark.parametrize("packed", [False, True])
def test_the_command_tells_of_it(
    hostile: tuple[str, str], packed: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text, reason = hostile
    folder = tmp_path / "course"
    folder.mkdir()
    path = folder / ("paper.md" if is_markdown(text) else "paper.xml")
    path.write_text(text)
    call_command("check_paper", str(folder if packed else path), "--json")
    told = capsys.readouterr().out
    assert {problem["reason"] for problem in json.loads(told)["problems"]} == {reason}
    assert SECRET not in told


def test_the_authors_page_says_why(hostile: tuple[str, str], campus: Campus) -> None:
    text, reason = hostile
    campus.block()  # the sdk reads its fields once
    client, before = campus.client(campus.teacher()), all_rows()
    response = campus.send(client, "import_paper", {"text": text})
    body = response.content.decode()
    told = response.json()
    with translation.override(response.get("Content-Language", "fr")):
        sentence = paper_reason(reason)
    pieces = [piece for part in told.get("parts", []) for piece in part["problems"]]
    mistakes = [*told.get("mistakes", []), *(mistake for piece in pieces for mistake in piece["mistakes"])]
    if told.get("code") == "payload_too_large":  # the host takes less than an author's page does
        assert (response.status_code, len(text) > 2_500_000) == (413, True)
    else:
        assert response.status_code in (200, 422)
        assert any(sentence in mistake["text"] for mistake in mistakes)
    assert SECRET not in body
    assert {**all_rows(), "sessions.Session": []} == {**before, "sessions.Session": []}


@pytest.mark.parametrize("letters", UNSTORABLE.values(), ids=UNSTORABLE)
def test_what_is_no_text_is_refused_by_all(
    campus: Campus, tmp_path: Path, capsys: pytest.CaptureFixture[str], letters: str
) -> None:
    text = f"<part><problem><p>{letters}</p>{QUESTION}</problem></part>"
    with pytest.raises(InvalidPaper):
        read_paper(text)
    path = tmp_path / "paper.xml"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    call_command("check_paper", str(path))
    assert "REFUSED" in capsys.readouterr().out
    response = campus.send(campus.client(campus.teacher()), "import_paper", {"text": text})
    assert (response.status_code, response.json()["code"]) == (400, "bad_request")


def test_a_hundred_megabytes_are_refused_by_all(
    campus: Campus, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = "<part>" + " " * 100_000_000
    with pytest.raises(InvalidPaper) as caught:
        read_paper(text)
    assert caught.value.params["reason"] == "too_large"
    response = campus.send(campus.client(campus.teacher()), "import_paper", {"text": text})
    assert (response.status_code, response.json()["code"]) == (413, "payload_too_large")
    path = tmp_path / "paper.xml"
    path.write_text(text)
    with pytest.raises(CommandError, match=r"\[too_large\]"):
        call_command("grade_paper", str(path), "--answers", str(path))
    call_command("check_paper", str(path))
    assert "[too_large]" in capsys.readouterr().out


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32", "cp1252", "koi8-r", "utf-7", "no-such"])
def test_a_text_that_declares_another_encoding_changes_nothing_on_the_authors_page(
    campus: Campus, encoding: str
) -> None:
    """The page sends letters: what the text says of its bytes is of no account."""
    text = f"<?xml version='1.0' encoding='{encoding}'?><part><problem><p>été</p>{QUESTION}</problem></part>"
    response = campus.send(campus.client(campus.teacher()), "import_paper", {"text": text})
    [part] = response.json()["parts"]
    assert (response.status_code, part["problems"][0]["mistakes"]) == (200, [])
    assert "été" in part["problems"][0]["text"]
