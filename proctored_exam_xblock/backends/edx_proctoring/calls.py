"""Calls to a provider of edx-proctoring: each has a deadline, and what fails is one of our errors.

Read from edx-proctoring 5.2 and 6.1. Its REST base looks at no HTTP status, hides what goes wrong while an exam is
saved and, in 5.2, waits for ever; so a provider that speaks through a ``requests`` session gets a checked one.
"""

from __future__ import annotations

import copy
import json
import logging
import time
from collections.abc import Callable
from typing import Any

import requests
from django.apps import apps

from ..base import BackendError, Misconfigured, NotFound, Refused, Unavailable

log = logging.getLogger(__name__)
MAX_ANSWER_BYTES = 1_000_000
_BAD_ADDRESS = (requests.exceptions.InvalidURL, requests.exceptions.InvalidSchema, requests.exceptions.MissingSchema)


def find(name: str) -> Any:
    """The provider that edx-proctoring loaded under this name, None when there is none or no edx-proctoring."""
    if not apps.is_installed("edx_proctoring"):
        return None
    return getattr(apps.get_app_config("edx_proctoring"), "backends", {}).get(name)


def speaks_http(provider: Any) -> bool:
    """Whether it is built on edx-proctoring's REST base, which identifies exams and attempts by the vendor's ids."""
    return isinstance(getattr(provider, "session", None), requests.Session)


def ask(
    provider: Any, verb: str, *arguments: Any, seconds: float = 5, monotonic: Callable[[], float] = time.monotonic
) -> Any:
    """One method of a provider.

    Args:
        provider: of :func:`find`; None raises Misconfigured.
        verb: the method's name.
        seconds: the longest an HTTP request may take, headers to last byte.

    Raises:
        Misconfigured, Refused, NotFound: the provider says no.
        Unavailable: network, time-out, 5xx, an unreadable answer, or a provider that crashes.
    """
    if provider is None:
        raise Misconfigured
    session = None
    if speaks_http(provider):
        session = CheckedSession(provider.session, seconds, monotonic)
        provider = copy.copy(provider)
        provider.session = session
    answer, failed = _try(provider, verb, arguments)
    if session is not None and session.failure is not None:
        failed = session.failure  # the REST base may have swallowed it
    if failed is not None:
        log.warning("provider %s: %s failed: %s", type(provider).__name__, verb, failed.code)
        raise failed  # outside of any except: error reports follow contexts, which hold requests and answers
    return answer


def _try(provider: Any, verb: str, arguments: tuple[Any, ...]) -> tuple[Any, type[BackendError] | None]:
    from edx_proctoring.exceptions import (
        BackendProviderCannotRegisterAttempt,
        BackendProviderOnboardingException,
        BackendProviderSentNoAttemptID,
    )

    try:
        return getattr(provider, verb)(*arguments), None
    except BackendError as error:
        return None, type(error)
    except BackendProviderSentNoAttemptID:
        return None, Unavailable
    except (BackendProviderCannotRegisterAttempt, BackendProviderOnboardingException):
        return None, Refused
    except Exception as error:  # noqa: BLE001 (another package may raise anything; its text is not for our logs)
        log.warning("provider %s: %s raised %s", type(provider).__name__, verb, type(error).__name__)
        return None, Unavailable


class CheckedSession:
    """What the REST base uses of a session, with one deadline per request; ``failure`` is the kind of the first one."""

    def __init__(self, session: requests.Session, seconds: float, monotonic: Callable[[], float]) -> None:
        self._session, self._seconds, self._monotonic = session, seconds, monotonic
        self.failure: type[BackendError] | None = None

    def get(self, url: str, **content: Any) -> requests.Response:
        return self.request("GET", url, **content)

    def post(self, url: str, **content: Any) -> requests.Response:
        return self.request("POST", url, **content)

    def delete(self, url: str, **content: Any) -> requests.Response:
        return self.request("DELETE", url, **content)

    def request(self, method: str, url: str, **content: Any) -> requests.Response:
        """Send; raises the failure's kind, so that the REST base cannot take an error page for an answer."""
        content |= {"timeout": self._seconds, "stream": True, "allow_redirects": False}
        answer, kind = None, None
        try:
            answer = self._exchange(method, url, content)
            kind = _kind(answer)
        except requests.HTTPError as error:  # of the token's endpoint
            refused = error.response is not None and error.response.status_code in (400, 401, 403)
            kind = Misconfigured if refused else Unavailable
        except _BAD_ADDRESS:
            kind = Misconfigured
        except (requests.RequestException, OSError, ValueError):
            kind = Unavailable
        if kind is not None or answer is None:
            self.failure = self.failure or kind
            raise kind or Unavailable
        return answer

    def _exchange(self, method: str, url: str, content: dict[str, Any]) -> requests.Response:
        deadline = self._monotonic() + self._seconds
        with self._session.request(method, url, **content) as answer:
            body = bytearray()
            for chunk in answer.iter_content(65_536):
                body += chunk
                if len(body) > MAX_ANSWER_BYTES or self._monotonic() > deadline:
                    raise requests.Timeout
            answer._content = bytes(body)  # what reading it whole would have set
        return answer


def _kind(answer: requests.Response) -> type[BackendError] | None:
    status = answer.status_code
    if status in (401, 403):
        return Misconfigured
    if status == 404:
        return NotFound
    if 400 <= status < 500 and status not in (408, 425, 429):
        return Refused
    if not 200 <= status < 300:
        return Unavailable
    if status != 204:
        try:
            json.loads(answer.content)
        except (ValueError, RecursionError):
            return Unavailable
    return None
