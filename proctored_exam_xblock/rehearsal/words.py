"""The report in words: a sentence for every finding, what to do about those that are not right, and the verdict."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as N_  # noqa: N812 (the usual name)

from .report import Finding, Level, is_go, to_json


class Matter(NamedTuple):
    """What is looked at, and what to do when it is not so; msgids."""

    sentence: str
    advice: str


_CALL = N_("Do not hold the exam: send this report to whoever maintains the software.")

MATTERS: Mapping[str, Matter] = {
    # The configuration.
    "rules": Matter(
        N_("The exam's rules fit its proctoring service."), N_("Mend the setting named here in Studio and publish.")
    ),
    "service_set_up": Matter(
        N_("The proctoring service is set up."), N_("Add the setting named here to the platform's configuration.")
    ),
    "service_is_real": Matter(
        N_("The proctoring service's address and key are real ones."),
        N_("The settings lead to a simulator or hold a key of the demonstration: put the vendor's before the exam."),
    ),
    "exam_password": Matter(N_("The exam's password is set."), N_("Set it: manage.py set_exam_password.")),
    "keyring": Matter(
        N_("The keyring of the proctors' codes is set."), N_("Put a list of long random texts, newest first.")
    ),
    "window": Matter(N_("The exam's window lies ahead."), N_("It has begun or is over: check its dates in Studio.")),
    "capacity": Matter(
        N_("There are places for every rehearsed candidate."),
        N_("Add days, hours or seats per slot, or rehearse fewer candidates."),
    ),
    "capacity_for_learners": Matter(
        N_("There are free places for every enrolled learner without an appointment."),
        N_("If all of them come there are not enough places: add days, hours or seats per slot."),
    ),
    "questions_answerable": Matter(
        N_("Every question has a right answer."), N_("Mark the right answers of the questions named here in Studio.")
    ),
    "questions_not_obvious": Matter(
        N_("No question is right whatever is chosen."), N_("Look at the questions named here.")
    ),
    "questions_distinct": Matter(N_("No question is asked twice."), N_("Look at the questions named here.")),
    "pools_large_enough": Matter(
        N_("Every pool is large enough for what is drawn from it."), N_("Draw fewer, or add questions.")
    ),
    "worker": Matter(
        N_("The worker leaves nothing undone."),
        N_("Something has waited for more than ten minutes: check that Celery or cron runs the tasks."),
    ),
    "alerts": Matter(
        N_("No alert of the proctoring service is open."), N_("Look at the alerts named here in the admin.")
    ),
    "system_checks": Matter(N_("The settings are complete."), N_("Run manage.py check and mend what it names.")),
    # The walk.
    "service_rehearsed": Matter(
        N_("The proctoring service's side was rehearsed."),
        N_("There is no simulator of this service: try one appointment with the vendor itself."),
    ),
    "seats": Matter(
        N_("Every candidate found a slot."), N_("Add days, hours or seats per slot: some found all slots taken.")
    ),
    "booked_once": Matter(N_("Who booked has exactly one appointment, at the hour they were told."), _CALL),
    "vendor_agrees": Matter(N_("The vendor's list has these appointments, each once, and no other."), _CALL),
    "crashes": Matter(N_("Nothing failed unexpectedly."), _CALL),
    "stopped": Matter(N_("Nobody was stopped on the way."), _CALL),
    "rooms": Matter(N_("Who came entered the room."), _CALL),
    "let_in": Matter(N_("Whoever the proctor let in sat the exam."), _CALL),
    "codes_apart": Matter(N_("Nobody's exam opened by another's code or a wrong one."), _CALL),
    "one_window": Matter(N_("Only one window could write answers."), _CALL),
    "answers_kept": Matter(N_("Every answer that was acknowledged is on file."), _CALL),
    "late_refused": Matter(N_("Answers that came too late were refused and kept aside."), _CALL),
    "deadlines": Matter(N_("Deadlines are exact, extra time included."), _CALL),
    "ended": Matter(N_("Every sitting ended by itself or by the candidate's hand."), _CALL),
    "scores": Matter(N_("Scores are those computed independently."), _CALL),
    "grades": Matter(N_("Every grade is in the gradebook."), _CALL),
    "absences": Matter(N_("Who never came is marked as missed."), _CALL),
    "trail": Matter(N_("Every audit trail is whole."), _CALL),
    "queue_empty": Matter(N_("Nothing is left to be sent to the vendor."), _CALL),
    "speed": Matter(
        N_("No step takes much longer than the others."), N_("The step named here is slow: look at the database.")
    ),
}

_ACTS: Mapping[str, Callable[[], str]] = {
    "onboarded": lambda: _("1/3 Registration: %(candidates)d candidates. %(seconds)d s"),
    "appointments": lambda: _(
        "1/3 Appointments: %(candidates)d candidates, %(booked)d booked, %(changed)d of them changed. %(seconds)d s"
    ),
    "exam_days": lambda: _(
        "2/3 Exam days: %(came)d came, %(sat)d sat the exam, %(answers)d answers sent. %(seconds)d s"
    ),
    "settled": lambda: _("3/3 Settled: expiries, grades, the queue. %(seconds)d s"),
}


def act(name: str, counts: Mapping[str, int]) -> str:
    """The progress line of one act."""
    return _ACTS[name]() % counts


def heading(title: str, backend: str, candidates: int, faults: int, seed: int) -> str:
    """What is about to happen."""
    return _(
        "Rehearsal of “%(title)s” (%(backend)s): %(candidates)d candidates, %(faults)d %% of the vendor's answers go "
        "wrong, seed %(seed)d. Nothing of production is touched."
    ) % {"title": title, "backend": backend, "candidates": candidates, "faults": faults, "seed": seed}


def table(findings: Iterable[Finding]) -> str:
    """A line per finding, and what to do below those that are not right."""
    names = {Level.OK: _("ok"), Level.WARNING: _("warning"), Level.NO_GO: _("NO-GO")}
    width = max(map(len, names.values()))
    lines = []
    for finding in findings:
        count = f"{finding.done}/{finding.of}" if finding.of else ""
        lines.append(f"  {names[finding.level]:<{width}}  {finding.code:<22} {count:>9}  {sentence(finding)}")
        if finding.level is not Level.OK:
            lines.append(f"  {'':<{width}}  {'':<22} {'':>9}  {advice(finding)}")
    return "\n".join(lines)


def sentence(finding: Finding) -> str:
    """What was looked at, and whether it is so; what is not so is named behind it."""
    named = f" [{', '.join(finding.detail)}]" if finding.detail else ""
    wanted = _(MATTERS[finding.code].sentence)
    if finding.level is not Level.OK:
        wanted = _("Not so: “%(sentence)s”") % {"sentence": wanted}
    return wanted + named


def advice(finding: Finding) -> str:
    """What to do about it."""
    return _(MATTERS[finding.code].advice)


def verdict(findings: Iterable[Finding]) -> str:
    """Go or no-go, and what comes next."""
    found = list(findings)
    wrong = [finding.code for finding in found if finding.level is Level.NO_GO]
    doubtful = [finding.code for finding in found if finding.level is Level.WARNING]
    if wrong:
        return _("NO-GO. To be put right first: %(codes)s.") % {"codes": ", ".join(wrong)}
    if doubtful:
        return _("GO. Look at these first: %(codes)s.") % {"codes": ", ".join(doubtful)}
    return _("GO.")


def as_json(findings: Iterable[Finding], plan: Mapping[str, Any]) -> dict[str, Any]:
    """The whole report for machines."""
    found = list(findings)
    rows = [
        {**row, "text": sentence(finding), "advice": advice(finding) if finding.level is not Level.OK else ""}
        for row, finding in zip(to_json(found), found, strict=True)
    ]
    return {"go": is_go(found), **plan, "findings": rows}
