"""The words of a problem: what stands before each input, as HTML without the inputs, hints and solutions."""

from __future__ import annotations

import re
from collections.abc import Sequence

from lxml import etree

from . import richtext
from .hardened import parse
from .tree import take, tidy

_GAP = re.compile(r">(?!\n<)[ \t\r\n]+<")
Words = tuple[str, str]
"""``lead``, ``prompt``."""
Entry = tuple[etree._Element, etree._Element]
"""A response and one of its inputs."""


def of_one(problem: etree._Element, response: etree._Element, entry: etree._Element, title: str) -> Words:
    """The prompt of the only input: everything but the input, in order; a label that stands alone is given bare."""
    take([entry])
    _describe(problem)
    bare = [_as_paragraph(label) for label in _labels(problem)]
    etree.strip_tags(problem, str(response.tag))
    tidy(problem)
    prompt = _unwrapped(_with_spoken(richtext.inner_html(problem), entry, bool(bare)), bare)
    if richtext.is_blank(prompt):
        prompt = richtext.plain(title)
    return "", _settled(prompt)


def in_several(problem: etree._Element, entries: Sequence[Entry], title: str) -> list[Words]:
    """Lead and prompt of each of several inputs.

    What stands before an input is its prompt, or its lead when the response has a label of its own. Inputs in the midst
    of a sentence or a table leave their number there, ``(2)``, and follow it in order.
    """
    alone = _counted(entries)
    labels = [_own_label(response) if alone[response] == 1 else "" for response, _ in entries]
    _describe(problem)
    for label in _labels(problem):
        _as_paragraph(label)
    tags = sorted({str(response.tag) for response, _ in entries})
    inputs = [entry for _, entry in entries]
    etree.strip_tags(problem, *tags)
    split = {entry for entry in inputs if entry.getparent() is problem}
    spoken = [" ".join(entry.get("label", "").split()) for entry in inputs]
    for number, entry in enumerate(inputs, start=1):
        if entry not in split:
            _leave_number(entry, number)
    tidy(problem)
    inside = [entry not in split for entry in inputs]
    return _joined(problem, _segments(problem, inputs, split), labels, spoken, inside, title)


def _counted(entries: Sequence[Entry]) -> dict[etree._Element, int]:
    counts: dict[etree._Element, int] = {}
    for response, _ in entries:
        counts[response] = counts.get(response, 0) + 1
    return counts


def _own_label(response: etree._Element) -> str:
    """Take the label of a response, with its descriptions, out of it."""
    labels = _labels(response)
    if not labels:
        return ""
    _describe(response)
    described = [p for p in response.iterdescendants("p") if p.get("class") == _DESCRIPTION]
    bare = [_as_paragraph(label) for label in labels]
    pieces = etree.Element("div")
    take([*labels, *described])
    pieces.extend([*labels, *described])
    return _unwrapped(richtext.inner_html(pieces), bare)


def _segments(problem: etree._Element, inputs: Sequence[etree._Element], split: set[etree._Element]) -> list[str]:
    """For each input the HTML that stands before it, and at the end what follows the last one.

    Inputs that are no ends of a segment follow the one that holds their numbers: theirs is empty.
    """
    place = {entry: number for number, entry in enumerate(inputs)}
    found = [""] * (len(inputs) + 1)
    current, piece, first = 0, etree.Element("problem"), 0
    piece.text = problem.text
    nested = [number for number, entry in enumerate(inputs) if entry not in split]
    for child in list(problem):
        if child not in split:
            piece.append(child)
            continue
        current = place[child]
        found[first] = richtext.inner_html(piece)
        first, piece = current + 1, etree.Element("problem")
        piece.text = child.tail
    found[first if first in nested else len(inputs)] = richtext.inner_html(piece)
    return found


def _joined(
    problem: etree._Element,
    before: Sequence[str],
    labels: Sequence[str],
    spoken: Sequence[str],
    inside: Sequence[bool],
    title: str,
) -> list[Words]:
    words: list[Words] = []
    for number, (html, label, old, nested) in enumerate(zip(before, labels, spoken, inside, strict=False), start=1):
        said = richtext.plain(old)
        prompt = label or (said if said not in _plain(html) else "")
        lead = html if prompt or nested else ""
        prompt = prompt or ("" if nested else html)
        if richtext.is_blank(prompt):
            prompt = richtext.plain(title) if number == 1 and richtext.is_blank(html) else f"({number})"
        words.append((lead, prompt))
    *others, (lead, prompt) = words
    after = before[-1]
    if after and richtext.is_inline(prompt) and lead:
        lead = richtext.clean(f"{lead}\n{after}")
    elif after:
        prompt = richtext.clean(f"{prompt}\n{after}")
    merged = [_merged(*pair) for pair in [*others, (lead, prompt)]]
    return [(_settled(lead), _settled(prompt)) for lead, prompt in merged]


def _settled(html: str) -> str:
    """With one line break between blocks, as the next reader of what is written has it (see ``tidy``)."""
    if richtext.is_inline(html) or not _GAP.search(html):
        return html
    root = parse(richtext.to_xml(html))
    tidy(root)
    return richtext.inner_html(root)


def _merged(lead: str, prompt: str) -> Words:
    """A prompt that is more than a line cannot be a label: it takes its lead in."""
    if lead and not richtext.is_inline(prompt):
        return "", richtext.clean(f"{lead}\n{prompt}")
    return lead, prompt


def _leave_number(entry: etree._Element, number: int) -> None:
    tail = entry.tail
    entry.clear()
    entry.tag, entry.text, entry.tail = "text", f"({number})", tail


_DESCRIPTION = "question-description"


def _describe(root: etree._Element) -> None:
    for description in root.iterdescendants("description"):
        description.tag = "p"
        description.attrib.clear()
        description.set("class", _DESCRIPTION)


def _with_spoken(prompt: str, entry: etree._Element, labelled: bool) -> str:
    """An old ``label`` attribute counts unless the text says it already."""
    spoken = richtext.plain(" ".join(entry.get("label", "").split()))
    if labelled or not spoken or spoken in _plain(prompt):
        return prompt
    return richtext.clean(f"{prompt}\n<p>{spoken}</p>") if prompt else spoken


def _plain(html: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", html).split())


def _unwrapped(prompt: str, bare: Sequence[str]) -> str:
    wrapped = re.fullmatch(r"<(p|div)>(.*)</\1>", prompt, re.DOTALL)
    return wrapped[2] if wrapped and len(bare) == 1 and wrapped[2] == bare[0] else prompt


def _labels(root: etree._Element) -> list[etree._Element]:
    """The labels below ``root``; one inside another is words of the outer one."""
    return [label for label in root.iterdescendants("label") if next(label.iterancestors("label"), None) is None]


def _as_paragraph(label: etree._Element) -> str:
    html = richtext.inner_html(label)
    label.tag = "p" if richtext.is_inline(html) else "div"
    label.attrib.clear()
    return html
