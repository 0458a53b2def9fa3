"""The candidate's room as HTML: identity steps, then what the proctor does; the exam's password is never here."""

from __future__ import annotations

from urllib.parse import urlsplit

from markupsafe import Markup

from . import sessions
from .look import DOCUMENT, FACE, join, local_instant, page
from .seat_page import chat_list
from .store import Note, Reservation

_PAGE = Markup("""
<header class="top">
  <div class="brand"><strong>ProctorU</strong> <span class="tag">simulateur</span></div>
  <p class="clock">Salle d’examen</p>
</header>
<main data-sim-page="room">
  <article class="card" data-sim-room data-key="room" data-state="{state}" data-step="{step}">
    <div class="card-head" data-sim-live="head">
      <div><h1>{exam}</h1><p>{name} · {start}</p></div>
      <span class="pill {state}">{state_name}</span>
    </div>
    <div class="card-body">
      <p class="status" role="status" data-sim-live="status">{status}</p>
      <ol class="steps" data-sim-live="steps">{steps}</ol>
      <div data-sim-live="step">{form}</div>
      <div data-sim-live="chat">{chat}</div>
    </div>
    <form class="say" method="post" action="{say}" data-sim-form data-sim-open="{open}">
      <label><span class="sr">Message pour le surveillant</span>
      <input name="text" maxlength="500" autocomplete="off" placeholder="Écrire au surveillant"
        data-sim-field="message">
      </label><button class="plain">Envoyer</button>
    </form>
    <div class="actions" data-sim-live="leave">{leave}</div>
  </article>
</main>
<footer class="foot">Tout est joué&nbsp;: votre caméra n’est pas utilisée, rien n’est enregistré.</footer>
""")

_MESSAGE = Markup("""
<header class="top"><div class="brand"><strong>ProctorU</strong> <span class="tag">simulateur</span></div></header>
<main data-sim-page="{hook}">
  <article class="card"><div class="card-body"><h1>{title}</h1>{content}</div></article>
</main>
""")

_STATUS = {
    "scheduled": "Votre rendez-vous est enregistré.",
    "waiting": "Un surveillant va vous être affecté. Cela peut prendre quelques minutes.",
    "identified": "Votre identité est vérifiée. Le surveillant contrôle votre écran et votre environnement.",
    "open": "Revenez à la fenêtre de l’examen : le surveillant y saisit lui-même le mot de passe. "
    "Gardez cette fenêtre ouverte.",
    "incident": "Le surveillant a signalé un incident. Suivez ses indications dans la conversation.",
    "ended": "La session de surveillance est terminée. Vous pouvez fermer cette fenêtre.",
    "cancelled": "Ce rendez-vous a été annulé.",
}


def render(reservation: Reservation, person: dict[str, str], chat: list[Note], base: str) -> str:
    """The room's page; ``base`` is its address, without a trailing slash."""
    name = f"{person.get('first_name', '')} {person.get('last_name', '')}".strip()
    exam = reservation.details.get("description", "")
    step = sessions.next_step(reservation) if reservation.active else ""
    status = _STATUS[reservation.state]
    if step and reservation.state == "waiting":
        status = "Avant l’arrivée du surveillant, présentez-vous."
    body = _PAGE.format(
        state=reservation.state,
        state_name=sessions.STATE_NAMES[reservation.state],
        step=step,
        exam=exam,
        name=name,
        start=local_instant(reservation.start, person.get("time_zone_id", "")),
        status=status,
        steps=_steps(reservation, step),
        form=_step_form(step, name, exam, base) if step else "",
        chat=chat_list(chat, "candidate"),
        say=f"{base}/say/",
        open=str(reservation.active).lower(),
        leave=_leave(reservation),
    )
    return page(f"{exam} · Salle d’examen (simulateur)", body, "room")


def render_message(title: str, content: Markup | str, hook: str) -> str:
    """A page that only says something."""
    inner = content if isinstance(content, Markup) else Markup("<p>{}</p>").format(content)
    return page(f"{title} · ProctorU (simulateur)", _MESSAGE.format(title=title, content=inner, hook=hook), "room")


def render_account(person: dict[str, str], reservations: list[Reservation]) -> str:
    """A candidate's own list, where the vendor's logins lead."""
    lines = [
        Markup("<li>{exam} : {start} ({state})</li>").format(
            exam=reservation.details.get("description", ""),
            start=local_instant(reservation.start, person.get("time_zone_id", "")),
            state=sessions.STATE_NAMES[reservation.state].lower(),
        )
        for reservation in reservations
    ]
    return render_message(
        f"Réservations de {person.get('first_name', '')} {person.get('last_name', '')}".strip(),
        Markup("<ul>{}</ul>").format(join(lines)),
        "account",
    )


def _steps(reservation: Reservation, current: str) -> Markup:
    lines = []
    for step, label in sessions.STEPS.items():
        state = "todo"
        if step in reservation.steps:
            state = "done"
        elif f"skip:{step}" in reservation.steps:
            state, label = "skipped", f"{label} : étape passée"
        elif step == current:
            state = "current"
        lines.append(
            Markup('<li class="{state}" data-sim-step="{step}"{now}>{label}</li>').format(
                state=state,
                step=step,
                label=label,
                now=Markup(' aria-current="step"') if state == "current" else "",
            )
        )
    return join(lines)


def _step_form(step: str, name: str, exam: str, base: str) -> Markup:
    if step == "confirm":
        question = Markup(
            "<p>Vous êtes <strong>{name}</strong> et vous allez passer <strong>{exam}</strong>.</p>"
        ).format(name=name, exam=exam)
        return question + _step_button(base, step, "Je confirme", "main")
    if step == "photo-document":
        hint, drawing = "Placez votre pièce d’identité face à la caméra, les quatre coins dans l’image.", DOCUMENT
    else:
        hint, drawing = "Placez votre visage face à la caméra, dégagé, sans casque ni chapeau.", FACE
    return Markup('<p>{hint}</p><div class="viewfinder">{drawing}</div><div class="row">{take}{skip}</div>').format(
        hint=hint,
        drawing=drawing.format(label="Aperçu de la caméra (dessin)"),
        take=_step_button(base, step, "Prendre une photo", "main"),
        skip=_step_button(base, f"skip:{step}", "Passer cette étape", "plain"),
    )


def _step_button(base: str, step: str, label: str, kind: str) -> Markup:
    hook = "skip-photo" if step.startswith("skip:") else step
    return Markup(
        '<form method="post" action="{action}" data-sim-form><input type="hidden" name="step" value="{step}">'
        '<button class="{kind}" data-sim-room-action="{hook}">{label}</button></form>'
    ).format(action=f"{base}/step/", step=step, kind=kind, hook=hook, label=label)


def _leave(reservation: Reservation) -> Markup:
    address = reservation.details.get("url_return", "")
    if reservation.active or urlsplit(address).scheme not in ("http", "https"):
        return Markup("")
    return Markup('<a class="main" href="{}" rel="noopener">Revenir au cours</a>').format(address)
