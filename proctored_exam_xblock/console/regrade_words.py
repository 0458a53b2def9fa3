"""The page of corrections in words: questions with their keys, what a preview found, what was corrected and undone."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo
from fractions import Fraction
from html import escape, unescape
from typing import Any

from babel import Locale
from django.core.exceptions import ObjectDoesNotExist
from django.utils.html import strip_tags
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from .. import compat
from ..domain import corrections
from ..domain.corrections import Correction, Name
from ..domain.questions import Kind, Paper, Points, Question, Ruling
from ..domain.scoring import on_scale
from ..models import Exam, Regrade
from ..presenter import dates
from ..presenter.author import excerpt
from ..services import regrading, rulings
from ..services.regrade_preview import Change, Preview

MOST_ROWS = 300
"""Rows of a preview that are shown; all are counted."""
Words = dict[str, Any]
_IMAGE = re.compile(r"""<img\b[^>]*\balt="([^"]*)"[^>]*>""")


# --- questions ------------------------------------------------------------------------------------------------------


def questions(exam: Exam) -> list[Words]:
    """Every question that somebody had or will have, as it is graded now; those of the current version first, and one
    that was reworded once for each wording."""
    in_force = corrections.all_of(rulings.in_force(exam.pk, exam.regrade_mark))
    touched = {correction.name for correction in in_force}
    found: dict[Name, Words] = {}
    newest: dict[str, str] = {}
    for place, (paper, sat) in enumerate(regrading.sat_papers(exam)):
        for part, number, asked in _numbered(corrections.corrected(paper, in_force)):
            name = asked.id, asked.words
            if name not in found:
                found[name] = _question(asked, part, number, is_former=place > 0, corrected=name in touched)
            elif found[name]["right"] != asked.key:
                found[name]["former_key"] = key_of(asked)
            found[name]["sat"] += sat
            if newest.setdefault(asked.id, asked.words) != asked.words:
                found[name]["wording"] = _wording(found[name]["sat"])
    return list(found.values())


def _wording(count: int) -> str:
    return ngettext(
        "Earlier wording: %(count)s candidate had that version of the exam.",
        "Earlier wording: %(count)s candidates had that version of the exam.",
        count,
    ) % {"count": count}


def _numbered(paper: Paper) -> list[tuple[str, str, Question]]:
    """Part, number and question; inputs of one problem share its number."""
    found, number = [], 0
    for part in paper.parts:
        for problem in part.problems:
            number += 1
            for place, asked in enumerate(problem, start=1):
                found.append((part.title, f"{number}.{place}" if len(problem) > 1 else f"{number}", asked))
    return found


def _question(asked: Question, part: str, number: str, *, is_former: bool, corrected: bool) -> Words:
    where = _("Question %(number)s") % {"number": number}
    return {
        "id": asked.id,
        "words": asked.words,
        "wording": "",
        "sat": 0,
        "part": part,
        "where": _("%(where)s of an earlier version") % {"where": where} if is_former else where,
        "excerpt": excerpt(asked),
        "lead": asked.lead,
        "prompt": asked.prompt,
        "right": asked.key,
        "key": key_of(asked),
        "former_key": "",
        "ruling": asked.ruling.value,
        "ruling_text": _ruling(asked.ruling),
        "corrected": corrected,
        "several": asked.kind is Kind.MULTIPLE,
        "choices": [
            {"id": c.id, "html": c.html, "name": _nameless(c.html, n), "right": c.correct}
            for n, c in enumerate(asked.choices, 1)
        ],
    }


def key_of(asked: Question) -> str:
    """The right choices as candidates see them, sanitised HTML: what is a power or an index looks like one."""
    return " · ".join(choice.html for choice in asked.choices if choice.correct)


def _nameless(written: str, number: int) -> str:
    """What a choice is called by who cannot see it, '' where its own words or those of its images say it."""
    if unescape(strip_tags(_IMAGE.sub(r"\1", written))).strip():
        return ""
    return _("Choice %(number)s (an image)") % {"number": number}


