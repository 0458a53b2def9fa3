"""The only file that knows Open edX internals; each function says what it answers outside the LMS.

Read from edx-platform of mid-2025 (Teak) and unchanged in Ulmo. Outside the LMS every question goes to the host
object named by ``PROCTORED_EXAM["HOST"]`` (the demo campus has one); without one nobody is enrolled.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_user_model
from django.utils.module_loading import import_string

from . import conf
from .hosts import Host as Host
from .hosts import NoHost as NoHost

log = logging.getLogger(__name__)
_BROKER_SECONDS = 2
_BROKER_RESTS = 30

INVIGILATORS = "proctored-exam-invigilators"
"""Django groups of this name, a colon and the course key hold who runs the exam day beside the course team."""


def split_name(full_name: str) -> tuple[str, str]:
    """First name and family name out of one string: the first word, then the rest (the LMS keeps one field)."""
    first, _, last = full_name.strip().partition(" ")
    return (first, last.strip()) if last else ("", first)


def began(mode: str, history: Iterable[tuple[str, bool, datetime]]) -> datetime | None:
    """When the last unbroken stay in ``mode`` began, out of an enrolment's history, the newest row first."""
    since = None
    for was, active, at in history:
        if was != mode or not active:
            break
        since = at
    return since


class LmsHost:
    """The LMS itself."""

    def enrolment_mode(self, user_id: int, course_key: str) -> str | None:
        """Active enrolment's mode (common.djangoapps.student.models.CourseEnrollment)."""
        from common.djangoapps.student.models import CourseEnrollment

        row = (
            CourseEnrollment.objects.filter(user_id=user_id, course_id=_course_key(course_key), is_active=True)
            .values_list("mode", flat=True)
            .first()
        )
        return str(row) if row else None

    def in_mode_since(self, user_id: int, course_key: str, mode: str) -> datetime | None:
        """Since when the enrolment has had its mode without a break: CourseEnrollment.history has a row per change."""
        from common.djangoapps.student.models import CourseEnrollment

        rows = CourseEnrollment.history.filter(user_id=user_id, course_id=_course_key(course_key))
        known = rows.order_by("-history_date").values_list("mode", "is_active", "history_date")
        return began(mode, known)

    def enrolled_count(self, course_key: str, modes: Sequence[str]) -> int:
        """How many learners are enrolled in one of the modes (common.djangoapps.student.models.CourseEnrollment)."""
        from common.djangoapps.student.models import CourseEnrollment

        rows = CourseEnrollment.objects.filter(course_id=_course_key(course_key), is_active=True, mode__in=list(modes))
        return int(rows.count())

    def enrol_url(self, course_key: str) -> str:
        """The track selection page, else the dashboard."""
        from django.urls import NoReverseMatch, reverse

        try:
            return reverse("course_modes_choose", kwargs={"course_id": course_key})
        except NoReverseMatch:
            return self.dashboard_url()

    def dashboard_url(self) -> str:
        """Learner dashboard; ``LEARNER_HOME_MICROFRONTEND_URL`` when there is one."""
        return str(getattr(settings, "LEARNER_HOME_MICROFRONTEND_URL", "") or "/dashboard")

    def account_url(self) -> str:
        """Account settings; the account MFE when there is one."""
        return str(getattr(settings, "ACCOUNT_MICROFRONTEND_URL", "") or "/account/settings")

    def anonymous_id(self, user_id: int, course_key: str) -> str:
        """The per-course anonymous id that the submissions API is keyed by (student.models.anonymous_id_for_user)."""
        from common.djangoapps.student.models import anonymous_id_for_user

        user = get_user_model().objects.get(pk=user_id)
        return str(anonymous_id_for_user(user, _course_key(course_key)))

    def is_course_staff(self, user_id: int, course_key: str) -> bool:
        """Course staff or global staff (student.roles / courseware.access.has_access)."""
        from lms.djangoapps.courseware.access import has_access

        user = get_user_model().objects.get(pk=user_id)
        return bool(has_access(user, "staff", _course_key(course_key)))

    def is_invigilator(self, user_id: int, course_key: str) -> bool:
        """A member of the Django group ``proctored-exam-invigilators:<course key>``; the LMS has no such role."""
        group = f"{INVIGILATORS}:{course_key}"
        return get_user_model().objects.filter(pk=user_id, is_active=True, groups__name=group).exists()

    def full_name(self, user_id: int) -> tuple[str, str]:
        """The account's profile name, else the Django user's names."""
        user = get_user_model().objects.select_related("profile").get(pk=user_id)
        name = getattr(getattr(user, "profile", None), "name", "") or user.get_full_name()
        if user.first_name and user.last_name and user.get_full_name() == name:
            return str(user.first_name), str(user.last_name)
        return split_name(name)

    def verified_name(self, user_id: int) -> tuple[str, str] | None:
        """The name that was compared with an identity document, None without one.

        edx_name_affirmation.api of edx-name-affirmation 3.0, a plugin that a platform need not have.
        """
        if not apps.is_installed("edx_name_affirmation"):
            return None
        from edx_name_affirmation.api import get_verified_name

        found = get_verified_name(get_user_model().objects.get(pk=user_id), is_verified=True)
        name = str(found.verified_name or "").strip() if found is not None else ""
        return split_name(name) if name else None

    def groups(self, user_id: int, course_key: str) -> tuple[str, ...]:
        """The learner's cohort, if the course has cohorts; nobody is put into one by asking
        (openedx.core.djangoapps.course_groups.cohorts.get_cohort)."""
        from openedx.core.djangoapps.course_groups.cohorts import get_cohort

        user = get_user_model().objects.get(pk=user_id)
        cohort = get_cohort(user, _course_key(course_key), assign=False, use_cached=True)
        return (str(cohort.name),) if cohort is not None else ()

    def subsection_percent(self, user_id: int, course_key: str, usage_key: str) -> float | None:
        """What the gradebook has, an override by staff included; None while nothing was attempted, and for a key that
        names nothing (lms.djangoapps.grades.models.PersistentSubsectionGrade; every course has them by now)."""
        from lms.djangoapps.grades.models import PersistentSubsectionGrade
        from opaque_keys import InvalidKeyError
        from opaque_keys.edx.keys import UsageKey

        try:
            key = UsageKey.from_string(usage_key).map_into_course(_course_key(course_key))
            row = PersistentSubsectionGrade.read_grade(user_id, key)
        except (InvalidKeyError, ValueError, TypeError, PersistentSubsectionGrade.DoesNotExist):
            return None  # also for keys of what is no course's: each kind refuses in its own way
        for kind in ("graded", "all"):  # an ungraded subsection has a score all the same
            earned, possible = _with_override(row, f"earned_{kind}"), _with_override(row, f"possible_{kind}")
            if possible:
                return 100 * earned / possible
        return 0.0

    def subsection_url(self, usage_key: str, course_key: str) -> str:
        """The courseware page of a subsection in this run of the course, '' for a key that names nothing."""
        from opaque_keys import InvalidKeyError
        from opaque_keys.edx.keys import UsageKey

        try:
            return self.block_url(str(UsageKey.from_string(usage_key).map_into_course(_course_key(course_key))))
        except (InvalidKeyError, ValueError, TypeError):
            return ""

    def block_url(self, usage_key: str) -> str:
        """The courseware page of a block (redirects into the learning MFE), absolute: the vendor links to it."""
        from opaque_keys.edx.keys import UsageKey

        key = UsageKey.from_string(usage_key)
        return f"{getattr(settings, 'LMS_ROOT_URL', '') or ''}/courses/{key.course_key}/jump_to/{key}"

    def course_title(self, course_key: str) -> str:
        """The course's display name (openedx course_overviews)."""
        from openedx.core.djangoapps.content.course_overviews.models import CourseOverview

        name = CourseOverview.objects.filter(id=_course_key(course_key)).values_list("display_name", flat=True).first()
        return str(name or course_key)

    def language(self, user_id: int) -> str:
        """The language chosen in the account settings, '' for none (openedx user_api.models.UserPreference)."""
        from openedx.core.djangoapps.user_api.models import UserPreference

        rows = UserPreference.objects.filter(user_id=user_id, key="pref-lang")
        return str(rows.values_list("value", flat=True).first() or "")

    def mail_sender(self, course_key: str) -> str:
        """Who the organisation's e-mails come from (openedx site_configuration), else the platform."""
        from openedx.core.djangoapps.site_configuration import helpers

        organisation, fallback = _course_key(course_key).org, settings.DEFAULT_FROM_EMAIL
        return str(helpers.get_value_for_org(organisation, "email_from_address", fallback) or fallback)

    def later(self, task: str, seconds: float) -> None:
        """Have one of ``tasks`` run by a Celery worker after so many seconds (openedx.core.lib.celery).

        Nobody waits for a broker that does not answer: that is logged, and it is left alone for half a minute. The
        commands that run every minute do the same work. So they do where tasks are made to run at once, inside the
        request. Studio's workers have no part in it.
        """
        if in_studio():
            return
        from celery import current_app

        if current_app.conf.task_always_eager or not _broker.may_be_asked():
            return
        signature = current_app.signature(f"{__package__}.tasks.{task}", ignore_result=True)
        options = {"socket_timeout": _BROKER_SECONDS, "socket_connect_timeout": _BROKER_SECONDS}  # Redis waits for ever
        try:
            with current_app.connection_for_write(connect_timeout=_BROKER_SECONDS, transport_options=options) as broker:
                broker.ensure_connection(max_retries=0, timeout=_BROKER_SECONDS)
                signature.apply_async(countdown=max(0.0, seconds), connection=broker, retry=False)
        except Exception as error:  # noqa: BLE001 - each transport has errors of its own
            _broker.failed()
            log.warning("task %s could not be queued: %s", task, type(error).__name__)


