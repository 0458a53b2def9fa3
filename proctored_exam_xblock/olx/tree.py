"""Small moves on a tree of course XML, and refusals that know their line."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import NoReturn

from lxml import etree

from ..domain.errors import InvalidPaper


def refuse(element: etree._Element, reason: str, **params: object) -> NoReturn:
    """Raise ``InvalidPaper`` at the element's line."""
    raise InvalidPaper(None, line=element.sourceline, reason=reason, **params)


def take(elements: Iterable[etree._Element]) -> None:
    """Take elements out of their parents, leaving what follows each.

    Text is put together once for each parent, however many elements go: they may be thousands beside megabytes.
    """
    by_parent: dict[etree._Element, set[etree._Element]] = {}
    for element in elements:
        parent = element.getparent()
        if parent is not None:
            by_parent.setdefault(parent, set()).add(element)
    for parent, gone in by_parent.items():
        before, texts = None, [parent.text or ""]
        for child in list(parent):
            if child in gone:
                texts.append(child.tail or "")
                child.tail = None
                parent.remove(child)
                continue
            _join(parent, before, texts)
            before, texts = child, [child.tail or ""]
        _join(parent, before, texts)


def _join(parent: etree._Element, before: etree._Element | None, texts: list[str]) -> None:
    if len(texts) == 1:
        return
    if before is None:
        parent.text = "".join(texts)
    else:
        before.tail = "".join(texts)


def taken(root: etree._Element, tags: Collection[str]) -> list[etree._Element]:
    """Take the elements of ``tags`` below ``root`` out of it, in order."""
    found = [element for element in root.iterdescendants() if element.tag in tags]
    take(found)
    return found


def children(parent: etree._Element, tag: str, when_none: str) -> list[etree._Element]:
    """The children of ``parent``, all of them ``tag`` with nothing between."""
    texts = [parent.text, *(child.tail for child in parent)]
    if any(text and text.strip() for text in texts):
        refuse(parent, "stray_text")
    for child in parent:
        if child.tag != tag:
            refuse(child, "unexpected_element", tag=str(child.tag)[:50])
    if len(parent) == 0:
        refuse(parent, when_none)
    return list(parent)


def tidy(problem: etree._Element) -> None:
    """Indentation between blocks becomes one line break, so that it is no part of the question."""
    problem.text = _one_break(problem.text)
    for child in problem:
        child.tail = _one_break(child.tail)


def _one_break(text: str | None) -> str | None:
    return "\n" if text and not text.strip(" \t\r\n") else text
