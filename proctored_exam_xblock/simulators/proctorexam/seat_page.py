"""The proctor's and reviewer's seat as HTML: the queue of sessions, each with what may be done."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from markupsafe import Markup

from ..look import instant, join, page
from . import parts, sessions
from .store import Session

_PAGE = Markup("""
<header class="top">
  <div class="brand"><strong>ProctorExam</strong> <span class="tag">simulateur</span></div>
  <p class="clock" data-sim-live="clock" data-sim-clock="{iso}">Horloge du simulateur&nbsp;: {now}</p>
</header>
<main data-sim-page="seat">
  <div class="head">
    <h1>Poste du surveillant</h1>
    <p class="quiet" data-sim-live="count">{count}</p>
  </div>
  <div class="queue" data-sim-queue>{cards}</div>
  <p class="empty" data-sim-live="empty"{hide_empty}>Aucune session pour l’instant. La file se met à jour seule.</p>
  {levers}
</main>
<footer class="foot">Tout est joué&nbsp;: aucune photo, aucun enregistrement, aucune donnée réelle.</footer>
""")

_CARD = Markup("""
<article class="card" data-sim-session="{number}" data-key="{number}" data-email="{email}" data-state="{state}"
  data-status="{status}" data-identity="{identity}" data-verdict="{colour}" data-reference="{reference}"
  aria-labelledby="who-{number}">
  <div data-sim-live="head-{number}" class="card-head">
    <div><h2 id="who-{number}">{name}</h2><p>{exam} · {duration} min</p></div>
    <span class="pill {state}">{state_name}</span>
  </div>
  <div data-sim-live="body-{number}" class="card-body">
    <dl>
      <div><dt>Début au plus tôt</dt><dd>{start}</dd></div>
      <div><dt>Contact</dt><dd>{email}</dd></div>
      <div><dt>Session</dt><dd>{origin}</dd></div>
      <div><dt>Statut ProctorExam</dt><dd data-sim-status>{status}</dd></div>
      {info}
    </dl>
    {incidents}
    {room}
  </div>
  <div data-sim-live="actions-{number}" class="actions">{actions}</div>
  {chat_form}
</article>
""")

_ROOM = Markup("""
<div class="room-side">
  <div class="photos">{photos}</div>
  <fieldset class="checks"><legend>Vérifications</legend>{checks}</fieldset>
</div>
{chat}
""")

_CHAT_FORM = Markup("""<form class="say" method="post" action="{action}" data-sim-form data-sim-open="{open}">
<label><span class="sr">Message pour {name}</span>
<input name="text" maxlength="500" autocomplete="off" placeholder="Écrire au candidat" data-sim-field="message"></label>
<button class="plain">Envoyer</button></form>""")

_PILLS = {"archived": "ended"}


def render(entries: list[Session], exams: dict[int, dict[str, Any]], levers: Markup, now: datetime, prefix: str) -> str:
    """The whole page; sessions sorted by start; ``levers`` stand below the queue."""
    ordered = sorted(entries, key=lambda session: (session.open_time or session.created_at, session.id))
    cards = [_card(session, exams.get(session.exam_id, {}), prefix) for session in ordered]
    active = sum(not session.is_over for session in entries)
    body = _PAGE.format(
        iso=now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        now=instant(now),
        count=f"{active} à surveiller, {len(entries)} en tout",
        levers=levers,
        cards=join(cards),
        hide_empty=Markup(" hidden") if cards else "",
    )
    return page("ProctorExam (simulateur) · Poste du surveillant", body, "seat")


def _card(session: Session, exam: dict[str, Any], prefix: str) -> Markup:
    base = f"{prefix}/sessions/{session.id}"
    state = sessions.state(session)
    in_room = bool(session.entered_room) and not session.is_over
    return _CARD.format(
        number=session.id,
        email=session.email,
        state=state,
        state_name=sessions.STATE_NAMES[state],
        status=session.status,
        identity=session.identity,
        colour=session.colour,
        reference=session.info or session.link,
        name=session.name,
        exam=exam.get("name", f"Examen {session.exam_id}"),
        duration=exam.get("duration_minutes", ""),
        start=parts.start(session),
        origin=f"n° {session.id}, {'lancement LTI' if session.user_id else 'créée par l’API'}",
        info=_info(session),
        incidents=_incidents(session),
        room=_room(session, base) if session.entered_room else "",
        actions=_actions(session, state, base),
        chat_form=_CHAT_FORM.format(action=f"{base}/say/", name=session.name, open=str(in_room).lower()),
    )


def _info(session: Session) -> Markup:
    if not session.info:
        return Markup("")
    return Markup("<div><dt>Information individuelle</dt><dd data-sim-info>{}</dd></div>").format(session.info)


def _incidents(session: Session) -> Markup:
    if not session.incidents:
        return Markup("")
    lines = [Markup("<li>{}</li>").format(incident["description"]) for incident in session.incidents]
    return Markup('<p class="quiet">Incidents</p><ul data-sim-incidents="{count}">{lines}</ul>').format(
        count=len(lines), lines=join(lines)
    )


def _actions(session: Session, state: str, base: str) -> Markup:
    if state == "scheduled":
        return Markup('<p class="quiet">Le candidat n’est pas encore dans la salle.</p>')
    return join(
        [
            parts.button(
                f"{base}/{action}/",
                sessions.ACTION_NAMES[action],
                parts.hook("action", action),
                kind=_kind(index, action, session),
            )
            for index, action in enumerate(sessions.ALLOWED[state])
        ]
    )


def _kind(index: int, action: str, session: Session) -> str:
    if action.startswith("verdict-"):
        chosen = sessions.COLOURS[action] == session.colour
        return f"{'danger' if action == 'verdict-fraud' else 'plain'}{' chosen' if chosen else ''}"
    if action == "incident":
        return "danger"
    return "main" if index == 0 else "plain"


def _room(session: Session, base: str) -> Markup:
    ticks = [
        parts.button(
            f"{base}/tick/{name}/",
            label,
            Markup('role="checkbox" aria-checked="{ticked}" data-sim-check="{name}"').format(
                ticked=str(name in session.ticks).lower(), name=name
            ),
            kind="check",
        )
        for name, label in sessions.TICKS.items()
    ]
    photos = join([parts.photo(step, session) for step in parts.PHOTOS])
    return _ROOM.format(photos=photos, checks=join(ticks), chat=parts.chat(session, "proctor"))
