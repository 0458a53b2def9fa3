"""Tasks of the LMS: found by Celery under the names that are queued and planned, each a door to one use-case."""

from __future__ import annotations

import socket
import time
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from celery import Celery, current_app
from django.apps import apps

from proctored_exam_xblock import compat, conf, tasks
from proctored_exam_xblock.plugin_settings import SECONDS_BETWEEN, plugin_settings
from proctored_exam_xblock.services import proctoring

NOW = datetime(2017, 3, 1, tzinfo=UTC)
DOORS = {
    "drain_outbox": ["proctoring.drain"],
    "send_mails": ["mailing.send_due"],
    "close_overdue_attempts": ["entry.close_all", "review.release_due", "regrading.finish_due"],
    "handle_events": ["events.handle_all"],
    "poll_vendors": ["rooms.look_all", "polling.poll_native"],
    "reconcile_vendors": ["reconciliation.reconcile_all"],
    "erase_evidence": ["evidence.erase_due"],
}


@pytest.mark.parametrize("name", DOORS)
def test_a_task_calls_its_use_cases_with_the_present_instant(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    called: list[tuple[str, datetime]] = []
    monkeypatch.setattr(conf, "now", lambda: NOW)
    for place in DOORS[name]:
        module, function = place.split(".")
        monkeypatch.setattr(getattr(tasks, module), function, lambda now, place=place: called.append((place, now)) or 2)
    assert getattr(tasks, name).run() == 2 * len(DOORS[name])
    assert called == [(place, NOW) for place in DOORS[name]]


def test_every_task_is_planned_and_every_plan_is_a_task() -> None:
    ours = {name.removeprefix("proctored_exam_xblock.tasks.") for name in current_app.tasks if "proctored" in name}
    assert ours == set(SECONDS_BETWEEN) == set(DOORS)


def plan(*names: str, **planned: Any) -> dict[str, Any]:
    settings = SimpleNamespace(INSTALLED_APPS=list(names), CELERYBEAT_SCHEDULE=dict(planned))
    plugin_settings(settings)
    plugin_settings(settings)  # the platform calls it twice
    return settings.CELERYBEAT_SCHEDULE


def test_the_lms_plans_them_and_leaves_the_operators_plans_alone() -> None:
    own = {"task": "theirs", "schedule": 7}
    found = plan("lms.djangoapps.courseware", **{"proctored_exam_xblock.poll_vendors": own, "another": own})
    assert found["another"] == found["proctored_exam_xblock.poll_vendors"] == own
    assert found["proctored_exam_xblock.drain_outbox"] == {
        "task": "proctored_exam_xblock.tasks.drain_outbox",
        "schedule": 60,
        "options": {"expires": 60},
    }


@pytest.mark.parametrize("name", ["cms.djangoapps.contentstore", "cms.djangoapps.contentstore.apps.ContentstoreConfig"])
def test_studio_plans_nothing(name: str) -> None:
    assert plan("lms.djangoapps.courseware", name) == {}


# --- queued by name ------------------------------------------------------------------------------------------------


@pytest.fixture
def broker(monkeypatch: pytest.MonkeyPatch) -> Celery:
    """A Celery application with a broker in memory, in an LMS."""
    before = current_app._get_current_object()
    made = Celery("tests", broker="memory://", set_as_current=True)
    monkeypatch.setattr(compat, "_broker", compat._Broker())
    monkeypatch.setattr(apps, "is_installed", lambda name: name == "lms.djangoapps.courseware")
    yield made
    before.set_current()


def queued(app: Celery) -> list[Any]:
    with app.connection_for_write() as connection:
        channel = connection.channel()
        found = []
        while message := channel.basic_get("celery", no_ack=True):
            found.append(message.headers)
        return found


def test_the_lms_queues_a_task_by_its_name_for_later(broker: Celery) -> None:
    compat.host().later("drain_outbox", 90)
    (headers,) = queued(broker)
    assert headers["task"] == "proctored_exam_xblock.tasks.drain_outbox"
    assert headers["eta"] is not None


def test_a_broker_that_does_not_answer_is_logged_and_not_raised(
    broker: Celery, caplog: pytest.LogCaptureFixture
) -> None:
    broker.conf.broker_url = broker.conf.broker_write_url = "amqp://guest:secret@127.0.0.1:1//"
    compat.host().later("drain_outbox", 0)
    assert "drain_outbox could not be queued" in caplog.text
    assert "secret" not in caplog.text


def test_studio_queues_nothing(broker: Celery, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apps, "is_installed", lambda name: True)
    compat.host().later("drain_outbox", 0)
    assert queued(broker) == []


def test_a_broker_that_takes_the_call_and_says_nothing_holds_nobody_up(
    broker: Celery, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compat, "_BROKER_SECONDS", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as mute:
        broker.conf.broker_url = broker.conf.broker_write_url = f"amqp://guest:x@127.0.0.1:{mute.getsockname()[1]}//"
        begun = time.monotonic()
        compat.host().later("drain_outbox", 0)
        assert time.monotonic() - begun < 5


def test_redis_is_given_the_same_patience(broker: Celery, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[dict[str, Any]] = []
    connect = broker.connection_for_write
    monkeypatch.setattr(broker, "connection_for_write", lambda **how: asked.append(how) or connect(**how))
    compat.host().later("drain_outbox", 0)
    ours = {"socket_timeout": 2, "socket_connect_timeout": 2}  # its client waits for ever otherwise
    assert asked[0]["transport_options"] == ours
    assert len(queued(broker)) == 1


def test_after_a_failure_the_broker_is_left_alone_for_half_a_minute(
    broker: Celery, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    clock = [1000.0]
    monkeypatch.setattr(compat, "_broker", compat._Broker(lambda: clock[0]))
    broker.conf.broker_url = broker.conf.broker_write_url = "amqp://guest@127.0.0.1:1//"
    for moment in (1000.0, 1001.0, 1029.0, 1030.0):
        clock[0] = moment
        compat.host().later("drain_outbox", 0)
    assert caplog.text.count("could not be queued") == 2


def test_where_tasks_run_at_once_nothing_runs_inside_the_request(
    broker: Celery, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[datetime] = []
    monkeypatch.setattr(proctoring, "drain", ran.append)
    broker.conf.task_always_eager = True
    assert "proctored_exam_xblock.tasks.drain_outbox" in broker.tasks
    compat.host().later("drain_outbox", 0)
    assert ran == []