def _ruling(ruling: Ruling) -> str:
    return {Ruling.VOID: _("Cancelled"), Ruling.GIVEN: _("Granted to everybody")}.get(ruling, "")


def filters(asked: Sequence[Words]) -> list[tuple[str, str]]:
    """(value, label): all, each part, those that were corrected."""
    parts = dict.fromkeys(question["part"] for question in asked)
    more = [("corrected", _("Corrected already"))] if any(question["corrected"] for question in asked) else []
    return [("", _("All questions")), *((f"part:{part}", part) for part in parts), *more]


# --- a preview ------------------------------------------------------------------------------------------------------


def preview(found: Preview, locale: Locale) -> Words:
    """What the template of a preview is given."""
    changed = found.changed
    return {
        "summary": _summary(len(changed), found.attempts),
        "numbers": _numbers(changed) if changed else [],
        "by_hand": _by_hand(len(found.changes) - len(changed)),
        "left": left(found.left),
        "rows": [_row(change, locale) for change in found.changes[:MOST_ROWS]],
        "more": _more(len(found.changes) - MOST_ROWS),
    }


def _numbers(changed: Sequence[Change]) -> list[tuple[int, str, str]]:
    """(how many, what of, tone)."""
    up, down = sum(change.rises for change in changed), sum(change.falls for change in changed)
    passing = sum(change.passed_after and not change.passed_before for change in changed)
    failing = sum(change.passed_before and not change.passed_after for change in changed)
    return [
        (up, ngettext("goes up", "go up", up), "good"),
        (down, ngettext("goes down", "go down", down), "danger"),
        (passing, ngettext("newly passes", "newly pass", passing), "good"),
        (failing, ngettext("no longer passes", "no longer pass", failing), "danger"),
    ]


def _summary(changed: int, attempts: int) -> str:
    if not attempts:
        return _("Nobody has finished this exam yet. The correction holds for everybody who will.")
    if not changed:
        return _("Nobody's score changes. The correction holds for everybody who finishes later.")
    told = ngettext("%(count)s candidate changes", "%(count)s candidates change", changed) % {"count": changed}
    return _("%(changed)s, out of %(all)s who finished.") % {"changed": told, "all": attempts}


def _by_hand(count: int) -> str:
    return (
        ngettext(
            "%(count)s score was put by hand: it stays as it is.",
            "%(count)s scores were put by hand: they stay as they are.",
            count,
        )
        % {"count": count}
        if count
        else ""
    )


def _more(count: int) -> str:
    if count <= 0:
        return ""
    return ngettext("And %(count)s more.", "And %(count)s more.", count) % {"count": count}


def left(count: int) -> str:
    """How many scores an earlier decision has not reached yet."""
    if not count:
        return ""
    return ngettext(
        "%(count)s score is still being computed after the last correction.",
        "%(count)s scores are still being computed after the last correction.",
        count,
    ) % {"count": count}


def _row(change: Change, locale: Locale) -> Words:
    before = on_scale(change.before.earned, change.before.possible, change.scale)
    after = on_scale(change.after.earned, change.after.possible, change.scale)
    return {
        "name": change.name,
        "number": change.certification_number,
        "before": _out_of(before, locale),
        "after": _out_of(after, locale),
        "difference": "" if change.by_hand else _difference(before, after, locale),
        "tone": "good" if change.rises else "danger" if change.falls else "plain",
        "passes": _passes(change),
        "pass_tone": "plain"
        if change.passed_before == change.passed_after
        else "good"
        if change.passed_after
        else "danger",
        "note": _note(change),
    }


def _out_of(score: tuple[Points, Points], locale: Locale) -> str:
    return f"{dates.number(score[0], locale)} / {dates.number(score[1], locale)}"


def _difference(before: tuple[Points, Points], after: tuple[Points, Points], locale: Locale) -> str:
    """In points where both are out of the same, else of the share."""
    if before[1] == after[1]:
        value, ending = Fraction(after[0]) - Fraction(before[0]), ""
    else:
        shares = [
            Fraction(earned) / Fraction(possible) if possible else Fraction(0) for earned, possible in (before, after)
        ]
        value, ending = (shares[1] - shares[0]) * 100, "\xa0%"
    sign = "+" if value > 0 else "−" if value < 0 else "±"
    return f"{sign}{dates.number(abs(value), locale)}{ending}"