class _Broker:
    """How long this process leaves a broker alone that did not answer."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._rests_until = 0.0

    def may_be_asked(self) -> bool:
        return self._monotonic() >= self._rests_until

    def failed(self) -> None:
        self._rests_until = self._monotonic() + _BROKER_RESTS


_broker = _Broker()


def in_lms() -> bool:
    """True inside the LMS or Studio process: both install courseware, whatever root URLs an operator gives them."""
    return apps.is_installed("lms.djangoapps.courseware")


def in_studio() -> bool:
    """True in Studio, which shares the LMS's database but shows drafts; the LMS does not install contentstore."""
    return apps.is_installed("cms.djangoapps.contentstore")


def is_viewed_by_another(user_id: int) -> bool:
    """Whether staff look at the LMS as this learner ("view as"): the block then runs as the learner for them.

    Read from lms.djangoapps.courseware.masquerade.setup_masquerade: handlers keep the real user on the request, pages
    put the learner there with ``real_user`` beside. False outside the LMS and outside a request.
    """
    if not in_lms():
        return False
    from crum import get_current_request

    user = getattr(get_current_request(), "user", None)
    real = getattr(user, "real_user", user)
    return real is not None and real.pk is not None and real.pk != user_id


def record_completion(user_id: int, usage_key: str, value: float) -> None:
    """Say how complete the block is for a learner when no runtime is at hand: an expired or a deleted attempt.

    completion.models.BlockCompletion; nothing outside the LMS, or where the platform tracks no completion.
    """
    if not in_lms():
        return
    from completion.models import BlockCompletion
    from completion.waffle import ENABLE_COMPLETION_TRACKING_SWITCH
    from opaque_keys.edx.keys import UsageKey

    if ENABLE_COMPLETION_TRACKING_SWITCH.is_enabled():
        user = get_user_model().objects.get(pk=user_id)
        key = UsageKey.from_string(usage_key)
        BlockCompletion.objects.submit_completion(user=user, block_key=key, completion=value)


