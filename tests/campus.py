"""The demo campus over HTTP by Django's test client: both doors of the handlers, one session per person."""

from __future__ import annotations

import json
from typing import Any

from django.apps import apps
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AnonymousUser
from django.http import HttpResponse
from django.test import Client

from demo.courses import COURSES
from demo.models import CourseRole
from demo.runtime import CampusRuntime
from proctored_exam_xblock.block import ProctoredExamXBlock
from proctored_exam_xblock.services.dossier import Caller
from tests.world import CHECK, COURSE, PAPER, World

CARTOPRO = COURSES["cartopro"]
DOORS = ("handler", "handler_noauth")
ROWS_OF_OTHERS = {"sessions.Session", "contenttypes.ContentType", "auth.Permission"}


class Campus:
    """The people of a world in front of their browsers; the block holds what the world published."""

    def __init__(self, world: World) -> None:
        self.world = world

    def publish(self, paper: str = PAPER, **changes: Any) -> None:
        """Write the block's fields as an author would, and take the snapshot."""
        self.world.publish(paper, **changes)
        block = self.block()
        block.display_name, block.policy, block.paper = "Examen final", self.world.policy, paper
        block.save()

    def block(self, caller: Caller | None = None) -> ProctoredExamXBlock:
        """The exam block for one person, or for nobody in particular."""
        user = get_user_model().objects.get(pk=caller.user_id) if caller else AnonymousUser()
        block = CampusRuntime(user, CARTOPRO).exam()
        assert isinstance(block, ProctoredExamXBlock)
        return block

    def teacher(self, name: str = "dominique") -> Caller:
        """Somebody of the course team, not enrolled."""
        caller = self.world.person(name, None, staff=True)
        CourseRole.objects.get_or_create(user_id=caller.user_id, course_key=COURSE, role="staff")
        return caller

    def client(self, caller: Caller | None, **options: Any) -> Client:
        """A browser, signed in unless ``caller`` is None."""
        client = Client(**options)
        if caller is not None:
            client.force_login(get_user_model().objects.get(pk=caller.user_id))
        return client

    def address(self, name: str, door: str = "handler") -> str:
        """Where a handler answers."""
        return f"/courses/{CARTOPRO.slug}/xblock/{door}/{name}"

    def send(self, client: Client, name: str, body: dict[str, Any], door: str = "handler") -> HttpResponse:
        """One JSON request to a handler."""
        return client.post(self.address(name, door), json.dumps(body), content_type="application/json")

    def bodies(self, caller: Caller) -> dict[str, dict[str, Any]]:
        """A well-formed body for each handler, with the caller's own code, window and answers."""
        return self._bodies(self.world.windows.get(caller.user_id or 0, ""), self._code(caller))

    def _code(self, caller: Caller) -> str:
        has_one = apps.get_model("proctored_exam_xblock", "Appointment").objects.filter(
            candidacy__user_id=caller.user_id
        )
        return self.world.code(caller) if has_one.exists() else "BCDEFGHJ"

    def _bodies(self, window: str, code: str) -> dict[str, dict[str, Any]]:
        answers = self.world.answers(1)
        part = {"window": window, "part": 1, "revision": 50, "answers": answers}
        return {
            "screen": {"window": window},
            "open_window": {"predecessor": window, "nonce": "nonce-of-a-reloaded-page"},
            "accept_terms": {"version": "1"},
            "confirm_name": {},
            "save_information": {
                "phone": "+33612345678",
                "address": "2 rue de la Paix",
                "city": "Lyon",
                "time_zone": "Europe/Paris",
                "country": "FR",
            },
            "record_equipment": dict(CHECK),
            "measure": {"padding": "x" * 1000},
            "slots": {"date": "2017-03-10"},
            "hold_slot": {"start": "2017-03-10T16:00:00Z"},
            "book": {"start": "2017-03-10T16:00:00Z"},
            "move": {"start": "2017-03-10T16:00:00Z"},
            "cancel": {},
            "ask_second": {},
            "launch": {},
            "unlock": {"password": code, "nonce": "nonce-of-another-window", "window": window},
            "claim_window": {"nonce": "nonce-of-another-window"},
            "start_sitting": {"nonce": "nonce-of-the-start-page"},
            "save_draft": part,
            "submit_part": part,
            "finish": {"window": window, "drafts": {"1": {"revision": 51, "answers": answers}}},
            "try_again": {},
        }


def all_rows() -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table that a request could change, to compare before and after."""
    found = {
        model._meta.label: sorted(model.objects.values_list(), key=repr)
        for model in apps.get_models()
        if model._meta.label not in ROWS_OF_OTHERS
    }
    # The sdk's store makes an empty row for what it is asked about.
    found["workbench.XBlockState"] = [row for row in found["workbench.XBlockState"] if "{}" not in row]
    return found
