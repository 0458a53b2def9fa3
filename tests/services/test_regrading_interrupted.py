"""A correction is whole, wherever it was interrupted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import pytest
from django.db import connection

from proctored_exam_xblock import compat
from proctored_exam_xblock.models import Attempt, AuditEntry, Mail
from proctored_exam_xblock.services import (
    audit,
    mails,
    regrade_preview,
    regrading,
    review,
    scores,
)
from tests.regrades import (
    EVERYTHING,
    WHY,
    apply,
    filed,
    finish,
    other_key,
    points,
    row,
    rows_of,
    sat,
    settle,
    undo,
    whole,
)
from tests.statements import Watch
from tests.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def exam(world: World) -> World:
    world.publish(show_result_in_exam=True, pass_percent=60, seats_per_slot=9)
    return world


# --- interrupted anywhere -------------------------------------------------------------------------------------------


class Crash(BaseException):
    """A process that dies: nothing catches it."""


def dies(*args: Any, **kwargs: Any) -> Any:
    raise Crash


STEPS: Sequence[tuple[Any, str]] = (
    (regrading, "_follow"),
    (regrading, "_settle"),
    (scores, "mark_by"),
    (audit, "record"),
    (mails, "tell"),
    (review, "publish_grade"),
)


@pytest.mark.parametrize(("module", "step"), STEPS, ids=[name for _, name in STEPS])
@pytest.mark.django_db(transaction=True)
def test_a_crash_at_any_step_is_made_good_by_the_next_round(
    exam: World, monkeypatch: pytest.MonkeyPatch, module: Any, step: str
) -> None:
    alex, robin = sat(exam, "alex"), sat(exam, "robin", right=False)
    with monkeypatch.context() as patch:
        patch.setattr(module, step, dies)
        with pytest.raises(Crash):
            apply(exam, other_key(1))
    assert row().regrade_mark == 1, "the decision stands"

    settle(exam)
    after = rows_of(*EVERYTHING)
    settle(exam)

    assert rows_of(*EVERYTHING) == after, "done twice it changes nothing"
    assert (filed(exam, alex), filed(exam, robin)) == ((2, 3), (1, 3))
    assert Mail.objects.filter(kind="corrected").count() == 2
    assert AuditEntry.objects.filter(action="regraded", attempt__isnull=False).count() == 2
    assert whole(alex, exam)


@pytest.mark.django_db(transaction=True)
def test_a_crash_before_the_decision_is_whole_leaves_nothing(exam: World, monkeypatch: pytest.MonkeyPatch) -> None:
    sat(exam)
    before = rows_of(*EVERYTHING)
    with monkeypatch.context() as patch:
        patch.setattr(audit, "record_exam", dies)
        with pytest.raises(Crash):
            apply(exam, other_key(1))
    settle(exam)
    assert rows_of(*EVERYTHING) == before


def failing_for(attempt_id: int, real: Callable[..., Any]) -> Callable[..., Any]:
    def settle_one(found: int, *args: Any) -> Any:
        if found == attempt_id:
            raise RuntimeError("one that fails")
        return real(found, *args)

    return settle_one


def test_one_that_fails_keeps_nobody_back_and_is_tried_again(exam: World, monkeypatch: pytest.MonkeyPatch) -> None:
    alex, robin = sat(exam, "alex"), sat(exam, "robin", right=False)
    with monkeypatch.context() as patch:
        patch.setattr(regrading, "_settle", failing_for(exam.attempt(alex).pk, regrading._settle))
        assert apply(exam, other_key(1)).left == 1
    assert (points(exam, alex), points(exam, robin)) == ((3, 3), (1, 3))
    assert regrade_preview.of(row(), [other_key(2)]).left == 1
    settle(exam)
    assert (points(exam, alex), regrading.left(row())) == ((2, 3), 0)


def test_a_request_does_so_many_and_the_rounds_the_rest(exam: World, monkeypatch: pytest.MonkeyPatch) -> None:
    people = [sat(exam, name) for name in ("alex", "robin", "sam")]
    monkeypatch.setattr(regrading, "AT_ONCE", 1)
    monkeypatch.setattr(regrading, "A_ROUND", 1)
    assert apply(exam, other_key(1)).left == 2
    assert [regrading.finish_due(exam.clock()) for _ in range(3)] == [1, 1, 0]
    assert [points(exam, who) for who in people] == [(2, 3)] * 3


def test_an_end_that_read_the_corrections_before_the_decision_is_caught_up(
    exam: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    alex = sat(exam, ended=False)
    real = scores.mark

    def decided_meanwhile(attempt: Attempt, counted: Any) -> Any:
        found = real(attempt, counted)
        apply(exam, other_key(1))
        return found

    with monkeypatch.context() as patch:
        patch.setattr(scores, "mark", decided_meanwhile)
        finish(exam, alex)
    assert (points(exam, alex), regrading.left(row())) == ((3, 3), 1)
    settle(exam)
    assert (filed(exam, alex), regrading.left(row())) == ((2, 3), 0)


def test_without_a_regrade_an_end_and_a_round_ask_for_none(exam: World) -> None:
    alex = sat(exam, ended=False)
    watch = Watch()
    with connection.execute_wrapper(watch):
        finish(exam, alex)
        regrading.finish_due(exam.clock())
        exam.load(alex)
    assert not watch.touching('_regrade"')


def test_an_attempt_is_told_the_reason_of_its_mark_not_of_what_was_undone_since(exam: World) -> None:
    alex, found = sat(exam), row()
    with_mark_one = partial(regrading._settle, exam.attempt(alex).pk, exam.candidacy(alex).pk)
    apply(exam, other_key(1))
    found.refresh_from_db()
    undo(exam, 1, "Misread.")
    Attempt.objects.update(regrade_mark=0)
    with_mark_one(regrading._rules(found), exam.clock())
    entry = AuditEntry.objects.filter(action="regraded", attempt__isnull=False).order_by("-pk").first()
    assert entry is not None
    assert (entry.data["mark"], entry.data["reason"]) == (1, WHY)


@pytest.mark.django_db(transaction=True)
def test_the_sending_of_e_mails_is_asked_for_once_however_many_are_told(
    exam: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = [sat(exam, name) for name in ("alex", "robin", "sam")]
    asked: list[str] = []
    monkeypatch.setattr(type(compat.host()), "later", lambda self, task, seconds: asked.append(task))
    apply(exam, other_key(1))
    assert Mail.objects.filter(kind="corrected").count() == len(people)
    assert asked == ["send_mails"]
    regrading.finish_due(exam.clock())
    assert asked == ["send_mails"], "nobody was told by this round"
