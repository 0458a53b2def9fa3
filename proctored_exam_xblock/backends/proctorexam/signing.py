"""The vendor's signature over the parameters of a call, and the numbers that make each call unlike any other."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable, Mapping
from datetime import datetime

NONCE_BITS = 63
"""They fit a signed 64-bit column; ten million nonces in the 24 hours that the vendor remembers them collide once in
two hundred thousand days, whichever processes drew them."""

RandomBits = Callable[[int], int]


def printed(value: object) -> str:
    """A value as the vendor's Ruby prints it: ``true``, ``false``, nothing for null.

    Raises:
        TypeError: a value that nobody knows how the vendor prints.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, str)):
        return str(value)
    raise TypeError(type(value).__name__)


def signature(params: Mapping[str, object], secret_key: str) -> str:
    """Lowercase hex HMAC-SHA256 of ``name=value`` sorted by name and joined by ``?``, values not encoded."""
    text = "?".join(f"{name}={printed(params[name])}" for name in sorted(params) if name != "signature")
    return hmac.new(secret_key.encode(), text.encode(), hashlib.sha256).hexdigest()


def signed(
    params: Mapping[str, object], secret_key: str, now: datetime, random_bits: RandomBits = secrets.randbits
) -> dict[str, object]:
    """``params`` with a nonce and a timestamp of their own and the signature: once per try, never kept."""
    stamped = {**params, "nonce": random_bits(NONCE_BITS), "timestamp": int(now.timestamp() * 1000)}
    return {**stamped, "signature": signature(stamped, secret_key)}
