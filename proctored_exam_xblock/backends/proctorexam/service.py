"""What both ways of using the vendor share: settings, status, review, erasure."""

from __future__ import annotations

import secrets
from abc import abstractmethod
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlsplit

import httpx

from ..base import Backend, Booking, Misconfigured, NotFound, Review, SessionState, Status
from . import sessions
from .api import Api, Credentials
from .sessions import Session
from .signing import RandomBits
from .terms import TERMS


class ProctorExamService(Backend):
    """Settings of both services: ``base_url`` (``https://<institute>.proctorexam.com/api/v3``), ``api_token`` and
    ``secret_key``; optional:

    - ``timeout_seconds`` (5), for each call;
    - ``clock_window_seconds`` (300): a refusal whose date is further from our clock than this is a wrong clock, not a
      wrong key; the vendor tells its window to nobody;
    - ``get_params`` (``body``; ``query`` puts them in addresses, which proxies log);
    - ``require_identity`` (True): a session without a photo of the document or of the face is reported (R-PE-2);
    - ``verdict_fields``: names of the session's field with the reviewer's colour, the first that has one counts; the
      vendor's pages show the colour, its documents name no field;
    - ``statuses`` ({}): further status words -> scheduled, waiting, ended, cancelled; no setting opens an exam;
    - ``equipment_url``, ``help_url``, ``help_phones``, ``help_emails``;
    - ``terms``: what candidates accept beside the course's terms (``version``, ``fr``, ``en``) instead of ``terms.py``;
      False for nothing.

    The vendor can call the institute back, in a form and with a signature that nobody has published: we poll.
    """

    required_settings = ("base_url", "api_token", "secret_key")
    refuses_email_aliases = True
    own_terms = TERMS
    unsupported_systems = ("windows_xp", "ios", "android")

    def __init__(
        self,
        settings: Mapping[str, Any],
        now: Callable[[], datetime],
        transport: httpx.BaseTransport | None = None,
        random_bits: RandomBits = secrets.randbits,
    ) -> None:
        super().__init__(settings, now)
        self._random_bits = random_bits
        self.equipment_url = str(settings.get("equipment_url") or "")
        self.help_url = str(settings.get("help_url") or "")
        self.help_phones = tuple(settings.get("help_phones") or ())
        self.help_emails = tuple(settings.get("help_emails") or ())
        self._api = Api(
            str(settings["base_url"]),
            Credentials(str(settings["api_token"]), str(settings["secret_key"])),
            now,
            timeout_seconds=float(settings.get("timeout_seconds") or 5),
            window_seconds=float(settings.get("clock_window_seconds") or 300),
            in_address=settings.get("get_params") == "query",
            transport=transport,
            random_bits=random_bits,
        )

    @abstractmethod
    def _session(self, booking: Booking) -> Session | None:
        """The vendor's session of this appointment, None when there is none. Raises Unavailable or Refused."""

    def status(self, booking: Booking) -> Status:
        """The session's state; only ``exam_started`` is OPEN."""
        session = self._session(booking)
        if session is None:
            return Status(SessionState.UNKNOWN)
        return Status(session.state(self.settings.get("statuses") or {}), session.id, session.open_time)

    def review(self, booking: Booking) -> Review | None:
        """The verdict, or what is known before it, once the session is over."""
        session = self._session(booking)
        if session is None:
            return None
        return sessions.review(
            session,
            require_identity=bool(self.settings.get("require_identity", True)),
            verdict_fields=self.settings.get("verdict_fields") or sessions.VERDICT_FIELDS,
        )

    def erase(self, booking: Booking) -> None:
        """Delete the session with its recordings and photographs, as far as the vendor's DELETE does that."""
        number = booking.vendor_ref
        if not number:
            session = self._session(booking)
            if session is None:
                return
            number = session.id
        self._delete(number)

    def _delete(self, number: str) -> None:
        try:
            self._api.call("DELETE", f"student_sessions/{quote(number, safe='')}", {"id": number})
        except NotFound:
            return

    def _address(self, name: str, default: str, **values: str) -> str:
        """An address from a template; ``{site}`` is the institute's.

        Raises:
            Misconfigured: the template does not make one.
        """
        site = urlsplit(str(self.settings["base_url"]))
        quoted = {key: quote(value, safe="") for key, value in values.items()}
        try:
            made = str(self.settings.get(name) or default).format(site=f"{site.scheme}://{site.netloc}", **quoted)
            parts = urlsplit(made)
        except (KeyError, IndexError, ValueError):
            raise Misconfigured from None
        if parts.scheme not in ("http", "https") or not parts.netloc:
            raise Misconfigured
        return made
