"""ProctorExam from both sides: a vendor that answers from a script, calls signed by hand, and samples.

The samples were recorded between the client and the simulator (nobody has recorded any at the vendor's): each side is
held against them alone, so that neither drifts with the other. The signatures are published vectors.
"""

from __future__ import annotations

import hashlib
import hmac
import itertools
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from proctored_exam_xblock.backends.proctorexam import ProctorExam, ProctorExamLti
from proctored_exam_xblock.simulators.process import Simulator

NOW = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)
START = NOW + timedelta(hours=80)
TOKEN, SECRET = "API-TOKEN-OF-A-USER", "0123456789abcdef" * 4
SAMPLES = Path(__file__).parent / "fixtures" / "proctorexam"
LTI = {"usage_key": "course-v1:FUN+101+2024-block@0001", "course_key": "course-v1:FUN+101+2024"}


def sample(name: str) -> Any:
    return json.loads((SAMPLES / f"{name}.json").read_text("utf-8"))


def student(**changes: object) -> dict[str, Any]:
    """A session as it was recorded, some of it changed."""
    return {**sample("created")["response"]["body"]["student"], **changes}


def shown(**changes: object) -> httpx.Response:
    return httpx.Response(200, json={"student": student(**changes)})


def listed(*rows: dict[str, Any], items: int | None = None, pages: int = 1) -> httpx.Response:
    count = len(rows) if items is None else items
    headers = {"X-Pagination-Item-Count": str(count), "X-Pagination-Page-Count": str(pages)}
    return httpx.Response(200, json={"students": list(rows)}, headers=headers)


class Vendor:
    """Answers each ``METHOD path`` from a script; a list is used up in order, its last answer again and again."""

    def __init__(self, answers: Mapping[str, Any]) -> None:
        self.answers = dict(answers)
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self.answers[f"{request.method} {request.url.path.removeprefix('/api/v3/')}"]
        if isinstance(answer, list):
            answer = answer.pop(0) if len(answer) > 1 else answer[0]
        if isinstance(answer, Exception):
            raise answer
        response: httpx.Response = answer(request) if callable(answer) else answer
        return response

    @property
    def calls(self) -> list[str]:
        return [f"{request.method} {request.url.path.removeprefix('/api/v3/')}" for request in self.requests]

    def sent(self, index: int = -1) -> dict[str, Any]:
        """The parameters of a call, which all come in its body."""
        assert not self.requests[index].url.query
        sent: dict[str, Any] = json.loads(self.requests[index].content)
        return sent

    def booked(self, **settings: object) -> ProctorExam:
        return ProctorExam(_settings(settings), lambda: NOW, httpx.MockTransport(self), counting())

    def lti(self, **settings: object) -> ProctorExamLti:
        return ProctorExamLti(_settings(settings), lambda: NOW, httpx.MockTransport(self), counting())


def counting() -> Any:
    """Nonces that can be foretold."""
    numbers = itertools.count(1700000000001)
    return lambda bits: next(numbers)


def _settings(more: Mapping[str, object]) -> dict[str, object]:
    return {"base_url": "https://iae.vendor.test/api/v3", "api_token": TOKEN, "secret_key": SECRET, **more}


class Wire:
    """Calls as any client in any language would make them: signed here, by hand."""

    def __init__(self, simulator: Simulator, web: httpx.Client) -> None:
        self.simulator, self.web, self.now = simulator, web, NOW
        self._nonces = itertools.count(1)

    def signed(self, params: Mapping[str, object]) -> dict[str, object]:
        stamped = {"nonce": next(self._nonces), "timestamp": int(self.now.timestamp() * 1000), **params}
        text = "?".join(f"{name}={_ruby(stamped[name])}" for name in sorted(stamped))
        key = self.simulator.secret_key.encode()
        return {**stamped, "signature": hmac.new(key, text.encode(), hashlib.sha256).hexdigest()}

    def send(self, method: str, path: str, params: Mapping[str, object], **options: Any) -> httpx.Response:
        headers = {
            "Authorization": f"Token token={self.simulator.api_key}",
            "Accept": "application/vnd.procwise.v3",
            **options.pop("headers", {}),
        }
        return self.web.request(method, f"{self.simulator.api_url}/{path}", headers=headers, json=params, **options)

    def __call__(self, method: str, path: str, **params: object) -> httpx.Response:
        return self.send(method, path, self.signed(params))


def _ruby(value: object) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)
