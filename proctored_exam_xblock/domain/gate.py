"""The proctor's code: how it is made and how wrong tries slow down (R-FUN-13, R-X-8).

The alphabet is the same on AZERTY and QWERTY keyboards and cannot be misread: no A Q Z W M, no digits, no I L O.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import UTC, datetime, timedelta

ALPHABET = "BCDEFGHJKNPRSTUVXY"
LENGTH = 8
FREE_TRIES = 5
APPOINTMENT = "proctor-code"
SESSION = "session-code"
_LONGEST_PAUSE = timedelta(minutes=15)


def derive(key: str, reference: str, purpose: str = APPOINTMENT) -> str:
    """A code: eight letters, the same for ever for the same key, reference and purpose.

    Args:
        key: one key of the keyring (a secret).
        reference: the appointment's stable reservation id, or :func:`session_reference`.
        purpose: APPOINTMENT or SESSION; a code for the one is never that of the other.
    """
    digest = hmac.new(key.encode(), f"{purpose}:{reference}".encode(), hashlib.sha256).digest()
    number = int.from_bytes(digest, "big")
    letters = []
    for _ in range(LENGTH):
        number, index = divmod(number, len(ALPHABET))
        letters.append(ALPHABET[index])
    return "".join(letters)


def session_reference(usage_key: str, start: datetime) -> str:
    """What all candidates of one exam who begin at the same instant have in common."""
    return f"{start.astimezone(UTC).strftime('%Y-%m-%dT%H:%M:%SZ')}|{usage_key}"


def key_id(key: str) -> str:
    """A short public name of a key, so that an appointment remembers which one made its code."""
    return hmac.new(key.encode(), b"key-id", hashlib.sha256).hexdigest()[:12]


def matches(expected: str, typed: str) -> bool:
    """Compare in constant time; case and blanks do not count."""
    cleaned = "".join(typed.split()).upper()
    return hmac.compare_digest(expected.encode(), cleaned.encode(errors="replace"))


def pause_after(wrong_tries: int) -> timedelta:
    """The wait before the next try, once ``wrong_tries`` were wrong: 5 free, then 1, 2, 4... up to 15 minutes."""
    if wrong_tries < FREE_TRIES:
        return timedelta(0)
    doublings = min(wrong_tries - FREE_TRIES, 10)
    return min(timedelta(minutes=2**doublings), _LONGEST_PAUSE)
