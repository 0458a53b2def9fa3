"""The proctor's seat as HTML: the queue of candidates, each with what the proctor sees and may do."""

from __future__ import annotations

from datetime import datetime

from markupsafe import Markup

from . import sessions
from .look import DOCUMENT, FACE, instant, join, local_instant, page
from .store import Note, Reservation

_PAGE = Markup("""
<header class="top">
  <div class="brand"><strong>ProctorU</strong> <span class="tag">simulateur</span></div>
  <p class="clock" data-sim-live="clock" data-sim-clock="{iso}">Horloge du simulateur&nbsp;: {now}</p>
</header>
<main data-sim-page="seat">
  <div class="head">
    <h1>Poste du surveillant</h1>
    <p class="quiet" data-sim-live="count">{count}</p>
  </div>
  <div class="queue" data-sim-queue>{cards}</div>
  <p class="empty" data-sim-live="empty"{hide_empty}>Aucune réservation pour l’instant. La file se met à jour seule.</p>
  {levers}
</main>
<footer class="foot">Tout est joué&nbsp;: aucune photo, aucun enregistrement, aucune donnée réelle.</footer>
""")

_CARD = Markup("""
<article class="card" data-sim-session="{number}" data-key="{key}" data-email="{email}" data-state="{state}"
  data-identity="{identity}" data-verdict="{verdict}" aria-labelledby="who-{number}">
  <div data-sim-live="head-{key}" class="card-head">
    <div><h2 id="who-{number}">{name}</h2><p>{exam} · {duration} min</p></div>
    <span class="pill {state}">{state_name}</span>
  </div>
  <div data-sim-live="body-{key}" class="card-body">
    <dl>
      <div><dt>Début</dt><dd>{start}</dd></div>
      <div><dt>Heure du candidat</dt><dd>{local}</dd></div>
      <div><dt>Contact</dt><dd>{email}<br>{phone}</dd></div>
      <div><dt>Mot de passe de l’examen</dt><dd><code data-sim-code>{code}</code></dd></div>
    </dl>
    {room}
  </div>
  <div data-sim-live="actions-{key}" class="actions">{actions}</div>
  {chat_form}
  <details class="more">
    <summary>Aléas du service</summary>
    <div class="row" data-sim-live="levers-{key}">{levers}</div>
  </details>
</article>
""")

_ROOM = Markup("""
<div class="room-side">
  <div class="photos">{photos}</div>
  <fieldset class="checks"><legend>Vérifications</legend>{checks}</fieldset>
</div>
{chat}
""")

_BUTTON = Markup(
    '<form method="post" action="{action}" data-sim-form><button class="{kind}" {hook}>{label}</button></form>'
)

_CHAT_FORM = Markup("""<form class="say" method="post" action="{action}" data-sim-form data-sim-open="{open}">
<label><span class="sr">Message pour {name}</span>
<input name="text" maxlength="500" autocomplete="off" placeholder="Écrire au candidat" data-sim-field="message"></label>
<button class="plain">Envoyer</button></form>""")


def render(
    entries: list[tuple[Reservation, dict[str, str], list[Note]]],
    levers: Markup,
    now: datetime,
    prefix: str,
) -> str:
    """The whole page; ``entries`` are bookings sorted by start, with their person and chat; ``levers`` stand below."""
    cards = [_card(reservation, person, chat, prefix) for reservation, person, chat in entries]
    active = sum(reservation.active for reservation, _, _ in entries)
    body = _PAGE.format(
        iso=now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        now=instant(now),
        count=f"{active} à surveiller, {len(entries)} en tout",
        levers=levers,
        cards=join(cards),
        hide_empty=Markup(" hidden") if cards else "",
    )
    return page("ProctorU (simulateur) · Poste du surveillant", body, "seat")


