"""The candidate's room as HTML: equipment, two photos, then the button that starts the exam."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlsplit

from markupsafe import Markup

from ..look import join, page
from . import parts, sessions
from .store import Session

_PAGE = Markup("""
<header class="top">
  <div class="brand"><strong>ProctorExam</strong> <span class="tag">simulateur</span></div>
  <p class="clock">Salle d’examen</p>
</header>
<main data-sim-page="room">
  <article class="card" data-sim-room data-key="room" data-state="{state}" data-status="{vendor_status}"
    data-step="{step}">
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
<header class="top"><div class="brand"><strong>ProctorExam</strong> <span class="tag">simulateur</span></div></header>
<main data-sim-page="{hook}">
  <article class="card"><div class="card-body"><h1>{title}</h1><p>{text}</p></div></article>
</main>
""")

_STATUS = {
    "scheduled": "Vous pouvez déjà vérifier votre matériel. La salle ouvre une heure avant l’examen.",
    "waiting": "Présentez-vous, étape par étape, puis commencez l’examen.",
    "identified": "Votre identité a été contrôlée. Vous pouvez commencer l’examen.",
    "open": "L’examen est commencé et surveillé. Revenez à la fenêtre de l’examen, gardez celle-ci ouverte.",
    "ended": "La session de surveillance est terminée. Vous pouvez fermer cette fenêtre.",
    "archived": "Cette session a été archivée.",
}
_HINTS = {
    "return": "Vous avez quitté la salle avant de commencer.",
    "check": "Partage d’écran, microphone, haut-parleurs, caméra, débit : tout est vérifié d’un seul geste.",
    "photo-document": "Placez votre pièce d’identité face à la caméra, les quatre coins dans l’image.",
    "photo-face": "Placez votre visage face à la caméra, dégagé, sans casque ni chapeau.",
}


def render(session: Session, exam: str, now: datetime, base: str) -> str:
    """The room's page; ``base`` is its address, without a trailing slash."""
    state = sessions.state(session)
    step = sessions.next_step(session)
    if not session.entered_room and step != "check":  # long before the start
        step = ""
    body = _PAGE.format(
        state=state,
        vendor_status=session.status,
        state_name=sessions.STATE_NAMES[state],
        step=step,
        exam=exam,
        name=session.name,
        start=parts.start(session),
        status=_STATUS[state],
        steps=_steps(session, step),
        form=_form(session, step, now, base) if step else "",
        chat=parts.chat(session, "candidate"),
        say=f"{base}/say/",
        open=str(bool(session.entered_room) and not session.is_over).lower(),
        leave=_leave(session, base),
    )
    return page(f"{exam} · Salle d’examen (simulateur)", body, "room")


def render_message(title: str, text: str, hook: str) -> str:
    """A page that only says something."""
    return page(f"{title} · ProctorExam (simulateur)", _MESSAGE.format(title=title, text=text, hook=hook), "room")


def _steps(session: Session, current: str) -> Markup:
    done = {
        "check": session.checked or session.skip_requirements,
        "photo-document": session.document,
        "photo-face": session.face,
        "start": bool(session.started_at),
    }
    lines = []
    for step, label in sessions.STEPS.items():
        state = "done" if done[step] else "current" if step == current else "todo"
        if step in session.skipped:
            state, label = "skipped", f"{label} : étape passée"
        lines.append(
            Markup('<li class="{state}" data-sim-step="{step}"{now}>{label}</li>').format(
                state=state,
                step=step,
                label=label,
                now=Markup(' aria-current="step"') if state == "current" else "",
            )
        )
    return join(lines)


def _form(session: Session, step: str, now: datetime, base: str) -> Markup:
    if step == "start":
        if not sessions.may_start(session, now):
            return Markup("<p data-sim-too-early>L’examen ne peut pas commencer avant l’heure du rendez-vous.</p>")
        text = Markup(
            "<p>En commençant, vous acceptez que votre écran, votre image et votre voix soient enregistrés.</p>"
        )
        return text + _step_button(base, step, "Commencer", "main")
    hint = Markup("<p>{}</p>").format(_HINTS[step])
    if step == "return":
        return hint + _step_button(base, step, "Revenir dans la salle", "main")
    if step == "check":
        return hint + _step_button(base, step, "Vérifier mon matériel", "main")
    drawing = parts.PHOTOS[step][1].format(label="Aperçu de la caméra (dessin)")
    take = _step_button(base, step, "Prendre une photo", "main")
    skip = _step_button(base, f"skip:{step}", "Passer cette étape", "plain")
    return hint + Markup('<div class="viewfinder">{}</div><div class="row">{}{}</div>').format(drawing, take, skip)


def _step_button(base: str, step: str, label: str, kind: str) -> Markup:
    name = "skip-photo" if step.startswith("skip:") else step
    return parts.button(f"{base}/step/", label, parts.hook("room-action", name), kind=kind, step=step)


def _leave(session: Session, base: str) -> Markup:
    if session.status == "in_setup":
        return _step_button(base, "leave", "Quitter la salle", "plain")
    if session.is_over and urlsplit(session.return_url).scheme in ("http", "https"):
        return Markup('<a class="main" href="{}" rel="noopener">Revenir au cours</a>').format(session.return_url)
    return Markup("")
