"""The levers as forms below the proctor's queue: faults, habits of the vendor, its webhooks, its clock."""

from __future__ import annotations

from collections.abc import Mapping

from markupsafe import Markup

from ..faults import FAULT_NAMES, Fault
from .look import join
from .switches import Switches
from .webhooks import FAULT_NAMES as WEBHOOK_FAULT_NAMES

# What a reader has unfolded stays unfolded: only what is inside is kept fresh.
_PAGE = Markup("""
<section class="faults" aria-labelledby="faults" data-sim-live="faults" data-sim-fault="{mode}">
  <h2 id="faults">Pannes du service</h2>
  <p class="quiet">{explanation}</p>
  <div class="row">{buttons}</div>
</section>
<section class="faults" aria-labelledby="habits">
  <h2 id="habits">Comportement du service</h2>
  <p class="quiet" data-sim-live="errors" data-sim-errors="{errors}">Refus comptés pour cette clé&nbsp;: {errors}.</p>
  {parts}
</section>
""")

_PART = Markup('<details class="more"><summary>{title}</summary><div data-sim-live="{name}">{content}</div></details>')
_FORM = Markup(
    '<form class="levers" method="post" action="{action}" data-sim-form data-sim-lever="{name}">{fields}'
    '<button class="{kind}">{label}</button></form>'
)
_INPUT = Markup('<label>{label}<input name="{name}" value="{value}" {attributes}></label>')
_SELECT = Markup('<label>{label}<select name="{name}">{options}</select></label>')
_FROM_ZERO = Markup('min="0"')


def render(fault: Fault, switches: Switches, skew: float, errors: int, prefix: str) -> Markup:
    """All levers, as they stand.

    Args:
        fault: the API's present fault.
        switches: the vendor's habits.
        skew: seconds its clock is ahead.
        errors: refusals counted.
        prefix: path of the levers, without a trailing slash.
    """
    return _PAGE.format(
        mode=fault.mode.value,
        explanation=_explanation(fault),
        buttons=_mode_buttons(fault, prefix),
        errors=errors,
        parts=join(
            [
                _PART.format(name=name, title=title, content=content)
                for name, title, content in (
                    ("partial", "Panne d’une partie des appels", _partial_form(fault, prefix)),
                    ("habits", "Réservations et rapports", _habits_form(switches, prefix)),
                    ("webhooks", "Appels vers la plateforme (webhooks)", _webhooks_form(switches, prefix)),
                    ("skew", "Horloge et réservations perdues", _clock_form(skew, prefix) + _lose_form(prefix)),
                )
            ]
        ),
    )


def _explanation(fault: Fault) -> str:
    text = FAULT_NAMES[fault.mode][1].format(seconds=fault.seconds)
    if fault.only:
        text += f" Seulement pour {fault.only}."
    if fault.every > 1:
        text += f" Un appel sur {fault.every}."
    if fault.share < 1:
        text += f" {fault.share:.0%} des appels, au hasard (graine {fault.seed})."
    return text


def _mode_buttons(fault: Fault, prefix: str) -> Markup:
    return join(
        [
            Markup(
                '<form method="post" action="{action}" data-sim-form><input type="hidden" name="mode" value="{mode}">'
                '<button class="plain{chosen}" aria-pressed="{pressed}" data-sim-fault-mode="{mode}">{label}</button>'
                "</form>"
            ).format(
                action=f"{prefix}/faults/",
                mode=mode.value,
                chosen=" chosen" if mode == fault.mode else "",
                pressed=str(mode == fault.mode).lower(),
                label=label,
            )
            for mode, (label, _) in FAULT_NAMES.items()
        ]
    )


def _partial_form(fault: Fault, prefix: str) -> Markup:
    names = {mode.value: label for mode, (label, _) in FAULT_NAMES.items()}
    return _form(
        prefix,
        "faults",
        [
            _select("mode", "Panne", names, fault.mode.value),
            _INPUT.format(label="Seulement pour (point d’accès)", name="only", value=fault.only, attributes=""),
            _number("every", "Un appel sur", fault.every, Markup('min="1"')),
            _number("share", "Part des appels (0 à 1)", fault.share, Markup('min="0" max="1" step="0.01"')),
            _number("seed", "Graine du hasard", fault.seed, ""),
            _number("seconds", "Secondes d’attente", fault.seconds, Markup('min="0" max="120" step="0.1"')),
        ],
    )


def _habits_form(switches: Switches, prefix: str) -> Markup:
    return _form(
        prefix,
        "switches",
        [
            _number("capacity", "Places par créneau", switches.capacity),
            _number("lead_minutes", "Délai de réservation, en minutes", switches.lead_minutes),
            _number("report_days", "Rapport en erreur au-delà de (jours)", switches.report_days),
            _yes_no("new_number_on_move", "Un déplacement change le numéro", switches.new_number_on_move),
            _yes_no("duplicate_rows", "Lignes en double dans le rapport", switches.duplicate_rows),
        ],
    )


def _webhooks_form(switches: Switches, prefix: str) -> Markup:
    address, hidden = Markup('type="url" autocomplete="off"'), Markup('type="password" autocomplete="off"')
    return _form(
        prefix,
        "switches",
        [
            _INPUT.format(label="Adresse", name="webhook_url", value=switches.webhook_url, attributes=address),
            _INPUT.format(label="Secret", name="webhook_secret", value=switches.webhook_secret, attributes=hidden),
            _select("webhook_fault", "Envoi", WEBHOOK_FAULT_NAMES, switches.webhook_fault),
        ],
    )


def _clock_form(skew: float, prefix: str) -> Markup:
    return _form(prefix, "clock", [_number("skew", "Avance de l’horloge, en secondes", skew, "")])


def _lose_form(prefix: str) -> Markup:
    everything = Markup('<input type="hidden" name="all" value="true">')
    return _form(prefix, "lose", [everything], label="Perdre toutes les réservations", kind="danger")


def _form(prefix: str, name: str, fields: list[Markup], *, label: str = "Appliquer", kind: str = "plain") -> Markup:
    return _FORM.format(action=f"{prefix}/{name}/", name=name, fields=join(fields), label=label, kind=kind)


def _number(name: str, label: str, value: float, attributes: Markup | str = _FROM_ZERO) -> Markup:
    shown = f"{value:g}" if isinstance(value, float) else value
    return _INPUT.format(label=label, name=name, value=shown, attributes=Markup('type="number" ') + attributes)


def _yes_no(name: str, label: str, value: bool) -> Markup:
    return _select(name, label, {"true": "Oui", "false": "Non"}, str(value).lower())


def _select(name: str, label: str, options: Mapping[str, str], chosen: str) -> Markup:
    lines = [
        Markup('<option value="{value}"{chosen}>{label}</option>').format(
            value=value, label=text, chosen=Markup(" selected") if value == chosen else ""
        )
        for value, text in options.items()
    ]
    return _SELECT.format(name=name, label=label, options=join(lines))
