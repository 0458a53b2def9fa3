"""Untrusted XML text -> a tree within fixed bounds: no entities, no DTD, no network (R-X-14)."""

from __future__ import annotations

import re

from lxml import etree

from ..domain.errors import InvalidPaper

MAX_BYTES = 5_000_000
MAX_DEPTH = 100
MAX_ELEMENTS = 200_000

_DECLARATION = re.compile(r"^\ufeff?\s*(<\?xml[^>]*\?>)?")
_DOCTYPE = re.compile(r"<!(DOCTYPE|ENTITY)", re.IGNORECASE)


def parse(olx: str) -> etree._Element:
    """The roots of an XML fragment, below one element of ours; line numbers are the text's own.

    Raises:
        InvalidPaper: reason ``too_large``, ``encoding``, ``doctype``, ``malformed``, ``too_deep`` or
            ``too_many_elements``, with the line where there is one.
    """
    try:
        data = olx.encode()
    except UnicodeEncodeError as error:
        raise InvalidPaper(line=olx.count("\n", 0, error.start) + 1, reason="encoding") from None
    if len(data) > MAX_BYTES:
        raise InvalidPaper(line=None, reason="too_large", limit=MAX_BYTES)
    root = _tree(olx)
    _measure(root)
    return root


def _tree(olx: str) -> etree._Element:
    prolog = _DECLARATION.match(olx)
    start = prolog.end() if prolog else 0
    # Line breaks before the first element are kept, so that line numbers are those the author sees.
    body = "\n" * olx.count("\n", 0, start) + olx[start:]
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        return etree.fromstring(f"<fragment>{body}</fragment>".encode(), parser)
    except etree.XMLSyntaxError as error:
        reason = "malformed"
        if "Excessive depth" in (error.msg or ""):
            reason = "too_deep"
        elif _DOCTYPE.search(olx):
            reason = "doctype"
        raise InvalidPaper(line=error.lineno, reason=reason) from None


def _measure(root: etree._Element) -> None:
    depth = count = 0
    for event, element in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        count += event == "start"
        if depth > MAX_DEPTH:
            raise InvalidPaper(line=element.sourceline, reason="too_deep", limit=MAX_DEPTH)
        if count > MAX_ELEMENTS:
            raise InvalidPaper(line=element.sourceline, reason="too_many_elements", limit=MAX_ELEMENTS)
