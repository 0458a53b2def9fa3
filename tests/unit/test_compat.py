"""What the LMS answers, with stand-ins for its modules: names, links, "view as", and which process this is."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from django.apps import apps

from proctored_exam_xblock import compat

EXAM = "block-v1:IAE-Lyon3+CARTOPRO+2027+type@proctored_exam+block@final"


def installed(monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
    monkeypatch.setattr(apps, "is_installed", lambda name: name in names)


@pytest.fixture
def lms(monkeypatch: pytest.MonkeyPatch) -> None:
    installed(monkeypatch, "lms.djangoapps.courseware")


def seen_by(monkeypatch: pytest.MonkeyPatch, user: Any) -> None:
    crum = ModuleType("crum")
    crum.get_current_request = lambda: None if user is None else SimpleNamespace(user=user)  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "crum", crum)


@pytest.mark.parametrize(
    ("names", "in_lms", "in_studio"),
    [
        (("proctored_exam_xblock",), False, False),
        (("lms.djangoapps.courseware",), True, False),
        (("lms.djangoapps.courseware", "cms.djangoapps.contentstore"), True, True),
    ],
)
def test_the_process_is_known_by_its_applications_not_by_its_urls(
    monkeypatch: pytest.MonkeyPatch, settings: Any, names: tuple[str, ...], in_lms: bool, in_studio: bool
) -> None:
    settings.ROOT_URLCONF = "an_operators.urls"
    installed(monkeypatch, *names)
    assert (compat.in_lms(), compat.in_studio()) == (in_lms, in_studio)


@pytest.mark.usefixtures("lms")
def test_the_lms_is_asked_whatever_host_is_configured() -> None:
    assert isinstance(compat.host(), compat.LmsHost)


@pytest.mark.parametrize(
    ("full", "first", "last"),
    [("Zoé Le Goff", "Zoé", "Le Goff"), ("  Zoé  Oz ", "Zoé", "Oz"), ("Zoé", "", "Zoé"), ("", "", "")],
)
def test_one_field_of_a_name_gives_first_and_family_name(full: str, first: str, last: str) -> None:
    assert compat.split_name(full) == (first, last)


def test_the_exams_address_is_absolute_because_the_vendor_shows_it(settings: Any) -> None:
    settings.LMS_ROOT_URL = "https://lms.example"
    assert (
        compat.LmsHost().block_url(EXAM)
        == f"https://lms.example/courses/course-v1:IAE-Lyon3+CARTOPRO+2027/jump_to/{EXAM}"
    )


@pytest.mark.usefixtures("lms")
@pytest.mark.parametrize(
    ("user", "masked"),
    [
        (SimpleNamespace(pk=7), False),
        (SimpleNamespace(pk=1), True),  # a handler: the request keeps the member of staff
        (SimpleNamespace(pk=7, real_user=SimpleNamespace(pk=1)), True),  # a page: the learner is put on the request
        (SimpleNamespace(pk=None), False),  # anonymous: refused as such elsewhere
        (None, False),  # no request: a task
    ],
)
def test_staff_who_view_as_a_learner_are_told_apart(monkeypatch: pytest.MonkeyPatch, user: Any, masked: bool) -> None:
    seen_by(monkeypatch, user)
    assert compat.is_viewed_by_another(7) is masked


def test_outside_the_lms_nobody_views_as_another() -> None:
    assert not compat.is_viewed_by_another(7)


class Tracked:
    """completion.models and completion.waffle as far as they are used."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *, enabled: bool) -> None:
        self.rows: list[dict[str, Any]] = []
        models, waffle = ModuleType("completion.models"), ModuleType("completion.waffle")
        manager = SimpleNamespace(submit_completion=lambda **row: self.rows.append(row))
        models.BlockCompletion = SimpleNamespace(objects=manager)  # type: ignore[attr-defined]
        waffle.ENABLE_COMPLETION_TRACKING_SWITCH = SimpleNamespace(is_enabled=lambda: enabled)  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, "completion", ModuleType("completion"))
        monkeypatch.setitem(sys.modules, "completion.models", models)
        monkeypatch.setitem(sys.modules, "completion.waffle", waffle)


@pytest.mark.django_db
@pytest.mark.usefixtures("lms")
@pytest.mark.parametrize("enabled", [True, False])
def test_completion_is_recorded_where_the_platform_tracks_it(
    monkeypatch: pytest.MonkeyPatch, django_user_model: Any, enabled: bool
) -> None:
    tracked = Tracked(monkeypatch, enabled=enabled)
    user = django_user_model.objects.create(username="alex")
    compat.record_completion(user.pk, EXAM, 1.0)
    rows = [(row["user"], str(row["block_key"]), row["completion"]) for row in tracked.rows]
    assert rows == ([(user, EXAM, 1.0)] if enabled else [])


def test_outside_the_lms_completion_is_the_runtimes_affair(monkeypatch: pytest.MonkeyPatch) -> None:
    tracked = Tracked(monkeypatch, enabled=True)
    compat.record_completion(1, EXAM, 1.0)
    assert tracked.rows == []


DAYS = [datetime(2027, 2, day, tzinfo=UTC) for day in (1, 2, 3)]


@pytest.mark.parametrize(
    ("history", "since"),
    [
        ([], None),
        ([("verified", True, DAYS[0])], DAYS[0]),
        ([("verified", True, DAYS[2]), ("verified", True, DAYS[1]), ("audit", True, DAYS[0])], DAYS[1]),
        ([("verified", True, DAYS[2]), ("verified", False, DAYS[1]), ("verified", True, DAYS[0])], DAYS[2]),
        ([("audit", True, DAYS[2]), ("verified", True, DAYS[1])], None),
    ],
)
def test_a_stay_in_a_mode_began_after_the_last_break(history: list[Any], since: datetime | None) -> None:
    assert compat.began("verified", history) == since


def test_the_lms_tells_since_when_a_learner_has_been_in_a_mode(lms: None, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[dict[str, Any]] = []

    class History:
        def filter(self, **names: Any) -> History:
            asked.append({name: str(value) for name, value in names.items()})
            return self

        def order_by(self, name: str) -> History:
            assert name == "-history_date"
            return self

        def values_list(self, *names: str) -> list[tuple[str, bool, datetime]]:
            assert names == ("mode", "is_active", "history_date")
            return [("verified", True, DAYS[1]), ("audit", True, DAYS[0])]

    models = ModuleType("models")
    models.CourseEnrollment = SimpleNamespace(history=History())  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "common.djangoapps.student.models", models)
    for name in ("common", "common.djangoapps", "common.djangoapps.student"):
        monkeypatch.setitem(sys.modules, name, ModuleType(name))
    course = "course-v1:IAE-Lyon3+CARTOPRO+2027"
    assert compat.host().in_mode_since(7, course, "verified") == DAYS[1]
    assert asked == [{"user_id": "7", "course_id": course}]


def test_without_a_platform_nobody_knows_since_when() -> None:
    assert compat.NoHost().in_mode_since(7, "course", "verified") is None
