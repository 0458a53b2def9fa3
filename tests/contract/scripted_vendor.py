"""A ProctorU that answers from a script, in memory, and keeps what it was sent."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from tzlocal.windows_tz import win_tz

from proctored_exam_xblock.backends.proctoru import ProctorU

NOW = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)
START = NOW + timedelta(hours=80)
URL = "https://vendor.test/students/reservations?login_token=SECRETLOGIN&reservation_no=907886515"
CONFIRMED = {"balance": 0.0, "reservation_id": "r-0001", "reservation_no": 907886515, "url": URL}


class Vendor:
    """Answers each endpoint from a script; a list is used up in order, its last answer again and again."""

    def __init__(self, **answers: Any) -> None:
        self.answers = answers
        self.sent: list[tuple[str, dict[str, Any]]] = []
        self.headers: list[httpx.Headers] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        endpoint = request.url.path.strip("/").split("/")[-1]
        assert not request.url.query, "nothing personal in an address"
        if endpoint == "getTimeZoneList" and endpoint not in self.answers:
            return httpx.Response(200, json=ALL_ZONES)  # not what most tests are about: not kept either
        self.sent.append((endpoint, json.loads(request.content or "{}")))
        self.headers.append(request.headers)
        answer = self.answers[endpoint]
        if isinstance(answer, list):
            answer = answer.pop(0) if len(answer) > 1 else answer[0]
        if isinstance(answer, httpx.Response):
            return answer
        return httpx.Response(200, json=answer)

    def client(self, settings: Mapping[str, Any] | None = None, now: Callable[[], datetime] = lambda: NOW) -> ProctorU:
        return ProctorU(
            {"base_url": "https://vendor.test/api", "api_key": "KEY-OF-THE-INSTITUTION", **(settings or {})},
            now,
            transport=httpx.MockTransport(self),
        )

    @property
    def endpoints(self) -> list[str]:
        return [endpoint for endpoint, _ in self.sent]


def good(data: object) -> dict[str, object]:
    return {"time_sent": "2027-03-01T09:00:00Z", "response_code": 1, "message": "", "data": data}


def bad(message: str, code: int = 2, data: object = None) -> dict[str, object]:
    return {"time_sent": "2027-03-01T09:00:00.123Z", "response_code": code, "message": message, "data": data}


def listed(number: object = 907886515, start: datetime = START, reservation_id: str = "r-0001") -> dict[str, object]:
    stamp = start.strftime("%Y-%m-%dT%H:%M:%SZ")
    return good([{"reservation_no": number, "reservation_id": reservation_id, "exam_id": None, "start_date": stamp}])


def zone_list(*ids: str) -> dict[str, object]:
    return good([{"TimeZoneNo": 42 + place, "Id": name, "DisplayName": name} for place, name in enumerate(ids)])


ALL_ZONES = zone_list(*sorted(win_tz))
