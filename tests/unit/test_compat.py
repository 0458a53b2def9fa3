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


# What the file before an exam asks of the platform.

COURSE = "course-v1:IAE-Lyon3+CARTOPRO+2027"
QUIZ = "block-v1:IAE-Lyon3+CARTOPRO+2027+type@sequential+block@quiz"


def platform(monkeypatch: pytest.MonkeyPatch, name: str, **members: Any) -> None:
    """A stand-in for one module of the platform and the packages above it."""
    parts = name.split(".")
    for length in range(1, len(parts)):
        parent = ".".join(parts[:length])
        monkeypatch.setitem(sys.modules, parent, sys.modules.get(parent) or ModuleType(parent))
    module = ModuleType(name)
    module.__dict__.update(members)
    monkeypatch.setitem(sys.modules, name, module)


@pytest.fixture
def user(monkeypatch: pytest.MonkeyPatch) -> Any:
    someone = SimpleNamespace(pk=7)
    manager = SimpleNamespace(get=lambda pk: someone)
    monkeypatch.setattr(compat, "get_user_model", lambda: SimpleNamespace(objects=manager))
    return someone


@pytest.mark.parametrize(("cohort", "names"), [(SimpleNamespace(name="Lyon"), ("Lyon",)), (None, ())])
def test_a_learners_group_is_their_cohort_and_asking_puts_nobody_into_one(
    monkeypatch: pytest.MonkeyPatch, user: Any, cohort: Any, names: tuple[str, ...]
) -> None:
    asked: list[Any] = []

    def get_cohort(who: Any, course: Any, **options: Any) -> Any:
        asked.append((who, str(course), options["assign"]))
        return cohort

    platform(monkeypatch, "openedx.core.djangoapps.course_groups.cohorts", get_cohort=get_cohort)
    assert compat.LmsHost().groups(7, COURSE) == names
    assert asked == [(user, COURSE, False)]


def grades(monkeypatch: pytest.MonkeyPatch, stored: Any) -> None:
    class Rows:
        class DoesNotExist(Exception):
            pass

        @classmethod
        def read_grade(cls, user_id: int, key: Any) -> Any:
            if stored is None or str(key) != QUIZ:
                raise cls.DoesNotExist
            return stored

    platform(monkeypatch, "lms.djangoapps.grades.models", PersistentSubsectionGrade=Rows)


def row(graded: tuple[float, float], everything: tuple[float, float] = (0, 0), **override: float | None) -> Any:
    found = SimpleNamespace(
        earned_graded=graded[0], possible_graded=graded[1], earned_all=everything[0], possible_all=everything[1]
    )
    if override:
        found.override = SimpleNamespace(**override)
    return found


@pytest.mark.parametrize(
    ("stored", "percent"),
    [
        (row((3, 5)), 60.0),
        (row((3, 5), earned_graded_override=4.0, possible_graded_override=None), 80.0),
        (row((3, 5), earned_graded_override=0.0), 0.0),
        (row((0, 0), (1, 4)), 25.0),
        (row((0, 0)), 0.0),
        (None, None),
    ],
)
def test_a_subsections_grade_is_the_gradebooks(monkeypatch: pytest.MonkeyPatch, stored: Any, percent: Any) -> None:
    grades(monkeypatch, stored)
    assert compat.LmsHost().subsection_percent(7, COURSE, QUIZ) == percent


def test_a_key_that_names_nothing_has_no_grade_and_no_page(monkeypatch: pytest.MonkeyPatch) -> None:
    grades(monkeypatch, row((3, 5)))
    assert compat.LmsHost().subsection_percent(7, COURSE, "quiz") is None
    assert compat.LmsHost().subsection_url("quiz") == ""
    assert compat.LmsHost().subsection_url(QUIZ).endswith(f"/jump_to/{QUIZ}")


def test_a_verified_name_is_read_where_the_plugin_is_installed(monkeypatch: pytest.MonkeyPatch, user: Any) -> None:
    asked: list[tuple[Any, bool]] = []

    def get_verified_name(who: Any, is_verified: bool) -> Any:
        asked.append((who, is_verified))
        return SimpleNamespace(verified_name="Zoé Le Goff")

    platform(monkeypatch, "edx_name_affirmation.api", get_verified_name=get_verified_name)
    installed(monkeypatch)
    assert compat.LmsHost().verified_name(7) is None
    installed(monkeypatch, "edx_name_affirmation")
    assert compat.LmsHost().verified_name(7) == ("Zoé", "Le Goff")
    assert asked == [(user, True)]


@pytest.mark.usefixtures("user")
def test_who_has_no_verified_name_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    platform(monkeypatch, "edx_name_affirmation.api", get_verified_name=lambda who, is_verified: None)
    installed(monkeypatch, "edx_name_affirmation")
    assert compat.LmsHost().verified_name(7) is None


def test_outside_a_platform_nobody_has_a_group_a_grade_or_a_verified_name() -> None:
    host = compat.NoHost()
    assert (host.groups(7, COURSE), host.subsection_percent(7, COURSE, QUIZ)) == ((), None)
    assert (host.verified_name(7), host.subsection_url(QUIZ)) == (None, "")


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
