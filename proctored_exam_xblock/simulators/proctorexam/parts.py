"""Pieces of both pages: buttons that post, the drawn photos, the conversation, times."""

from __future__ import annotations

from datetime import datetime

from markupsafe import Markup

from ..look import DOCUMENT, FACE, french, instant, join
from .objects import PARIS
from .store import Session

PHOTOS = {"photo-document": ("Pièce d’identité", DOCUMENT), "photo-face": ("Visage", FACE)}

_BUTTON = Markup(
    '<form method="post" action="{action}" data-sim-form>{fields}<button class="{kind}" {hook}>{label}</button></form>'
)
_FIELD = Markup('<input type="hidden" name="{name}" value="{value}">')
_NAMES = {"candidate": "Candidat", "proctor": "Surveillant"}


def button(action: str, label: str, hook: Markup, *, kind: str = "plain", **fields: str) -> Markup:
    """A form of one button; ``fields`` are sent with it."""
    hidden = join([_FIELD.format(name=name, value=value) for name, value in fields.items()])
    return _BUTTON.format(action=action, fields=hidden, kind=kind, hook=hook, label=label)


def hook(name: str, value: str) -> Markup:
    return Markup('data-sim-{name}="{value}"').format(name=name, value=value)


def photo(step: str, session: Session) -> Markup:
    """What the camera took, drawn; or that it took nothing."""
    label, drawing = PHOTOS[step]
    state, picture, caption = "expected", Markup(""), f"{label} : en attente"
    if session.document if step == "photo-document" else session.face:
        state, picture, caption = "taken", drawing.format(label=f"{label} (dessin)"), label
    elif step in session.skipped:
        state, caption = "skipped", f"{label} : étape passée"
    return Markup(
        '<figure data-sim-photo="{step}" data-state="{state}">{picture}<figcaption>{caption}</figcaption></figure>'
    ).format(step=step, state=state, picture=picture, caption=caption)


def chat(session: Session, reader: str) -> Markup:
    """The conversation, the reader's own lines apart."""
    lines = [
        Markup('<li class="{kind}"><b>{author}</b> {text}</li>').format(
            kind="mine" if author == reader else "theirs",
            author="Vous" if author == reader else _NAMES[author],
            text=text,
        )
        for author, text in session.chat
    ]
    return Markup('<ol class="chat" aria-label="Conversation" data-sim-chat>{}</ol>').format(join(lines))


def start(session: Session) -> Markup:
    """The earliest start, in UTC and in the institute's zone."""
    if not session.open_time:
        return Markup("sans heure imposée")
    moment = datetime.fromisoformat(session.open_time)
    return Markup("{utc}<br>{local} (Paris)").format(utc=instant(moment), local=french(moment.astimezone(PARIS)))