def missing_files(course_key: str, names: Sequence[str]) -> tuple[str, ...] | None:
    """Those of the names that the course's files do not have; None outside Studio, where nobody knows.

    xmodule.contentstore: an asset's key from its name as ``/static/<name>`` gives it.
    """
    if not names:
        return ()
    if not in_studio():
        return None
    from xmodule.contentstore.content import StaticContent
    from xmodule.contentstore.django import contentstore

    def is_there(name: str) -> bool:
        key = StaticContent.get_asset_key_from_path(_course_key(course_key), name)
        return contentstore().find(key, throw_on_not_found=False, as_stream=True) is not None

    return tuple(name for name in names if not is_there(name))


def course_files(html: str, course_key: str) -> str:
    """The HTML with the addresses of course files (``/static/plan.png``) as the LMS serves them; unchanged elsewhere.

    The LMS does this itself for a page's first HTML, not for what a handler answers
    (``common/djangoapps/static_replace/__init__.py``).
    """
    if "/static/" not in html or not in_lms():
        return html
    from common.djangoapps.static_replace import replace_static_urls

    return str(replace_static_urls(html, course_id=_course_key(course_key)))


def host() -> Host:
    """The platform: the LMS, the configured host object, or nothing."""
    if in_lms():
        return LmsHost()
    path = conf.get("HOST")
    made: Any = import_string(path)() if path else NoHost()
    return made


def _with_override(row: Any, name: str) -> float:
    """A number of a subsection's grade, or what staff put in its place (PersistentSubsectionGradeOverride)."""
    override = getattr(row, "override", None)
    changed = getattr(override, f"{name}_override", None) if override is not None else None
    return float(getattr(row, name) if changed is None else changed)


def _course_key(course_key: str) -> Any:
    from opaque_keys.edx.keys import CourseKey

    return CourseKey.from_string(course_key)