def _card(reservation: Reservation, person: dict[str, str], chat: list[Note], prefix: str) -> Markup:
    base = f"{prefix}/sessions/{reservation.reservation_no}"
    name = f"{person.get('first_name', '')} {person.get('last_name', '')}".strip()
    return _CARD.format(
        number=reservation.reservation_no,
        key=reservation.room_key[:8],
        email=person.get("email", ""),
        phone=person.get("phone1", ""),
        state=reservation.state,
        state_name=sessions.STATE_NAMES[reservation.state],
        identity=reservation.identity,
        verdict=reservation.verdict,
        name=name,
        exam=reservation.details.get("description", ""),
        duration=reservation.duration,
        start=instant(reservation.start),
        local=local_instant(reservation.start, person.get("time_zone_id", "")),
        code=reservation.details.get("exam_password", ""),
        room=_room(reservation, chat, base) if reservation.state not in ("scheduled", "cancelled") else "",
        actions=_actions(reservation, base),
        levers=_levers(reservation, prefix),
        chat_form=_CHAT_FORM.format(action=f"{base}/say/", name=name, open=str(_in_room(reservation)).lower()),
    )


def _in_room(reservation: Reservation) -> bool:
    return reservation.active and reservation.state != "scheduled"


def _actions(reservation: Reservation, base: str) -> Markup:
    if reservation.state == "scheduled":
        return Markup('<p class="quiet">Le candidat n’est pas encore dans la salle.</p>')
    buttons = [
        _BUTTON.format(
            action=f"{base}/{action}/",
            kind=_button_kind(index, action, action.removeprefix("verdict-") == reservation.verdict),
            hook=Markup('data-sim-action="{}"').format(action),
            label=sessions.ACTION_NAMES[action],
        )
        for index, action in enumerate(sessions.ALLOWED[reservation.state])
    ]
    return join(buttons)


def _levers(reservation: Reservation, prefix: str) -> Markup:
    """What befalls a booking without the proctor: the vendor loses it, or cancels it on its own."""
    names = {"cancel": "Annuler au nom du service"} if reservation.active else {}
    return join(
        [
            Markup(
                '<form method="post" action="{prefix}/{lever}/" data-sim-form><input type="hidden" '
                'name="reservation_id" value="{id}"><button class="danger" data-sim-lever="{lever}">{label}</button>'
                "</form>"
            ).format(prefix=prefix, lever=lever, id=reservation.reservation_id, label=label)
            for lever, label in {**names, "lose": "Perdre la réservation"}.items()
        ]
    )


def _button_kind(index: int, action: str, chosen: bool) -> str:
    if action in ("incident", "verdict-fraud"):
        return "danger chosen" if chosen else "danger"
    if action.startswith("verdict-"):
        return "plain chosen" if chosen else "plain"
    return "main" if index == 0 else "plain"


def _room(reservation: Reservation, chat: list[Note], base: str) -> Markup:
    photos = [
        _photo("photo-document", "Pièce d’identité", DOCUMENT, reservation),
        _photo("photo-face", "Visage", FACE, reservation),
    ]
    checks = [
        Markup(
            '<form method="post" action="{action}" data-sim-form><button class="check" role="checkbox" '
            'aria-checked="{ticked}" data-sim-check="{name}">{label}</button></form>'
        ).format(
            action=f"{base}/check/{name}/",
            ticked=str(name in reservation.checks).lower(),
            name=name,
            label=label,
        )
        for name, label in sessions.CHECKS.items()
    ]
    return _ROOM.format(photos=join(photos), checks=join(checks), chat=chat_list(chat, "proctor"))


def _photo(step: str, label: str, drawing: Markup, reservation: Reservation) -> Markup:
    if step in reservation.steps:
        state, picture, caption = "taken", drawing.format(label=f"{label} (dessin)"), label
    elif f"skip:{step}" in reservation.steps:
        state, picture, caption = "skipped", Markup(""), f"{label} : étape passée"
    else:
        state, picture, caption = "expected", Markup(""), f"{label} : en attente"
    return Markup(
        '<figure data-sim-photo="{step}" data-state="{state}">{picture}<figcaption>{caption}</figcaption></figure>'
    ).format(step=step, state=state, picture=picture, caption=caption)


def chat_list(chat: list[Note], reader: str) -> Markup:
    """The conversation, the reader's own lines apart."""
    names = {"candidate": "Candidat", "proctor": "Surveillant"}
    lines = [
        Markup('<li class="{kind}"><b>{author}</b> {text}</li>').format(
            kind="mine" if note.author == reader else "theirs",
            author="Vous" if note.author == reader else names[note.author],
            text=note.text,
        )
        for note in chat
    ]
    return Markup('<ol class="chat" aria-label="Conversation" data-sim-chat>{}</ol>').format(join(lines))