def _passes(change: Change) -> str:
    if change.passed_before == change.passed_after:
        return _("passes") if change.passed_after else _("does not pass")
    return _("passes now") if change.passed_after else _("passes no longer")


def _note(change: Change) -> str:
    if change.by_hand:
        return _("put by hand, stays")
    return _("knows the score") if change.is_out else _("not released")


# --- what was decided -----------------------------------------------------------------------------------------------


def history(exam: Exam, asked: Sequence[Words], locale: Locale, zone: tzinfo) -> list[Words]:
    """Every regrade, the newest first."""
    known = {(question["id"], question["words"]): question for question in asked}
    return [_decided(row, known, locale, zone) for row in Regrade.objects.filter(exam=exam).order_by("-number")]


def _decided(row: Regrade, known: Mapping[Name, Words], locale: Locale, zone: tzinfo) -> Words:
    return {
        "number": row.number,
        "title": _("Correction %(number)s") % {"number": row.number},
        "what": [_said(correction, known) for correction in corrections.from_json(row.corrections)],
        "raise_only": row.raise_only,
        "by": _by(row.made_by, row.made_at, locale, zone),
        "reason": row.reason,
        "undone": row.undone_mark is not None,
        "undone_by": _by(row.undone_by, row.undone_at, locale, zone) if row.undone_at else "",
        "undone_reason": row.undone_reason,
    }


def _said(correction: Correction, known: Mapping[Name, Words]) -> Words:
    """``key`` is sanitised HTML."""
    question = known.get(correction.name, {"where": correction.question_id, "excerpt": "", "choices": ()})
    what = {
        Ruling.VOID: _("cancelled, it counts for nobody"),
        Ruling.GIVEN: _("its points are granted to everybody"),
    }.get(correction.ruling, _("right:"))
    written = {choice["id"]: choice["html"] for choice in question["choices"]}
    key = " · ".join(written.get(choice, escape(choice)) for choice in correction.key or ())
    return {"where": question["where"], "excerpt": question["excerpt"], "what": what, "key": key}


def _by(actor: str, at: datetime, locale: Locale, zone: tzinfo) -> str:
    local = at.astimezone(zone)
    when = _("%(day)s at %(time)s") % {"day": dates.day_month_year(local.date(), locale), "time": dates.hour(at, zone)}
    return _("%(name)s, on %(when)s") % {"name": _name(actor), "when": when}


def _name(actor: str) -> str:
    kind, _separator, user_id = actor.partition(":")
    try:
        return " ".join(compat.host().full_name(int(user_id))).strip() or actor
    except (ValueError, ObjectDoesNotExist):
        return _("Course team") if kind == "staff" else actor


def done(what: str) -> str:
    """What is said once the page is loaded again."""
    return {
        "applied": _("The correction is in force. Those who know their score and whose score changes get an e-mail."),
        "undone": _("The correction is undone. Scores are what they would be without it."),
    }.get(what, "")


def for_script() -> dict[str, str]:
    """Sentences that the script shows; ``{name}`` is filled in the page."""
    return {
        "pick": _("Correct"),
        "picked": _("Chosen"),
        "found": _("{count} questions"),
        "found_one": _("1 question"),
        "found_none": _("No question has these words."),
        "stale": _("What you correct has changed since the preview: preview it again."),
        "waiting": _("Looking at every score…"),
        "lost": _("The platform did not answer. What you typed is still here: try again."),
        "lost_deed": _(
            "The platform did not answer. The history below says whether it was done; if it was not, try again: it "
            "cannot be done twice."
        ),
        "removed": _("Taken off the list."),
        "added": _("Added below: {where}."),
        "nothing": _("Choose at least one question to correct."),
        "empty_key": _("Tick at least one right answer."),
        "reason": _("Fill in this field."),
        "undo_title": _("Undo correction {number}"),
        "settled": _("All scores are up to date."),
    }
