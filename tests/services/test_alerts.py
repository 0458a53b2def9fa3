"""What operators are told: once per matter, in codes, until it is over or somebody has seen to it."""

from __future__ import annotations

import logging

import pytest

from proctored_exam_xblock.domain.errors import Gone, InvalidField
from proctored_exam_xblock.models import Alert
from proctored_exam_xblock.services import alerts
from tests.world import START, World

pytestmark = pytest.mark.django_db


def test_the_same_matter_is_one_row_that_counts(caplog: pytest.LogCaptureFixture) -> None:
    first = alerts.raise_alert("vendor_late", START, backend="fake", entries=1)
    alerts.raise_alert("vendor_late", START.replace(hour=10), backend="fake", entries=7)
    row = Alert.objects.get()
    assert (row.pk, row.count, row.detail) == (first.pk, 2, {"entries": 7})
    assert (row.first_at, row.last_at) == (START, START.replace(hour=10))
    assert [record.levelno for record in caplog.records] == [logging.ERROR]


def test_kind_service_and_subject_tell_matters_apart() -> None:
    for kind, backend, subject in [("a", "x", ""), ("b", "x", ""), ("a", "y", ""), ("a", "x", "1"), ("a", "x", "2")]:
        alerts.raise_alert(kind, START, backend=backend, subject=subject)
    assert set(Alert.objects.values_list("count", flat=True)) == {1}
    assert Alert.objects.count() == 5


def test_an_appointment_is_a_subject_of_its_own_and_its_candidate_is_not_in_the_log(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    world.publish()
    people = [world.person("alex"), world.person("robin")]
    for person in people:
        world.book(person)
        alerts.raise_alert("other_start", START, backend="fake", appointment=world.appointment(person))
    assert Alert.objects.count() == 2
    said = "\n".join(record.getMessage() for record in caplog.records if record.levelno == logging.ERROR)
    assert "other_start" in said
    assert not [word for word in ("alex", "robin", "Martin", "@") if word in said]


def test_an_endless_subject_of_a_vendor_fits_the_column() -> None:
    for _ in range(2):
        alerts.raise_alert("k" * 32, START, backend="b" * 32, subject="é" * 500)
    assert len(Alert.objects.get(count=2).open_key or "") <= 160


def test_what_is_closed_can_come_up_again() -> None:
    first = alerts.raise_alert("vendor_down", START, backend="fake")
    alerts.close_alert(first.pk, "staff:7", " seen ", START)
    first.refresh_from_db()
    assert (first.open_key, first.closed_at, first.closed_by, first.reason) == (None, START, "staff:7", "seen")
    assert alerts.raise_alert("vendor_down", START, backend="fake").pk != first.pk


def test_an_alert_that_is_closed_while_it_is_raised_again_breaks_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    first = alerts.raise_alert("vendor_down", START, backend="fake")
    counting = alerts._again

    def again(*told: object) -> bool:
        found = counting(*told)
        alerts.close_alert(first.pk, "staff:7", "seen", START)
        return found

    monkeypatch.setattr(alerts, "_again", again)
    assert alerts.raise_alert("vendor_down", START, backend="fake") is None


def test_a_matter_that_is_over_closes_by_itself_and_what_an_operator_said_stays() -> None:
    first = alerts.raise_alert("vendor_down", START, backend="fake")
    assert alerts.settle("vendor_down", START, backend="another") == 0
    assert alerts.settle("vendor_down", START, backend="fake") == 1
    assert alerts.settle("vendor_down", START, backend="fake") == 0
    first.refresh_from_db()
    assert (first.closed_by, first.reason) == ("system", "")
    with pytest.raises(Gone):
        alerts.close_alert(first.pk, "staff:7", "too late", START)


@pytest.mark.parametrize(("reason", "code"), [("", "empty"), ("   ", "empty"), ("x" * 256, "too_long")])
def test_an_operator_gives_a_reason(reason: str, code: str) -> None:
    opened = alerts.raise_alert("vendor_down", START, backend="fake")
    with pytest.raises(InvalidField) as refusal:
        alerts.close_alert(opened.pk, "staff:7", reason, START)
    assert refusal.value.params["reason"] == code
    assert Alert.objects.get().closed_at is None
