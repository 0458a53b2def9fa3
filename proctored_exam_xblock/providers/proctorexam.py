"""``proctorexam`` for native sections: a session at the vendor per attempt, polled, opened by ``exam_started``.

It uses the service of that name with its settings under ``PROCTORED_EXAM["BACKENDS"]``, and there ``native_exams``: the
vendor's exam by the section's usage key, or by course key; ``native_exam`` for all others. An attempt's external id is
our reservation id and the vendor's number, so that nothing has to be stored beside edx-proctoring's own rows.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext
from edx_proctoring.exceptions import BackendProviderCannotRegisterAttempt, BackendProviderCannotRetireUser

from .. import conf
from ..backends import registry
from ..backends.base import Backend, BackendError, Booking, Person, Refused, Unavailable
from ..domain.errors import NotConfigured
from .native import NativeProvider

SLUG = "proctorexam"


class ProctorExam(NativeProvider):
    """The time limit told to the vendor holds the extra time of edx-proctoring's allowances."""

    verbose_name = "ProctorExam"

    def register_exam_attempt(self, exam: Mapping[str, Any], context: Mapping[str, Any]) -> str:
        """Book a session for now.

        Raises:
            BackendProviderCannotRegisterAttempt: 503 when it may be tried again, else 400.
        """
        code, status, external_id = "", 400, ""
        try:
            external_id = _register(exam, context, self.new_id())
        except Unavailable as error:
            code, status = error.code, 503
        except (BackendError, NotConfigured) as error:
            code = error.code
        if not external_id:
            raise BackendProviderCannotRegisterAttempt(code, status)
        return external_id

    def remove_exam_attempt(self, exam: str, attempt: str) -> bool:
        """Delete the vendor's session; False when that is not sure."""
        try:
            service().erase(booking_of(attempt))
        except (BackendError, NotConfigured):
            return False
        return True

    def retire_user(self, user_id: str) -> bool | None:
        """Delete every session of a person.

        Args:
            user_id: the hash that edx-proctoring makes of the platform's id.

        Raises:
            BackendProviderCannotRetireUser: not all could be deleted.
        """
        from edx_proctoring.models import ProctoredExamStudentAttempt
        from edx_proctoring.utils import obscured_user_id

        rows = ProctoredExamStudentAttempt.objects.filter(proctored_exam__backend=SLUG, external_id__isnull=False)
        people = rows.values_list("user_id", flat=True).distinct()
        mine = [pk for pk in people if obscured_user_id(pk, SLUG) == user_id]
        sessions = list(rows.filter(user_id__in=mine).values_list("external_id", flat=True))
        if not sessions:
            return None
        left = [external_id for external_id in sessions if not self.remove_exam_attempt("", external_id)]
        if left:
            raise BackendProviderCannotRetireUser(user_id)
        return True

    def get_attempt(self, attempt: Mapping[str, Any]) -> dict[str, Any]:
        """With our page that leads into the room: the vendor is asked at the click, not at every look."""
        told = gettext("Open the proctoring room; the exam opens here as soon as the proctor starts it.")
        path = reverse("proctored_exam:native_room", args=[attempt["external_id"]])
        address = f"{getattr(settings, 'LMS_ROOT_URL', '') or ''}{path}"
        return {**super().get_attempt(attempt), "instructions": [told], "download_url": address}


def service() -> Backend:
    """The service that talks to the vendor. Raises NotConfigured."""
    return registry.get(SLUG)


def booking_of(external_id: str, exam: Mapping[str, Any] | None = None) -> Booking:
    """An attempt as the service knows it, from its external id.

    Args:
        exam: edx-proctoring's, when the vendor's exam is needed.
    """
    reservation_id, _, number = external_id.rpartition("_")
    known = exam or {}
    return Booking(
        reservation_id,
        Person("", "", "", ""),
        str(known.get("exam_name") or ""),
        conf.now(),
        int(known.get("time_limit_mins") or 0),
        vendor_ref=number,
        vendor_exam=_vendor_exam(known),
        course_key=str(known.get("course_id") or ""),
        usage_key=str(known.get("content_id") or ""),
    )


def _register(exam: Mapping[str, Any], context: Mapping[str, Any], reservation_id: str) -> str:
    backend = service()
    email = str(context.get("email") or "")
    if not email or (backend.refuses_email_aliases and "+" in email.split("@")[0]):
        raise Refused  # R-PE-4: an alias gets no mail of the vendor
    booking = Booking(
        reservation_id,
        Person(str(context["user_id"]), "", str(context.get("full_name") or ""), email),
        str(exam["exam_name"]),
        conf.now(),
        int(context["time_limit_mins"]),
        vendor_exam=_vendor_exam(exam),
        course_key=str(exam["course_id"]),
        usage_key=str(exam["content_id"]),
    )
    number = backend.book(booking).vendor_ref
    if not re.fullmatch(r"[A-Za-z0-9-]{1,64}", number):
        raise Unavailable  # it would not come back in an address
    return f"{reservation_id}_{number}"


def _vendor_exam(exam: Mapping[str, Any]) -> str:
    found = conf.backend_settings(SLUG)
    named = found.get("native_exams")
    by_key = named if isinstance(named, Mapping) else {}
    keys = (str(exam.get("content_id") or ""), str(exam.get("course_id") or ""))
    return str(next((by_key[key] for key in keys if key in by_key), found.get("native_exam") or ""))
