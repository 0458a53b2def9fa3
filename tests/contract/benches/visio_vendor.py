"""The other side of the documentation's example: a small JSON service in memory, with its faults."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import httpx


class VisioVendor:
    """Sessions by our id; ``transport`` stands for the network."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.sessions: dict[str, dict[str, str]] = {}
        self.mode, self.turn = "ok", 0

    @property
    def transport(self) -> httpx.MockTransport:
        return httpx.MockTransport(self._serve)

    def _serve(self, request: httpx.Request) -> httpx.Response:
        if request.headers.get("Authorization") != "Bearer visio-secret-token":
            return httpx.Response(401)
        self.turn += 1
        endpoint, body = request.url.path.strip("/").rpartition("/")[2], json.loads(request.content)
        if self.mode == "down" or (self.mode == "lossy" and self.turn % 2 == 0):
            return httpx.Response(500, text="<h1>500</h1>")
        if self.mode == "silent":
            raise httpx.ReadTimeout("no answer", request=request)
        answer = getattr(self, f"_{endpoint}")(body)
        match self.mode:
            case "lossy":
                raise httpx.ReadError("cut", request=request)
            case "garbage":
                return httpx.Response(200, text="<!DOCTYPE html><p>maintenance</p>")
            case "truncated":
                return httpx.Response(200, text=json.dumps(answer)[:-2])
            case "wrong_types":
                return httpx.Response(200, json=[answer])
        return httpx.Response(200, json=answer)

    def _put(self, body: dict[str, Any]) -> dict[str, Any]:
        if datetime.fromisoformat(body["start"]) < self.now:
            return {"ok": False, "error": "slot"}
        known = self.sessions.get(body["id"], {})
        if known.get("state") == "cancelled":
            return {"ok": False, "error": "unknown"}
        self.sessions[body["id"]] = {"state": "booked", "start": body["start"]}
        return {"ok": True}

    def _cancel(self, body: dict[str, Any]) -> dict[str, Any]:
        if body["id"] in self.sessions:
            self.sessions[body["id"]]["state"] = "cancelled"
        return {"ok": True}

    def _list(self, body: dict[str, Any]) -> dict[str, Any]:
        if "id" in body:
            return {"ok": True, **self.sessions.get(body["id"], {})}
        found = [
            {"id": key, **session}
            for key, session in self.sessions.items()
            if body["first"] <= session["start"] < body["last"]
        ]
        return {"ok": True, "sessions": found}

    def _enter(self, body: dict[str, Any]) -> dict[str, Any]:
        session = self.sessions.get(body["id"])
        if session is None or session["state"] == "cancelled":
            return {"ok": False, "error": "unknown"}
        if self.now < datetime.fromisoformat(session["start"]) - timedelta(minutes=10):
            return {"ok": False, "error": "early"}
        return {"ok": True, "url": f"https://visio.example/{body['id']}"}
