"""The exam block's own element: its parts put in at export, taken out at import, without changing a byte twice."""

from __future__ import annotations

from lxml import etree

from ..domain.errors import InvalidPaper
from .hardened import parse
from .reading import read_paper
from .writing import write_paper


def append_parts(node: etree._Element, paper: str) -> None:
    """Put the paper's canonical OLX below ``node``; a paper that cannot be read goes as text, so nothing is lost."""
    try:
        canonical = write_paper(read_paper(paper)) if paper.strip() else ""
        root = parse(canonical)
    except InvalidPaper:
        node.set("unread_paper", paper)
        return
    node.text = root.text
    for part in list(root):
        node.append(part)


def inner_parts(node: etree._Element) -> str:
    """The OLX of the parts below ``node``, as the paper field keeps it."""
    if node.get("unread_paper"):
        return str(node.get("unread_paper"))
    return "".join(etree.tostring(part, encoding="unicode", with_tail=False) + "\n" for part in node.findall("part"))
