"""Sessions made by an LTI launch: the candidate's browser posts a signed form, then we ask what became of it."""

from __future__ import annotations

import logging
from contextvars import ContextVar
from datetime import timedelta
from typing import ClassVar
from urllib.parse import parse_qsl, quote

from oauthlib.oauth1 import SIGNATURE_HMAC_SHA1, SIGNATURE_TYPE_BODY, Client

from ..base import Booking, Capability, Launch, Misconfigured, NotFound, Unavailable
from . import sessions
from .service import ProctorExamService
from .sessions import Session

_signing: ContextVar[bool] = ContextVar("signing", default=False)


def _is_public(record: logging.LogRecord) -> bool:
    return not _signing.get()


# oauthlib logs all that it signs, names and secret included, at level DEBUG.
for _name in ("oauthlib.oauth1.rfc5849", "oauthlib.oauth1.rfc5849.signature"):
    logging.getLogger(_name).addFilter(_is_public)


class ProctorExamLti(ProctorExamService):
    """Settings, besides those of :class:`~.service.ProctorExamService`, all optional:

    - ``lti_launch_url`` (``{site}/lti?id={exam_id}``, as FUN's configuration had it);
    - ``lti_key`` and ``lti_secret`` (``api_token`` and ``secret_key``, as in FUN's LTI passports);
    - ``resource_link_id`` (``{usage_key}``, FUN's practice) and ``later_resource_link_id``
      (``{usage_key}/{reservation_id}``): a session belongs to a user and a resource link, so whoever sits the exam a
      second time needs another link. The first is used until a session under it was over before the appointment;
    - ``not_launched_page`` (``browser``): FUN saw, instead of 404, an HTML page about browsers for candidates who have
      not launched yet: a word of that page, '' to read it as an outage.
    """

    slug = "proctorexam_lti"
    verbose_name = "ProctorExam (LTI)"
    capabilities = frozenset(
        {Capability.ROOM, Capability.LTI_LAUNCH, Capability.LIVE_STATUS, Capability.REVIEW, Capability.ERASURE}
    )

    LATEST_START: ClassVar[timedelta] = timedelta(hours=24)
    """After an appointment's end: what begins later is another sitting."""

    def launch(self, booking: Booking) -> Launch:
        """The form that opens the room, signed for this very moment."""
        try:
            link, _ = self._current(booking)
        except Unavailable:
            link = self._links(booking)[0]  # a vendor whose API is down may open its rooms all the same
        url = self._address("lti_launch_url", "{site}/lti?id={exam_id}", exam_id=_exam(booking))
        return Launch(url, self._signed(url, {**_person(booking), **_context(booking), "resource_link_id": link}))

    def _signed(self, url: str, fields: dict[str, str]) -> dict[str, str]:
        client = Client(
            str(self.settings.get("lti_key") or self.settings["api_token"]).strip(),
            client_secret=str(self.settings.get("lti_secret") or self.settings["secret_key"]).strip(),
            callback_uri="about:blank",
            signature_method=SIGNATURE_HMAC_SHA1,
            signature_type=SIGNATURE_TYPE_BODY,
            nonce=f"{self._random_bits(128):032x}",
            timestamp=str(int(self.now().timestamp())),
        )
        # Browsers send the ends of lines otherwise than they were signed.
        form = {name: told for name, value in fields.items() if (told := " ".join(value.split()))}
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        private = _signing.set(True)
        try:
            _, _, body = client.sign(url, http_method="POST", body=form, headers=headers)
        finally:
            _signing.reset(private)
        return dict(parse_qsl(body, keep_blank_values=True))

    def _session(self, booking: Booking) -> Session | None:
        """None, too, for one that began long after the appointment: who was only in the room, or in the setup, sits a
        later appointment in the same session, and that one's evidence is not ours to judge or to delete."""
        session = self._current(booking)[1]
        if session is None or session.start_time is None:
            return session
        last = booking.start + timedelta(minutes=booking.duration_minutes) + self.LATEST_START
        return session if session.start_time <= last else None

    def _current(self, booking: Booking) -> tuple[str, Session | None]:
        """The resource link of this appointment and its session; not launched yet is normal."""
        first, later = self._links(booking)
        session = self._show(booking, first)
        if session is None or session.end_time is None or session.end_time >= booking.start:
            return first, session
        return later, self._show(booking, later)

    def _show(self, booking: Booking, link: str) -> Session | None:
        exam = _exam(booking)
        params = {
            "id": exam,
            "student_lms_id": booking.person.student_id,
            "resource_link_id": link,
            "context_id": booking.course_key,
        }
        page = str(self.settings.get("not_launched_page", "browser"))
        try:
            answer = self._api.call("GET", f"exams/{quote(exam, safe='')}/show_lti_student", params, no_such_page=page)
        except NotFound:
            return None
        return sessions.read(answer.get("student"))

    def _links(self, booking: Booking) -> tuple[str, str]:
        names = (("resource_link_id", "{usage_key}"), ("later_resource_link_id", "{usage_key}/{reservation_id}"))
        if not booking.usage_key:
            raise Misconfigured
        found = []
        for name, default in names:
            template = str(self.settings.get(name) or default)
            link = template.replace("{usage_key}", booking.usage_key)
            found.append(link.replace("{reservation_id}", booking.reservation_id))
        return found[0], found[1]


def _person(booking: Booking) -> dict[str, str]:
    person = booking.person
    return {
        "user_id": person.student_id,
        "roles": "Learner",
        "lis_person_name_given": person.first_name,
        "lis_person_name_family": person.last_name,
        "lis_person_name_full": f"{person.first_name} {person.last_name}".strip(),
        "lis_person_contact_email_primary": person.email,
    }


def _context(booking: Booking) -> dict[str, str]:
    return {
        "lti_message_type": "basic-lti-launch-request",
        "lti_version": "LTI-1p0",
        "resource_link_title": booking.title,
        "context_id": booking.course_key,
        "launch_presentation_locale": booking.language,
        "launch_presentation_document_target": "window",
        "launch_presentation_return_url": booking.return_url,
    }


def _exam(booking: Booking) -> str:
    """Raises Misconfigured when the course team has named no exam of the vendor."""
    if not booking.vendor_exam.strip():
        raise Misconfigured
    return booking.vendor_exam.strip()
