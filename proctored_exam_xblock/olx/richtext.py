"""Authors' rich text: XML content -> sanitised HTML for the page, and back to XML for export."""

from __future__ import annotations

import re
from html import escape, unescape
from html.parser import HTMLParser

import nh3
from lxml import etree
from lxml.html import defs

from ..domain.errors import InvalidPaper

HTML_TAGS = frozenset(defs.tags) | {"bdi", "main", "picture", "text", "startouttext", "endouttext"}
"""Names that count as HTML in a prompt or choice; the last three are the platform's old wrappers."""

_ALLOWED = nh3.ALLOWED_TAGS | {"tfoot"}
_VOID = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"})
_BLOCK = re.compile(
    r"<(address|article|aside|blockquote|center|details|div|dl|figure|footer|h[1-6]|header|hgroup|hr|nav|ol|p|pre"
    r"|table|ul)\b"
)
_ATTRIBUTES: dict[str, set[str]] = {tag: set(names) for tag, names in nh3.ALLOWED_ATTRIBUTES.items()}
_ATTRIBUTES["*"] = {"lang", "dir", "title", "style"}
_ATTRIBUTES["ol"] |= {"type", "reversed"}
_ATTRIBUTES["li"] = {"value"}

DROPPED = HTML_TAGS & {
    *("applet", "audio", "canvas", "embed", "frameset", "iframe", "math", "noscript", "object", "script", "select"),
    *("style", "svg", "template", "textarea", "title", "video"),
}
"""Gone with their content; any other tag that is not allowed leaves its words."""
_UNWRAPPED = HTML_TAGS - DROPPED - _ALLOWED

_ROUNDS = 10
"""More than any markup needs to settle; what does not is safe all the same."""

_CLEANER = nh3.Cleaner(
    tags=_ALLOWED - DROPPED,
    clean_content_tags=set(DROPPED),
    attributes=_ATTRIBUTES,
    allowed_classes={"p": {"question-description"}},
    # What tells cells and words apart; nothing that could cover the clock or the buttons.
    filter_style_properties={
        *("background-color", "border", "border-collapse", "color", "font-family", "font-style", "font-weight"),
        *("list-style-type", "max-width", "padding", "text-align", "text-decoration", "vertical-align"),
        *("white-space", "width"),
    },
    url_schemes={"http", "https", "mailto", "tel"},
)


def inner_html(element: etree._Element) -> str:
    """The content of an element as sanitised HTML without white space around it.

    Raises:
        InvalidPaper: reason ``unsupported_element`` (params: ``tag``) for one that is not HTML, as leaving it out could
            change the question and keeping its text could give away a hint; reason ``script`` for the platform's
            Python scripts, whose variables the text needs.
    """
    if len(element) == 0:
        return clean(escape(element.text or "", quote=False))
    seen = set()
    for child in element.iterdescendants():
        name = str(child.tag).lower()
        seen.add(name)
        if name == "script" and "javascript" not in child.get("type", ""):
            raise InvalidPaper(line=child.sourceline, reason="script")
        if name not in HTML_TAGS:
            raise InvalidPaper(line=child.sourceline, reason="unsupported_element", tag=name[:50])
        child.tag = name
        if name == "pre" and child.text:
            child.text = child.text.lstrip("\r\n")  # an HTML parser drops one line break there at each reading
    if seen & DROPPED:
        etree.strip_elements(element, *DROPPED, with_tail=False)
    return clean(escape(element.text or "", quote=False) + "".join(_html(child) for child in element))


def clean(html: str) -> str:
    """HTML that a page may show: scripts, event handlers, foreign styles and odd addresses removed.

    Cleaning what is clean changes nothing.
    """
    html = html.replace("\r", "\n").strip(" \t\n")
    if not re.search("[<>&\u00a0]", html):
        return html
    for _ in range(_ROUNDS):  # a browser moves misplaced tags one level each time it reads them
        before, html = html, _CLEANER.clean(html).strip(" \t\n")
        if html == before:
            break
    return html


def plain(text: str) -> str:
    """Plain text as HTML."""
    return clean(escape(text, quote=False))


def is_blank(html: str) -> bool:
    """True when there is nothing to see: neither a word nor an image."""
    return "<img" not in html and not unescape(re.sub(r"<[^>]*>", "", html)).strip()


def is_inline(html: str) -> bool:
    """True when it fits in a sentence: no paragraph, list, table."""
    return not _BLOCK.search(html)


def to_xml(html: str) -> str:
    """The same content as XML: void elements closed, HTML's entities resolved.

    Args:
        html: what :func:`clean` returned.
    """
    writer = _XmlWriter()
    writer.feed(html)
    writer.close()
    return "".join(writer.pieces)


class _XmlWriter(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        written = "".join(f' {name}="{attribute(value or "")}"' for name, value in attrs)
        self.pieces.append(f"<{tag}{written}{'/' if tag in _VOID else ''}>")

    def handle_endtag(self, tag: str) -> None:
        if tag not in _VOID:
            self.pieces.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        self.pieces.append(escape(data, quote=False))


def attribute(value: str) -> str:
    """A value between double quotes, line breaks and tabs kept from XML's normalisation."""
    return escape(value).replace("\t", "&#9;").replace("\n", "&#10;")


def _html(element: etree._Element) -> str:
    """An element, or its words alone, with what follows it; every end tag written: the next reader parses HTML."""
    pairs = [(str(name), str(value)) for name, value in element.attrib.items()]
    names = "".join(f' {name}="{escape(value)}"' for name, value in pairs if not name.startswith("{"))
    content = escape(element.text or "", quote=False) + "".join(_html(child) for child in element)
    if element.tag in _UNWRAPPED:
        return content + escape(element.tail or "", quote=False)
    closing = "" if element.tag in _VOID else f"</{element.tag}>"
    return f"<{element.tag}{names}>{content}{closing}" + escape(element.tail or "", quote=False)
