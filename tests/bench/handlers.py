"""Statements per handler, asked of the demo campus over HTTP in the order of a candidate's life."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client

from demo import clock
from proctored_exam_xblock.block import ProctoredExamXBlock
from proctored_exam_xblock.services import booking, exams
from tests.bench.hall import COURSE, Hall
from tests.statements import Watch

PASSWORD = "the password of the day"
FIELDS = "workbench_xblockstate"
HOST = ("django_session", "auth_user", "demo_", FIELDS)


def count(hall: Hall) -> dict[str, dict[str, int]]:
    """For each handler the statements of ours, of the host, and those that read or write XBlock fields."""
    now = clock.now()
    hall.publish(backend="none", unlock="exam_password", seats_per_slot=1000)
    exams.set_password(COURSE.usage_id, PASSWORD, now, "staff:1")
    visitor = Visitor(hall)
    costs = visitor.live()
    hall.publish(backend="none", unlock="none", appointments=False)
    costs["claim_window"] = Visitor(hall, "claimant").claim()
    hall.publish(backend="none", unlock="none", second_after=["missed"], second_lead_time_hours=0)
    costs["ask_second"] = Visitor(hall, "absentee").miss()
    missing = set(ProctoredExamXBlock.HANDLERS) - set(costs)
    assert not missing, f"not counted: {missing}"
    return costs


class Visitor:
    """One candidate's browser."""

    def __init__(self, hall: Hall, name: str = "visitor") -> None:
        self.hall = hall
        self.caller = hall.person(name)
        self.client = Client()
        self.client.force_login(get_user_model().objects.get(pk=self.caller.user_id))
        self.window = ""

    def live(self) -> dict[str, dict[str, int]]:
        """Every handler but ``claim_window``, once (``screen`` during the sitting)."""
        self.post("screen")  # fills what is kept per process
        version = str(self.hall.scenario.policy.get("terms_version", "1"))
        costs = {
            "accept_terms": self.post("accept_terms", version=version),
            "confirm_name": self.post("confirm_name"),
            "save_information": self.post("save_information", phone="+33 6 12 34 56 78", time_zone="Europe/Paris"),
            "record_equipment": self.post("record_equipment", camera="ok", browser="firefox", system="windows"),
            "measure": self.post("measure", padding="x" * 1000),
        }
        first, second = self.starts()
        costs["slots"] = self.post("slots", date=first.date().isoformat())
        costs["hold_slot"] = self.post("hold_slot", start=first.isoformat())
        costs["book"] = self.post("book", start=first.isoformat())
        costs["move"] = self.post("move", start=second.isoformat())
        costs["cancel"] = self.post("cancel")
        self.post("book", start=first.isoformat())
        clock.set_to(first)
        costs["launch"] = self.post("launch")
        costs["unlock"] = self.post("unlock", password=PASSWORD)
        costs["start_sitting"] = self.post("start_sitting", nonce="nonce-of-the-first-page")
        costs["open_window"] = self.post("open_window", predecessor=self.window, nonce="nonce-of-a-second-page")
        clock.advance(30)
        costs["screen"] = self.post("screen")
        costs["save_draft"] = self.post("save_draft", part=1, revision=1, answers=self.hall.answers(1, 0))
        costs["submit_part"] = self.post("submit_part", part=1, revision=2, answers=self.hall.answers(1, 1))
        costs["finish"] = self.post("finish", drafts={})
        return costs

    def claim(self) -> dict[str, int]:
        """A sitting whose window fell silent is taken over by another one."""
        self.hall.now = clock.now()
        self.hall.prepare(self.caller)
        self.post("launch")
        self.post("start_sitting", nonce="nonce-of-the-first-page")
        self.window = ""
        clock.advance(timedelta(minutes=2).total_seconds())
        return self.post("claim_window", nonce="nonce-of-a-second-page")

    def miss(self) -> dict[str, int]:
        """An appointment that nobody came to, and the second one that the rules offer."""
        self.hall.now = clock.now()
        self.hall.prepare(self.caller)
        first, _ = self.starts()
        self.post("book", start=first.isoformat())
        clock.set_to(first + timedelta(hours=2))
        return self.post("ask_second")

    def starts(self) -> tuple[datetime, datetime]:
        """Two slots of the first day that has any."""
        day = clock.now().date()
        while True:
            _, offers = booking.slots(self.caller, day, clock.now())
            if len(offers) >= 2:
                return offers[0].start, offers[1].start
            day += timedelta(days=1)

    def post(self, name: str, **body: Any) -> dict[str, int]:
        """Ask one handler, which must accept; its costs."""
        watch = Watch()
        body["window"] = self.window
        address = f"/courses/{COURSE.slug}/xblock/handler/{name}"
        with connection.execute_wrapper(watch):
            answer = self.client.post(address, body, content_type="application/json")
        assert answer.status_code == 200, (name, answer.content)
        self.window = answer.json().get("window") or self.window
        theirs, fields = watch.touching(*HOST), watch.touching(FIELDS)
        ours = [sql for sql in watch.statements if sql not in theirs]
        return {"ours": len(ours), "host": len(theirs) - len(fields), "fields": len(fields)}
