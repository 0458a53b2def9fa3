"""What the simulators' pages share: the shell, the drawings, French dates."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from importlib.resources import files

from markupsafe import Markup

_DAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
_MONTHS = (
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
)

_SHELL = Markup("""<!DOCTYPE html>
<html lang="fr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="icon" href="data:,">
<style>{css}</style>
</head>
<body class="{kind}">
{body}
<script>{script}</script>
</body>
</html>
""")

# No real person and no real document: a drawn card and a drawn silhouette.
DOCUMENT = Markup(
    '<svg viewBox="0 0 120 80" role="img" aria-label="{label}"><rect class="card" x="4" y="8" width="112" height="64" '
    'rx="6"/><circle class="ink" cx="30" cy="34" r="9"/><path class="ink" d="M14 60c2-12 30-12 32 0z"/>'
    '<path class="line" d="M58 26h46M58 38h46M58 50h28"/></svg>'
)
FACE = Markup(
    '<svg viewBox="0 0 120 80" role="img" aria-label="{label}"><circle class="ink" cx="60" cy="32" r="17"/>'
    '<path class="ink" d="M26 80c3-34 65-34 68 0z"/></svg>'
)


def page(title: str, body: Markup, kind: str) -> str:
    """A whole HTML page; ``kind`` names its layout, ``seat`` or ``room``."""
    return _SHELL.format(title=title, body=body, kind=kind, css=_asset("pages.css"), script=_asset("pages.js"))


def instant(moment: datetime) -> Markup:
    """``jeudi 4 mars 2027, 15:00 UTC``, readable by programs too."""
    return Markup('<time datetime="{iso}">{text} UTC</time>').format(
        iso=moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"), text=french(moment.astimezone(UTC))
    )


def join(parts: list[Markup]) -> Markup:
    return Markup("\n").join(parts)


def french(local: datetime) -> str:
    """``jeudi 4 mars 2027, 15:00``, in the zone it is in."""
    day = "1er" if local.day == 1 else str(local.day)
    return f"{_DAYS[local.weekday()]} {day} {_MONTHS[local.month - 1]} {local.year}, {local:%H:%M}"


@lru_cache(maxsize=4)
def _asset(name: str) -> Markup:
    """A style sheet or script, inlined: the page needs nothing but itself."""
    return Markup(files(__package__).joinpath("assets", name).read_text("utf-8"))  # noqa: S704
