"""The documented endpoints below ``/api/v3/``; what no document says is marked as a guess."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from ..clock import Clock
from ..web import Request, Response, json_response
from . import objects, sessions, wire
from .store import FIRST_EXAM, Session, Store
from .switches import Switches
from .wire import Refusal

_PAGE = "<!DOCTYPE html><html><body><h1>Your browser is not supported</h1></body></html>"


class Api:
    """Args:
    store: the vendor's database.
    clock: the vendor's clock.
    api_token: the only token accepted.
    secret_key: what calls are signed with.
    """

    def __init__(self, store: Store, clock: Clock, *, api_token: str, secret_key: str) -> None:
        self.switches = Switches()
        self._store = store
        self._clock = clock
        self._keys = {"api_token": api_token, "secret_key": secret_key}

    def answer(self, request: Request, parts: list[str]) -> Response:
        """One call, in one transaction; ``parts`` are those of the path below the version."""
        now = self._clock.now()
        try:
            with self._store.transaction():
                wire.admit(request, self._store, now, **self._keys)
            with self._store.transaction():
                self.seed(now)
                return self._perform(request.method, parts, request.params, now)
        except Refusal as refusal:
            return refusal.response(self.switches.envelope)

    def seed(self, now: datetime) -> None:
        """The institute's first exam, made by its staff."""
        if self._store.exam(FIRST_EXAM) is None and not self._store.exams():
            self._store.save_exam(_new_exam({"name": "Examen final certifiant", "status": "open"}, now))

    def _perform(self, method: str, parts: list[str], params: Mapping[str, Any], now: datetime) -> Response:
        method = "PATCH" if method == "PUT" else method
        routes: dict[tuple[str, ...], Callable[..., Response]] = {
            ("GET", "exams"): self._exams,
            ("POST", "exams"): self._add_exam,
            ("GET", "exams", ":id"): self._exam,
            ("PATCH", "exams", ":id"): self._change_exam,
            ("DELETE", "exams", ":id"): self._delete_exam,
            ("GET", "exams", ":id", "student_sessions"): self._exam_sessions,
            ("POST", "exams", ":id", "student_sessions"): self._add,
            ("GET", "exams", ":id", "show_lti_student"): self._show_lti,
            ("POST", "exams", ":id", "send_emails"): self._send_emails,
            ("GET", "student_sessions"): self._sessions,
            ("GET", "student_sessions", ":id"): self._session,
            ("PATCH", "student_sessions", ":id"): self._change,
            ("DELETE", "student_sessions", ":id"): self._delete,
            ("POST", "student_sessions", ":id", "end_exam"): self._end,
        }
        pattern = (method, *(":id" if index == 1 else part for index, part in enumerate(parts)))
        perform = routes.get(pattern)
        if perform is None:
            return Response("<!DOCTYPE html><html><body><h1>404</h1></body></html>", 404)
        number = parts[1] if len(parts) > 1 else ""
        name = "exam_id" if parts[2:] == ["student_sessions"] else "id"
        if number and str(params.get(name)) != number:
            raise wire.missing(name)  # path ids are to be sent and signed too
        return perform(params, number, now) if number else perform(params, now)

    # Exams.

    def _exams(self, params: Mapping[str, Any], now: datetime) -> Response:
        wanted = params.get("status")
        rows = [exam for exam in self._store.exams() if wanted in (None, "", exam["status"])]
        return wire.listing("exams", rows, params)

    def _add_exam(self, params: Mapping[str, Any], now: datetime) -> Response:
        for name in ("name", "type"):
            if not params.get(name):
                raise wire.missing(name)
        given = {name: params[name] for name in (*objects.EXAM_FIELDS, "name", "type") if name in params}
        return json_response({"exam": self._store.save_exam(_new_exam(given, now))}, 201)

    def _exam(self, params: Mapping[str, Any], number: str, now: datetime) -> Response:
        return json_response({"exam": self._known_exam(number)})

    def _change_exam(self, params: Mapping[str, Any], number: str, now: datetime) -> Response:
        given = {name: params[name] for name in (*objects.EXAM_FIELDS, "name", "type") if name in params}
        exam = {**self._known_exam(number), **given, "updated_at": objects.stamp(now)}
        return json_response({"exam": self._store.save_exam(exam)})

    def _delete_exam(self, params: Mapping[str, Any], number: str, now: datetime) -> Response:
        exam = {**self._known_exam(number), "status": "deleted", "updated_at": objects.stamp(now)}
        return json_response({"exam": self._store.save_exam(exam)})

    def _known_exam(self, number: str) -> dict[str, Any]:
        exam = self._store.exam(int(number)) if number.isdecimal() else None
        if exam is None:
            raise wire.no_exam(number)
        return exam

    # Student sessions.

    def _sessions(self, params: Mapping[str, Any], now: datetime) -> Response:
        return self._listed(self._store.sessions(), params)

    def _exam_sessions(self, params: Mapping[str, Any], number: str, now: datetime) -> Response:
        return self._listed(self._store.sessions(self._known_exam(number)["id"]), params)

    def _listed(self, found: list[Session], params: Mapping[str, Any]) -> Response:
        field = self.switches.colour_field
        rows = [objects.student(session, colour_field=field, in_list=True) for session in found]
        limit = min(int(params["limit"]) if str(params.get("limit")).isdecimal() else 300, self.switches.limit)
        return wire.listing("students", rows, {**params, "limit": limit})

    def _add(self, params: Mapping[str, Any], number: str, now: datetime) -> Response:
        exam = self._known_exam(number)
        if exam["status"] == "deleted":
            raise wire.no_exam(number)
        for name in ("name", "email"):
            if not str(params.get(name) or "").strip():
                raise wire.missing(name)
        session = Session(exam["id"], "", "", now.isoformat())
        return self._shown(self._store.add(self._filled(session, params, now)), 201)

    def _session(self, params: Mapping[str, Any], number: str, now: datetime) -> Response:
        return self._shown(self._known(number))

    def _change(self, params: Mapping[str, Any], number: str, now: datetime) -> Response:
        return self._shown(self._store.save(self._filled(self._known(number), params, now)))

    def _delete(self, params: Mapping[str, Any], number: str, now: datetime) -> Response:
        session = self._known(number)
        self._store.delete(session)
        return self._shown(session)

    def _end(self, params: Mapping[str, Any], number: str, now: datetime) -> Response:
        session = self._known(number)
        return self._shown(session if session.is_over else sessions.finish(self._store, session, now))

    def _send_emails(self, params: Mapping[str, Any], number: str, now: datetime) -> Response:
        for session in self._store.sessions(self._known_exam(number)["id"]):
            if session.status == "registered":
                self._store.save(replace(session, status="email_sent", updated_at=now.isoformat()))
        return json_response({})

    def _show_lti(self, params: Mapping[str, Any], number: str, now: datetime) -> Response:
        exam = self._known_exam(number)
        user_id, link = str(params.get("student_lms_id") or ""), str(params.get("resource_link_id") or "")
        for name, value in (("student_lms_id", user_id), ("resource_link_id", link)):
            if not value:
                raise wire.missing(name)
        session = self._store.by_launch(exam["id"], user_id, link)
        if session is not None:
            return self._shown(session)
        if self.switches.page_if_not_launched:
            return Response(_PAGE)
        raise Refusal(404, f"Couldn't find Student Session with 'id'='{user_id}' and 'resource_link_id'='{link}'")

    def _known(self, number: str) -> Session:
        session = self._store.session(int(number)) if number.isdecimal() else None
        if session is None:
            raise wire.no_session(number)
        return session

    def _filled(self, session: Session, params: Mapping[str, Any], now: datetime) -> Session:
        changes: dict[str, Any] = {"updated_at": now.isoformat()}
        for name, field in (("name", "name"), ("email", "email"), ("individual_info", "info")):
            if name in params:
                changes[field] = str(params[name] or "").strip()
        if self.switches.takes_external_id and "external_id" in params:
            changes["external_id"] = str(params["external_id"])
        for name, field in (("is_individual_info_html", "info_is_html"), ("skip_requirements", "skip_requirements")):
            if name in params:
                changes[field] = params[name] in (True, "true", 1, "1")
        if "open_time" in params:
            try:
                changes["open_time"] = wire.moment(params["open_time"])
            except (ValueError, OverflowError, OSError):
                raise Refusal(422, {"open_time": ["is invalid"]}) from None
        holder = self._store.by_email(session.exam_id, changes.get("email", ""))
        if holder is not None and holder.id != session.id:
            raise Refusal(422, {"email": ["has already been taken"]})
        return replace(session, **changes)

    def _shown(self, session: Session, status: int = 200) -> Response:
        return json_response({"student": objects.student(session, colour_field=self.switches.colour_field)}, status)


def _new_exam(given: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    stamp = objects.stamp(now)
    return {**objects.EXAM_FIELDS, "token": "0" * 32, "created_at": stamp, "updated_at": stamp, **given}
