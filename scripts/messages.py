"""Translations: ``messages.py update`` collects and compiles, ``messages.py check`` says what is missing,
``messages.py fill fr FILE`` takes a JSON object {English: translation} into the catalogues that have the message.

English is the language of the msgids; its catalogue is complete by itself. Locations have no line numbers, so that a
moved line changes no catalogue.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import polib
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir

ROOT = Path(__file__).resolve().parent.parent
CATALOGUES = ("proctored_exam_xblock", "demo")
PLURALS = {"fr": "nplurals=2; plural=(n > 1);", "en": "nplurals=2; plural=(n != 1);"}
KEYWORDS = {
    **DEFAULT_KEYWORDS,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext_lazy": (1, 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
METHODS = [("**/templates/**.html", "enmerkar.extract:extract_django"), ("**.py", "python")]
_PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%%|%[sd]|\{\w*\}")

Key = tuple[str | None, str, str]


def main(arguments: list[str]) -> int:
    """1 when ``check`` finds something."""
    _configure_django()
    if arguments[:1] == ["check"]:
        problems = [problem for package in CATALOGUES for problem in check(package)]
        print("\n".join(problems))
        return 1 if problems else 0
    if arguments[:1] == ["fill"]:
        fill(arguments[1], json.loads(Path(arguments[2]).read_text(encoding="utf-8")))
    for package in CATALOGUES:
        update(package)
    return 0


def update(package: str) -> None:
    """Bring the catalogues of ``package`` to what its sources say, keep translations, compile."""
    wanted = collect(package)
    for language in PLURALS:
        path = _path(package, language)
        known = {_key(entry): entry for entry in _read(path)}
        catalogue = _new(language)
        for key, places in sorted(wanted.items(), key=lambda item: (item[0][1], item[0][0] or "")):
            catalogue.append(_entry(key, places, known.get(key), language))
        path.parent.mkdir(parents=True, exist_ok=True)
        catalogue.save(str(path))
        catalogue.save_as_mofile(str(path.with_suffix(".mo")))
        missing = len(catalogue.untranslated_entries())
        print(f"· {path.relative_to(ROOT)}: {len(catalogue)} messages, {missing} without translation")


def check(package: str) -> Iterator[str]:
    """What is missing, left over, unfaithful or not compiled, one line each."""
    wanted = collect(package)
    for language in PLURALS:
        path = _path(package, language)
        name = path.relative_to(ROOT)
        catalogue = _read(path)
        known = {_key(entry): entry for entry in catalogue}
        yield from (
            f"{name}: not collected: {key[1]!r} ({places[0]})" for key, places in wanted.items() if key not in known
        )
        yield from (f"{name}: no longer used: {key[1]!r}" for key in known if key not in wanted)
        yield from (f"{name}: not translated: {e.msgid!r}" for e in catalogue if not e.translated() or e.fuzzy)
        yield from (
            f"{name}: placeholders differ: {e.msgid!r}" for e in catalogue if e.translated() and not _faithful(e)
        )
        compiled = path.with_suffix(".mo")
        if not compiled.is_file() or _texts(polib.mofile(str(compiled))) != _texts(catalogue):
            yield f"{compiled.relative_to(ROOT)}: not compiled from the catalogue beside it (make messages)"


def fill(language: str, translations: dict[str, str]) -> None:
    """Take translations for messages that have none yet or another one."""
    for package in CATALOGUES:
        update(package)
        path = _path(package, language)
        catalogue = _read(path)
        for entry in catalogue:
            text = translations.get(entry.msgid)
            if text and not entry.msgid_plural:
                entry.msgstr = text
            elif entry.msgid_plural:
                for number, msgid in enumerate((entry.msgid, entry.msgid_plural)):
                    entry.msgstr_plural[number] = translations.get(msgid) or entry.msgstr_plural.get(number, "")
        catalogue.save(str(path))


def collect(package: str) -> dict[Key, list[str]]:
    """Every message of the sources with the files it is in."""
    found: dict[Key, list[str]] = {}
    for file, _line, message, _comments, context in extract_from_dir(ROOT / package, METHODS, keywords=KEYWORDS):
        singular, plural = message[:2] if isinstance(message, tuple) else (message, "")
        if file.endswith(".html"):
            singular, plural = _escaped(singular), _escaped(plural)
        if singular:
            places = found.setdefault((context, singular, plural), [])
            place = f"{package}/{file}"
            if place not in places:
                places.append(place)
    return found


def _escaped(text: str) -> str:
    """Django looks a template's text up with its lone percent signs doubled."""
    return re.sub(r"%(?!\(\w+\)s)", "%%", text)


def _entry(key: Key, places: list[str], known: polib.POEntry | None, language: str) -> polib.POEntry:
    context, singular, plural = key
    entry = polib.POEntry(msgctxt=context, msgid=singular, occurrences=[(place, "") for place in sorted(places)])
    if "%(" in singular + plural:
        entry.flags.append("python-format")
    if plural:
        entry.msgid_plural = plural
        empty = {0: singular, 1: plural} if language == "en" else {0: "", 1: ""}
        entry.msgstr_plural = known.msgstr_plural if known and known.msgstr_plural else empty
    else:
        entry.msgstr = known.msgstr if known else ""
        entry.msgstr = singular if language == "en" else entry.msgstr
    return entry


def _new(language: str) -> polib.POFile:
    catalogue = polib.POFile(wrapwidth=110)
    catalogue.metadata = {
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Language": language,
        "MIME-Version": "1.0",
        "Plural-Forms": PLURALS[language],
    }
    return catalogue


def _faithful(entry: polib.POEntry) -> bool:
    wanted = set(_PLACEHOLDER.findall(entry.msgid + entry.msgid_plural))
    texts = entry.msgstr_plural.values() if entry.msgid_plural else [entry.msgstr]
    used = [set(_PLACEHOLDER.findall(text)) for text in texts]
    if entry.msgid_plural:
        return all(some <= wanted for some in used)  # "un essai" may leave out the number
    return used == [wanted]


def _texts(catalogue: polib.POFile | polib.MOFile) -> dict[tuple[str | None, str], object]:
    return {
        (e.msgctxt, e.msgid): e.msgstr_plural or e.msgstr
        for e in catalogue
        if e.msgstr or any(e.msgstr_plural.values())
    }


def _key(entry: polib.POEntry) -> Key:
    return (entry.msgctxt, entry.msgid, entry.msgid_plural)


def _read(path: Path) -> polib.POFile:
    return polib.pofile(str(path)) if path.is_file() else polib.POFile()


def _path(package: str, language: str) -> Path:
    return ROOT / package / "locale" / language / "LC_MESSAGES" / "django.po"


def _configure_django() -> None:
    """The template extractor reads Django's own syntax tables."""
    import django
    from django.conf import settings

    os.environ.pop("DJANGO_SETTINGS_MODULE", None)
    settings.configure()
    django.setup()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
