"""A mail server in memory for the tests: may be down, refuse, break off, or let a worker die."""

from __future__ import annotations

import smtplib
from collections.abc import Callable, Sequence
from typing import Any

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

BACKEND = "tests.post.Backend"


class WorkerDied(BaseException):
    """The process is gone: nothing after this line runs."""


class PostOffice:
    """What arrived, and what goes wrong: ``on_open`` and ``on_send`` are called and may raise; ``after_send`` too, when
    the e-mail has been taken already."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """As on the first day."""
        self.arrived: list[EmailMessage] = []
        self.opened = 0
        self.on_open: Callable[[], Any] = lambda: None
        self.on_send: Callable[[], Any] = lambda: None
        self.after_send: Callable[[], Any] = lambda: None

    @property
    def names(self) -> list[str]:
        """Message-ID of each that arrived."""
        return [message.extra_headers["Message-ID"] for message in self.arrived]


OFFICE = PostOffice()


class Backend(BaseEmailBackend):
    """Django's way to the office."""

    def open(self) -> bool:
        OFFICE.on_open()
        OFFICE.opened += 1
        return True

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        OFFICE.on_send()
        OFFICE.arrived.extend(email_messages)
        OFFICE.after_send()
        return len(email_messages)


def fails(error: BaseException) -> Callable[[], Any]:
    """Something that always goes wrong."""

    def deed() -> None:
        raise error

    return deed


def refusal(code: int) -> Callable[[], Any]:
    """The server says no, with a code."""
    return fails(smtplib.SMTPDataError(code, b"no"))
