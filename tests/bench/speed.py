"""Throughput beside the bare minimum: a Django view doing one SELECT and one UPSERT of the same JSON.

Blocks of both alternate in one process, so that whatever else the machine does slows both.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import count
from statistics import median
from typing import Any

from django.db import connection, models
from django.http import HttpRequest, JsonResponse
from django.test import RequestFactory

from proctored_exam_xblock import screens
from proctored_exam_xblock.services import drafts, entry, sitting
from proctored_exam_xblock.services.dossier import Caller
from tests.bench.hall import SEATS, Hall

ROUNDS = 30
BLOCK = 20
Deed = Callable[[], object]


class BareDraft(models.Model):
    """The least that could hold a draft."""

    user_id = models.BigIntegerField()
    part = models.PositiveSmallIntegerField()
    revision = models.PositiveIntegerField()
    answers = models.JSONField()

    class Meta:
        app_label = "demo"
        db_table = "bench_bare_draft"
        constraints = [models.UniqueConstraint(fields=["user_id", "part"], name="bench_bare_once")]

    def __str__(self) -> str:
        return f"{self.user_id} part {self.part}"


_UPSERT = {
    "sqlite": "ON CONFLICT (user_id, part) DO UPDATE SET revision = excluded.revision, answers = excluded.answers",
    "mysql": "ON DUPLICATE KEY UPDATE revision = VALUES(revision), answers = VALUES(answers)",
}


def bare_view(request: HttpRequest) -> JsonResponse:
    """One SELECT, one UPSERT, both in autocommit."""
    body = json.loads(request.body)
    key = {"user_id": body["user"], "part": body["part"]}
    known = BareDraft.objects.filter(**key).values_list("revision", flat=True).first()
    if known is None or body["revision"] > known:
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO bench_bare_draft (user_id, part, revision, answers) VALUES (%s, %s, %s, %s) "
                + _UPSERT[connection.vendor],
                [body["user"], body["part"], body["revision"], json.dumps(body["answers"])],
            )
    return JsonResponse({"ok": True, "revision": body["revision"]})


def measure(hall: Hall) -> dict[str, Any]:
    """Times per second and ratio to the bare view, of each deed of the sitting."""
    with connection.schema_editor() as editor:
        editor.create_model(BareDraft)
    seated = [hall.seated(f"seat{number}") for number in range(SEATS)]
    found, bare_rates = {}, []
    for name, deeds in (
        ("save_draft", saves(hall, seated)),
        ("screen", screens_of(hall, seated, html=False)),
        ("screen with its HTML", screens_of(hall, seated, html=True)),
        ("submit_part", submissions(hall, seated)),
    ):
        bare_rate, rate, ratio = compare(bare_deeds(hall, seated), deeds)
        found[name] = {"per_second": round(rate), "ratio": round(ratio, 2)}
        bare_rates.append(bare_rate)
    return {"bare_view_per_second": round(median(bare_rates)), "speed": found}


def compare(bare: Iterator[Deed], deeds: Iterator[Deed]) -> tuple[float, float, float]:
    """Rates of both and the median of their ratio, block by block; as long as there are deeds, at most ``ROUNDS``."""
    rates: list[tuple[float, float]] = []
    _block(bare, 2), _block(deeds, 2)
    for _ in range(ROUNDS):
        bare_rate, rate = _block(bare, BLOCK), _block(deeds, BLOCK)
        if rate is None or bare_rate is None:
            break
        rates.append((bare_rate, rate))
    return (
        median(bare_rate for bare_rate, _ in rates),
        median(rate for _, rate in rates),
        median(rate / bare_rate for bare_rate, rate in rates),
    )


def _block(deeds: Iterator[Deed], size: int) -> float | None:
    block = [deed for deed, _ in zip(deeds, range(size), strict=False)]
    if len(block) < size:
        return None
    begun = time.perf_counter()
    for deed in block:
        deed()
    return size / (time.perf_counter() - begun)


def bare_deeds(hall: Hall, seated: Sequence[Caller]) -> Iterator[Deed]:
    factory = RequestFactory()
    for turn, caller, part in _turns(hall, seated):
        answers = hall.answers(part, turn)
        body = {"user": caller.user_id, "part": part, "revision": turn, "answers": answers, "window": caller.window}
        request = factory.post("/", body, content_type="application/json")
        yield lambda request=request: bare_view(request)  # type: ignore[misc]


def saves(hall: Hall, seated: Sequence[Caller]) -> Iterator[Deed]:
    for turn, caller, part in _turns(hall, seated):
        arguments = (caller, part, turn, hall.answers(part, turn), hall.later)
        yield lambda arguments=arguments: drafts.save_draft(*arguments)  # type: ignore[misc]


def screens_of(hall: Hall, seated: Sequence[Caller], *, html: bool) -> Iterator[Deed]:
    def look(caller: Caller) -> object:
        dossier = entry.load(caller, hall.later)
        sitting.seen(dossier)
        return screens.html(dossier) if html else dossier.fingerprint

    for _, caller, _ in _turns(hall, seated):
        yield lambda caller=caller: look(caller)  # type: ignore[misc]


def submissions(hall: Hall, seated: Sequence[Caller]) -> Iterator[Deed]:
    for part in range(1, len(hall.parts) + 1):
        for caller in seated:
            arguments = (caller, part, 1_000_000, hall.answers(part, 1), hall.later)
            yield lambda arguments=arguments: sitting.submit_part(*arguments)  # type: ignore[misc]


def _turns(hall: Hall, seated: Sequence[Caller]) -> Iterator[tuple[int, Caller, int]]:
    """Everybody's first part, everybody's second part... with a revision that only grows."""
    turn = count(1)
    while True:
        for part in range(1, len(hall.parts) + 1):
            for caller in seated:
                yield next(turn), caller, part
