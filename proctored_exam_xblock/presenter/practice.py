"""Practice in words (R-X-18): the report of one try with what to do about each finding, and the way to it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ..domain.journey import Action
from ..domain.policy import Expiry
from ..domain.practice import Finding, Report, Severity
from . import dates
from .equipment_advice import advice
from .screen import Screen

Params = Mapping[str, Any]
Words = tuple[str, str]


@dataclass(frozen=True)
class FindingView:
    """One finding: what happened and what to do; ``pill`` says how bad it is, ``tone`` its colour."""

    code: str
    title: str
    advice: str
    pill: str
    tone: str


def context(screen: Screen) -> dict[str, object]:
    """For every screen of a practice exam, and the way to one; nothing elsewhere."""
    around, links = screen.facts.practice, screen.links
    found: dict[str, object] = {"practice": screen.policy.practice, "practice_code": around.code}
    if links.practice:
        found |= {"practice_url": links.practice, "practice_last": _last(screen, around.last) if around.last else ""}
    if around.report is not None:
        found |= _report(screen, around.report)
    return found


def _last(screen: Screen, report: Report) -> str:
    told = {"when": _moment(screen, report), "outcome": outcome(report)}
    return (_("Last practice %(when)s: %(outcome)s.") if told["when"] else _("Last practice: %(outcome)s.")) % told


def _moment(screen: Screen, report: Report) -> str:
    if report.at is None:
        return ""
    day = dates.day_month(report.at.astimezone(screen.zone).date(), screen.locale)
    return _("on %(day)s at %(time)s") % {"day": day, "time": dates.hour(report.at, screen.zone)}


def outcome(report: Report) -> str:
    """The report in half a sentence."""
    if not report.started:
        return _("the exam was never started")
    failures, risks = report.count(Severity.FAILURE), report.count(Severity.RISK)
    if failures:
        return ngettext("%(count)s thing would have failed", "%(count)s things would have failed", failures) % {
            "count": failures
        }
    if risks:
        return ngettext(
            "nothing would have failed, %(count)s point to watch",
            "nothing would have failed, %(count)s points to watch",
            risks,
        ) % {"count": risks}
    return _("nothing would have failed")


def _report(screen: Screen, report: Report) -> dict[str, object]:
    target = screen.facts.practice.target
    failures, risks = report.count(Severity.FAILURE), report.count(Severity.RISK)
    return {
        "report": report,
        "report_heading": _heading(failures, risks),
        "report_tone": "danger" if failures else "caution" if risks else "good",
        "findings": _views(report.findings),
        "used": dates.span(report.used, screen.locale) if report.used is not None else "",
        "allowed": dates.span(report.allowed, screen.locale) if report.allowed is not None else "",
        "target": target if target is not None and target.known else None,
        "target_discards": target is not None and target.expiry is Expiry.DISCARD,
        "may_try_again": Action.TRY_AGAIN in screen.journey.actions,
    }


def _heading(failures: int, risks: int) -> str:
    if failures:
        return _("What would have failed")
    return _("Nothing would have failed, but watch this") if risks else _("Nothing would have failed")


def _views(findings: Iterable[Finding]) -> list[FindingView]:
    return [FindingView(one.code, *_words(one), *_look(one.severity)) for one in findings]


def _look(severity: Severity) -> Words:
    if severity is Severity.FAILURE:
        return _("Would have failed"), "danger"
    return (_("To watch"), "caution") if severity is Severity.RISK else (_("Good to know"), "")


def _words(finding: Finding) -> Words:
    if finding.code == "equipment":
        return _equipment(str(finding.params["warning"]))
    return _WORDS[finding.code](finding.params)


def _equipment(warning: str) -> Words:
    """The sentence that the equipment check itself gives for this code."""
    return advice(warning).title, _("Settle it, then check your equipment again where you will sit the exam.")


def _minutes(count: int) -> str:
    return ngettext("%(count)s minute", "%(count)s minutes", count) % {"count": count}


def _never_launched(params: Params) -> Words:
    return (
        _("You did not come to your appointment."),
        _("At the exam it would be lost, and a second one is not sure. Put it in your calendar, with a reminder."),
    )


def _never_opened(params: Params) -> Words:
    return (
        _("You came, but the exam was never opened."),
        _(
            "At the exam the proctor opens it, once your identity and your room are checked. Stay on the page, and "
            "call the number at its foot when nothing happens."
        ),
    )


def _too_late(params: Params) -> Words:
    return (
        _("You came %(late)s late: the appointment would have been lost.") % {"late": _minutes(params["minutes"])},
        _("Be there before the hour: the room opens some minutes earlier."),
    )


def _entered_late(params: Params) -> Words:
    return (
        _("You came %(late)s late.") % {"late": _minutes(params["minutes"])},
        _("A proctor waits for you from the hour on. Come some minutes earlier, with your identity documents at hand."),
    )


def _access_lapsed(params: Params) -> Words:
    return (
        _("The exam was opened and you did not start it in time: the access lapsed."),
        _(
            "Once the exam is open, read the rules and click “Start the exam”; the proctor must type the code again "
            "else."
        ),
    )


def _part_empty(params: Params) -> Words:
    return (
        _("Part %(part)s has no answer.") % params,
        _("Open each part with its tab: each says how many of its questions are answered."),
    )


def _part_not_verified(params: Params) -> Words:
    return (
        ngettext(
            "Part %(part)s was saved but never finally verified: its answer would not have counted.",
            "Part %(part)s was saved but never finally verified: its %(answers)s answers would not have counted.",
            params["answers"],
        )
        % params,
        _("“Save” keeps a draft, nothing more. Click “Final check” in each part, and look for the green ticks."),
    )


def _unanswered(params: Params) -> Words:
    numbers = ", ".join(str(number) for number in params["questions"])
    return (
        ngettext("No answer to question %(numbers)s.", "No answer to questions %(numbers)s.", len(params["questions"]))
        % {"numbers": numbers},
        _("The dialog of “Final check” tells you which questions have no answer: read it before you confirm."),
    )


def _late_answers(params: Params) -> Words:
    return (
        _("Answers of part %(part)s arrived after the end and were not counted.") % params,
        _("Keep a minute in hand: what the page still has to send at zero may come too late."),
    )


def _time_over(params: Params) -> Words:
    return (
        _("Time was up before you clicked “End the exam”."),
        _("The clock at the top warns you ten, five and one minutes before. Verify each part as soon as it is done."),
    )


def _went_silent(params: Params) -> Words:
    return (
        _("Your page was not heard of during the last %(time)s.") % {"time": _minutes(params["minutes"])},
        _(
            "It was closed, or your network was down. Use a cable, and keep the page open until you have ended the "
            "exam."
        ),
    )


def _interrupted(params: Params) -> Words:
    return (
        _("The course team interrupted this try."),
        _("What you had answered is kept on file. You can try again."),
    )


def _too_slow(params: Params) -> Words:
    return (
        _("At this pace the %(questions)s questions of the exam would take %(needed)s; you will have %(given)s.")
        % {
            "questions": params["questions"],
            "needed": _minutes(params["needed"]),
            "given": _minutes(params["given"]),
        },
        _("Answer what you know first, and come back to the rest."),
    )


def _second_window(params: Params) -> Words:
    return (
        _("The exam was taken over by another window."),
        _(
            "Only one window may hold it. At the exam the proctor has to let the other one in, and the clock does not "
            "stop: open the exam's page once."
        ),
    )


def _reloaded(params: Params) -> Words:
    return (
        ngettext(
            "You reloaded the page once: nothing was lost.",
            "You reloaded the page %(times)s times: nothing was lost.",
            params["times"],
        )
        % params,
        _("The exam does the same: your answers are back when the page is."),
    )


def _equipment_unchecked(params: Params) -> Words:
    return (
        _("Your equipment was never checked."),
        _("Check it where you will sit the exam, with the computer and the network that you will use."),
    )


def _left_to_the_end(params: Params) -> Words:
    return (
        _("Part %(part)s was saved but never finally verified.") % params,
        _("This exam counts drafts at its end. Do not rely on it: “Final check” is what registers your answers."),
    )


_WORDS: Mapping[str, Callable[[Params], Words]] = {
    "never_launched": _never_launched,
    "never_opened": _never_opened,
    "too_late": _too_late,
    "entered_late": _entered_late,
    "access_lapsed": _access_lapsed,
    "part_empty": _part_empty,
    "part_not_verified": _part_not_verified,
    "part_left_to_the_end": _left_to_the_end,
    "unanswered": _unanswered,
    "late_answers": _late_answers,
    "time_over": _time_over,
    "went_silent": _went_silent,
    "interrupted": _interrupted,
    "too_slow": _too_slow,
    "second_window": _second_window,
    "reloaded": _reloaded,
    "equipment_unchecked": _equipment_unchecked,
}
