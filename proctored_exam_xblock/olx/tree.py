"""Small moves on a tree of course XML, and refusals that know their line."""

from __future__ import annotations

from collections.abc import Collection
from typing import NoReturn

from lxml import etree

from ..domain.errors import InvalidPaper


def refuse(element: etree._Element, reason: str, **params: object) -> NoReturn:
    """Raise ``InvalidPaper`` at the element's line."""
    raise InvalidPaper(None, line=element.sourceline, reason=reason, **params)


def take(element: etree._Element) -> None:
    """Take an element out of its parent, leaving what follows it."""
    parent, tail, before = element.getparent(), element.tail or "", element.getprevious()
    if parent is None:
        return
    if before is not None:
        before.tail = (before.tail or "") + tail
    else:
        parent.text = (parent.text or "") + tail
    element.tail = None
    parent.remove(element)


def taken(root: etree._Element, tags: Collection[str]) -> list[etree._Element]:
    """Take the elements of ``tags`` below ``root`` out of it, in order."""
    found = [element for element in root.iterdescendants() if element.tag in tags]
    for element in found:
        take(element)
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
