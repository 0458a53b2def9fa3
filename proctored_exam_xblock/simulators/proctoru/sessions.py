"""What a proctor and a candidate do in the simulated room, and which step allows which."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from .store import Reservation, Store

STATE_NAMES = {
    "scheduled": "Prévu",
    "waiting": "Dans la salle",
    "identified": "Identité vérifiée",
    "open": "Examen ouvert",
    "incident": "Incident",
    "ended": "Terminé",
    "cancelled": "Annulé",
}
ACTION_NAMES = {
    "verify-identity": "Valider l’identité",
    "skip-identity": "Passer l’identité",
    "open-room": "Donner l’accès à l’examen",
    "incident": "Signaler un incident",
    "end": "Terminer la session",
    "verdict-valid": "Avis : rien à signaler",
    "verdict-fraud": "Avis : fraude",
}
ALLOWED: dict[str, tuple[str, ...]] = {
    "scheduled": (),
    "waiting": ("verify-identity", "skip-identity", "open-room", "end", "incident"),
    "identified": ("open-room", "end", "incident"),
    "open": ("end", "incident"),
    "incident": ("open-room", "end"),
    "ended": ("verdict-valid", "verdict-fraud"),
    "cancelled": (),
}
"""The proctor's actions in each state, the next thing to do first."""

CHECKS = {
    "exam-name": "Nom de l’examen confirmé",
    "applications": "Applications et écrans",
    "room-view": "Vue de la pièce à 360°",
    "phones": "Téléphones éloignés",
}
STEPS = {
    "confirm": "Nom et examen confirmés",
    "photo-document": "Photo de la pièce d’identité",
    "photo-face": "Photo du visage",
}
"""What the candidate does on arrival, in order; a photo may be skipped (``skip:<step>``)."""

_EVENTS = {
    "end": "event-fulfillment-ended",
    "incident": "event-incident",
    "verdict-valid": "event-review-submitted",
    "verdict-fraud": "event-review-submitted",
}


def act(store: Store, reservation: Reservation, action: str, now: datetime) -> bool:
    """A proctor's action; False when the session's state does not allow it."""
    if action not in ALLOWED[reservation.state]:
        return False
    match action:
        case "verify-identity":
            changed = replace(reservation, state="identified", identity="verified")
        case "skip-identity":
            changed = replace(reservation, state="identified", identity="skipped")
        case "open-room":
            changed = replace(reservation, state="open", identity=reservation.identity or "skipped")
        case "incident":
            changed = replace(reservation, state="incident", incident=True)
        case "end":
            changed = replace(reservation, state="ended")
        case _:
            changed = replace(reservation, verdict=action.removeprefix("verdict-"))
    store.save(changed)
    if action == "end":
        store.add_note(changed, now, "Fulfillment ended")
    if action in _EVENTS:
        store.announce(_EVENTS[action], changed)
    return True


def cancel(store: Store, reservation: Reservation, now: datetime) -> Reservation:
    """By the candidate's platform, or by the vendor itself."""
    cancelled = store.save(replace(reservation, state="cancelled"))
    store.add_note(cancelled, now, "Reservation cancelled")
    store.announce("event-reservation-cancelled", cancelled)
    return cancelled


def check(store: Store, reservation: Reservation, name: str) -> bool:
    """Tick or untick a line of the proctor's list; False when there is no such line."""
    if name not in CHECKS:
        return False
    ticked = set(reservation.checks) ^ {name}
    store.save(replace(reservation, checks=tuple(known for known in CHECKS if known in ticked)))
    return True


def next_step(reservation: Reservation) -> str:
    """The candidate's first step not yet done, or ''."""
    done = {step.removeprefix("skip:") for step in reservation.steps}
    return next((step for step in STEPS if step not in done), "")


def take_step(store: Store, reservation: Reservation, step: str) -> bool:
    """The candidate's next step, or ``skip:`` and its name for a photo; False when it is not that one's turn."""
    if not reservation.active or step.removeprefix("skip:") != next_step(reservation) or step == "skip:confirm":
        return False
    store.save(replace(reservation, steps=(*reservation.steps, step)))
    return True


def say(store: Store, reservation: Reservation, author: str, text: str, now: datetime) -> bool:
    """A line of the chat, at most 500 characters."""
    text = text.strip()[:500]
    if not text or not reservation.active:
        return False
    store.add_note(reservation, now, text, author)
    return True
