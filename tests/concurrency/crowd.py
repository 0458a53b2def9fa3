"""Many people at once: threads with a database connection each, let go together."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connection

from proctored_exam_xblock.domain.errors import ExamError
from proctored_exam_xblock.models import AuditEntry, Candidacy
from proctored_exam_xblock.services import audit

Deed = Callable[[], Any]
_PATIENCE_SECONDS = 60


class Person(threading.Thread):
    """One deed in a thread; ``outcome`` is its result or the refusal, and nothing else may be raised."""

    def __init__(self, deed: Deed, gate: threading.Barrier | None = None, lock_wait_seconds: int | None = None) -> None:
        super().__init__(daemon=True)
        self._deed, self._gate, self._lock_wait_seconds = deed, gate, lock_wait_seconds
        self._result: Any = None
        self._crash: BaseException | None = None

    def run(self) -> None:
        try:
            self._connect()
            if self._gate is not None:
                self._gate.wait(_PATIENCE_SECONDS)
            self._result = self._deed()
        except ExamError as refusal:
            self._result = refusal
        except BaseException as crash:  # noqa: BLE001 - shown by the test that asks for the outcome
            self._crash = crash
        finally:
            connection.close()

    def _connect(self) -> None:
        """Before the gate opens: a connection takes longer than the race."""
        with connection.cursor() as cursor:
            if self._lock_wait_seconds is not None:
                cursor.execute("SET SESSION innodb_lock_wait_timeout = %s", [self._lock_wait_seconds])

    def is_done(self, seconds: float) -> bool:
        """Whether the deed ends within ``seconds``; a deed that waits for a lock does not."""
        self.join(seconds)
        return not self.is_alive()

    @property
    def outcome(self) -> Any:
        """The deed's result, or the ExamError it met."""
        self.join(_PATIENCE_SECONDS)
        assert not self.is_alive(), "a thread hangs"
        if self._crash is not None:
            raise self._crash
        return self._result


def at_once(deeds: Sequence[Deed]) -> list[Any]:
    """Do all deeds at the same time.

    Returns:
        Results and refusals (ExamError), in the order of ``deeds``; anything else that a deed raised is raised here,
        a deadlock for instance.
    """
    gate = threading.Barrier(len(deeds))
    people = [Person(deed, gate) for deed in deeds]
    for person in people:
        person.start()
    return [person.outcome for person in people]


def meanwhile(deed: Deed, lock_wait_seconds: int | None = None) -> Person:
    """Begin one deed in another thread."""
    person = Person(deed, lock_wait_seconds=lock_wait_seconds)
    person.start()
    return person


@contextmanager
def in_between(monkeypatch: Any, module: Any, name: str, deed: Deed) -> Iterator[list[Person]]:
    """Let ``deed`` happen in another thread the first time that ``module.name`` is called, as far as locks let it."""
    real, people = getattr(module, name), []

    def interrupted(*args: Any, **kwargs: Any) -> Any:
        if not people:
            people.append(meanwhile(deed))
            people[0].is_done(0.5)
        return real(*args, **kwargs)

    with monkeypatch.context() as patch:
        patch.setattr(module, name, interrupted)
        yield people


def tally(outcomes: Sequence[Any]) -> Counter[str]:
    """How many of each: the refusals' codes, and ``ok``."""
    return Counter(outcome.code if isinstance(outcome, ExamError) else "ok" for outcome in outcomes)


def trail(candidacy: Candidacy) -> list[str]:
    """The actions of a candidate's trail, whose chain must be whole."""
    entries = list(AuditEntry.objects.filter(chain=f"candidacy:{candidacy.pk}").order_by("sequence"))
    assert audit.broken_link(entries) is None
    return [entry.action for entry in entries]
