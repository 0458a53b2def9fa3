"""An account at edx-proctoring's own doors: a learner's page, or the server of a proctoring service."""

from __future__ import annotations

from typing import Any

from django.test import Client


class Caller:
    """A signed-in account at edx-proctoring's own doors."""

    def __init__(self, account: Any) -> None:
        self.web = Client(raise_request_exception=False)
        self.web.force_login(account)

    def ready(self, external_id: str) -> int:
        """What a provider calls when the candidate may begin; the HTTP status."""
        path = f"/api/edx_proctoring/v1/proctored_exam/attempt/{external_id}/ready"
        return self.web.post(path, {"status": "ready"}, content_type="application/json").status_code

    def reviewed(self, external_id: str, status: str, comments: list[dict[str, Any]] | None = None) -> int:
        """What a provider calls when it has an opinion; the HTTP status."""
        path = f"/api/edx_proctoring/v1/proctored_exam/attempt/{external_id}/reviewed"
        body = {"status": status, "comments": comments or []}
        return self.web.post(path, body, content_type="application/json").status_code

    def act(self, attempt_id: int, action: str) -> int:
        """What a learner's page asks; the HTTP status."""
        path = f"/api/edx_proctoring/v1/proctored_exam/attempt/{attempt_id}"
        return self.web.put(path, {"action": action}, content_type="application/json").status_code
