"""Rows of e-mails as messages that leave: the services' facts, the presenter's words, Django's envelope."""

from __future__ import annotations

import hashlib
from datetime import datetime
from email.mime.text import MIMEText
from email.utils import format_datetime, parseaddr

from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.core.validators import validate_email

from . import compat, conf, presenter
from .domain.errors import Gone
from .models import Mail
from .services import calendar_links, letters, postman

CALENDAR_TYPE = "text/calendar; method={method}; charset=utf-8"


def send_due(now: datetime) -> int:
    """Send the e-mails that are due; returns how many left."""
    return postman.send_due(now, compose)


def compose(mail: Mail, now: datetime) -> EmailMessage | letters.Unsaid:
    """The message of a row as things stand now, or why there is none."""
    sender = _sender(mail.candidacy.exam.course_key)
    said = letters.read(mail, now, parseaddr(sender)[1])
    if isinstance(said, letters.Unsaid):
        return said
    try:
        validate_email(said.address)
    except ValidationError:
        return letters.Unsaid("no_address", is_fault=True)
    made = presenter.render_mail(said.letter)
    message = EmailMultiAlternatives(
        made.subject, made.text, sender, [said.address], headers=_headers(mail, sender, now)
    )
    message.extra_headers["Content-Language"] = made.language
    message.attach_alternative(made.html, "text/html")
    if said.entry is not None:
        calendar = presenter.render_calendar(said.entry, said.letter.language, now)
        message.attach(_attached(calendar, said.entry.method.value))
    return message


def _sender(course_key: str) -> str:
    return str(conf.get("MAIL_FROM") or compat.host().mail_sender(course_key))


def _headers(mail: Mail, sender: str, now: datetime) -> dict[str, str]:
    """The Message-ID is the row's for ever: whoever gets it twice can tell."""
    domain = parseaddr(sender)[1].rpartition("@")[2] or "localhost"
    name = hashlib.sha256(f"{mail.pk} {mail.key} {mail.created_at.isoformat()}".encode()).hexdigest()[:32]
    return {
        "Message-ID": mail.message_id or f"<{name}@{domain}>",
        "Date": format_datetime(now),
        "Auto-Submitted": "auto-generated",
    }


def _attached(calendar: bytes, method: str) -> MIMEText:
    part = MIMEText(calendar.decode(), "calendar", "utf-8")
    part.replace_header("Content-Type", CALENDAR_TYPE.format(method=method))
    part.add_header("Content-Disposition", "attachment", filename="cancel.ics" if method == "CANCEL" else "invite.ics")
    return part


def calendar_file(token: str, visitor: int | None, now: datetime) -> bytes:
    """The appointment's file to download.

    Args:
        token: from its address.
        visitor: who is signed in, if anybody.
        now: the request's instant.

    Raises:
        Gone: not theirs, or not sure.
    """
    found = letters.published(calendar_links.read_token(token, visitor))
    if found is None:
        raise Gone()
    entry, language = found
    return presenter.render_calendar(entry, language, now)
