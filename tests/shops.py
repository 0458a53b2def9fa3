"""An outside shop at its keyboard: signs as docs/shops.md says, with code of its own, by the test's clock."""

from __future__ import annotations

import hashlib
import hmac
import itertools
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.test import Client

NAME = "atelier"
SECRET = "canary-shared-with-the-shop-51c0"
SHOPS = {NAME: {"secret": SECRET}, "other": {"secret": "another shop's secret"}}
_count = itertools.count(10**15)


@dataclass
class Shop:
    """``tell`` and ``ask`` are its two calls; ``headers`` makes a signature to be spoilt."""

    clock: Callable[[], datetime]
    name: str = NAME
    secret: str = SECRET
    client: Client = field(default_factory=lambda: Client(enforce_csrf_checks=True))

    def path(self, call: str) -> str:
        return f"/proctored_exam/shop/{self.name}/{call}/"

    def headers(self, path: str, body: bytes, **changes: str) -> dict[str, str]:
        """Headers of one call; ``timestamp``, ``nonce``, ``method`` or ``secret`` may be another."""
        timestamp = changes.get("timestamp", str(int(self.clock().timestamp())))
        nonce = changes.get("nonce", f"nonce-{next(_count)}")
        said = f"{changes.get('method', 'POST')}\n{path}\n{timestamp}\n{nonce}\n".encode() + body
        secret = changes.get("secret", self.secret)
        signature = hmac.new(secret.encode(), said, hashlib.sha256).hexdigest()
        return {"X-Shop-Timestamp": timestamp, "X-Shop-Nonce": nonce, "X-Shop-Signature": signature}

    def send(
        self, call: str, body: bytes, headers: dict[str, str] | None = None, kind: str = "application/json"
    ) -> Any:
        """One call as it stands."""
        path = self.path(call)
        signed = self.headers(path, body) if headers is None else headers
        return self.client.post(path, body, content_type=kind, headers=signed)

    def tell(self, **content: Any) -> Any:
        """An order."""
        return self.send("orders", json.dumps(content).encode())

    def ask(self, **content: Any) -> Any:
        """May it be refunded?"""
        return self.send("refundable", json.dumps(content).encode())
