"""What a candidate does in the simulated room, what the proctor and the reviewer do, and which step allows which."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from .store import Session, Store

SETUP_LEAD = timedelta(hours=1)
"""Earlier than this before the start, the room's address only offers the equipment check."""
SKEW = timedelta(seconds=5)
BEFORE_SETUP = ("registered", "email_sent", "after_check_req")

STATE_NAMES = {
    "scheduled": "Prévu",
    "waiting": "Dans la salle",
    "identified": "Identité décidée",
    "open": "Examen commencé",
    "ended": "Terminé",
    "archived": "Archivé",
}
ACTION_NAMES = {
    "verify-identity": "Valider l’identité",
    "skip-identity": "Passer l’identité",
    "open-room": "Commencer pour le candidat",
    "incident": "Signaler un incident",
    "end": "Terminer la session",
    "verdict-valid": "Vert : rien à signaler",
    "verdict-suspicious": "Jaune : léger doute",
    "verdict-fraud": "Rouge : fraude",
}
ALLOWED: dict[str, tuple[str, ...]] = {
    "scheduled": (),
    "waiting": ("verify-identity", "skip-identity", "open-room", "end", "incident"),
    "identified": ("open-room", "verify-identity", "skip-identity", "end", "incident"),
    "open": ("end", "incident"),
    "ended": ("verdict-valid", "verdict-suspicious", "verdict-fraud"),
    "archived": (),
}
"""Actions of the seat in each state, the next thing to do first."""
COLOURS = {"verdict-valid": "green", "verdict-suspicious": "yellow", "verdict-fraud": "red"}
INCIDENT_TEXT = "Le candidat regarde ailleurs (incident joué)."

TICKS = {
    "exam-name": "Nom de l’examen confirmé",
    "applications": "Applications et écrans",
    "room-view": "Vue de la pièce à 360°",
    "phones": "Téléphones éloignés",
}
STEPS = {
    "check": "Matériel vérifié",
    "photo-document": "Photo de la pièce d’identité",
    "photo-face": "Photo du visage",
    "start": "Début de l’examen",
}
"""What the candidate does, in order; a photo may be skipped (``skip:<step>``)."""


def state(session: Session) -> str:
    """The seat's word for the session; the vendor's is ``session.status``."""
    if session.archived:
        return "archived"
    if session.status == "exam_started":
        return "open"
    if session.status == "exam_finished":
        return "ended"
    if not session.entered_room:
        return "scheduled"
    return "identified" if session.identity else "waiting"


def enter(store: Store, session: Session, now: datetime) -> Session:
    """The candidate opens the room's address; long before the start it is only a check page. Who has left the room
    comes back by a button."""
    if session.archived or session.status not in BEFORE_SETUP or only_checks(session, now):
        return session
    return _saved(store, session, now, status="in_setup", entered_room=now.isoformat())


def only_checks(session: Session, now: datetime) -> bool:
    return bool(session.open_time) and now < datetime.fromisoformat(session.open_time) - SETUP_LEAD


def may_start(session: Session, now: datetime) -> bool:
    """``open_time`` is the earliest start."""
    return not session.open_time or now >= datetime.fromisoformat(session.open_time) - SKEW


def next_step(session: Session) -> str:
    """The candidate's first step not yet done, ``return`` for who has left the room, or ''."""
    if session.is_over or session.status == "exam_started":
        return ""
    if session.status == "exam_not_started":
        return "return"
    done = {
        "check": session.checked or session.skip_requirements,
        "photo-document": session.document or "photo-document" in session.skipped,
        "photo-face": session.face or "photo-face" in session.skipped,
        "start": False,
    }
    return next(step for step in STEPS if not done[step])


def take_step(store: Store, session: Session, step: str, now: datetime) -> bool:
    """The candidate's next step, ``skip:`` and a photo's name, ``leave``, ``return``; False when it is not its turn."""
    left = {"leave": ("in_setup", "exam_not_started"), "return": ("exam_not_started", "in_setup")}
    if step in left:
        before, after = left[step]
        if session.status == before:
            _saved(store, session, now, status=after)
        return session.status == before
    wanted = next_step(session)
    if not wanted or step.removeprefix("skip:") != wanted or step in ("skip:check", "skip:start"):
        return False
    if step == "check":
        _saved(store, session, now, checked=True, status=session.status if session.entered_room else "after_check_req")
    elif not session.entered_room or (step == "start" and not may_start(session, now)):
        return False
    elif step == "start":
        _start(store, session, now)
    elif step.startswith("skip:"):
        _saved(store, session, now, skipped=(*session.skipped, wanted))
    else:
        _saved(store, session, now, **{wanted.removeprefix("photo-"): True})
    return True


def act(store: Store, session: Session, action: str, now: datetime) -> bool:
    """An action of the seat; False when the session's state does not allow it."""
    if action not in ALLOWED[state(session)]:
        return False
    match action:
        case "verify-identity":
            _saved(store, session, now, checked=True, document=True, face=True, skipped=(), identity="verified")
        case "skip-identity":
            skipped = ("photo-document", "photo-face")
            _saved(store, session, now, checked=True, document=False, face=False, skipped=skipped, identity="skipped")
        case "open-room":
            _start(store, session, now)
        case "incident":
            noted = {"type": "other", "description": INCIDENT_TEXT, "created_at": now.isoformat()}
            _saved(store, session, now, incidents=(*session.incidents, noted))
        case "end":
            finish(store, session, now)
        case _:
            _saved(store, session, now, reviewed="10", colour=COLOURS[action], commentary=ACTION_NAMES[action])
    return True


def finish(store: Store, session: Session, now: datetime) -> Session:
    return _saved(store, session, now, status="exam_finished", ended_at=now.isoformat())


def archive(store: Store, session: Session, now: datetime) -> Session:
    """The vendor's own retention: photos gone, name and address anonymised, verdict kept."""
    gone = {"document": False, "face": False, "name": "Anonymous", "email": f"anonymous-{session.id}@example.org"}
    return _saved(store, session, now, archived=True, **gone)


def tick(store: Store, session: Session, name: str) -> bool:
    """Tick or untick a line of the proctor's list; False when there is no such line."""
    if name not in TICKS:
        return False
    ticked = set(session.ticks) ^ {name}
    store.save(replace(session, ticks=tuple(known for known in TICKS if known in ticked)))
    return True


def say(store: Store, session: Session, author: str, text: str) -> bool:
    """A line of the chat, at most 500 characters."""
    text = text.strip()[:500]
    if not text or session.is_over:
        return False
    store.save(replace(session, chat=(*session.chat, (author, text))))
    return True


def _start(store: Store, session: Session, now: datetime) -> None:
    _saved(store, session, now, status="exam_started", started_at=now.isoformat())


def _saved(store: Store, session: Session, now: datetime, **changes: object) -> Session:
    return store.save(replace(session, updated_at=now.isoformat(), **changes))  # type: ignore[arg-type]
