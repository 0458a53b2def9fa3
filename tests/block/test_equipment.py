"""The handlers and files that the equipment is measured with: bounded in size, in number, in statements."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

import proctored_exam_xblock
from proctored_exam_xblock import presenter
from proctored_exam_xblock.handlers.request import LARGEST_BODY
from proctored_exam_xblock.services import equipment
from tests.campus import Campus
from tests.world import CHECK

pytestmark = pytest.mark.django_db
STATIC = Path(proctored_exam_xblock.__file__).parent / "static" / "proctored_exam_xblock"
UP = 32 * 1024 + 188 * 1024
"""Characters that one check of the page sends."""


def test_a_body_of_the_largest_size_is_taken_and_a_larger_one_refused(campus: Campus) -> None:
    client = campus.client(campus.world.person())
    room = LARGEST_BODY - len('{"padding": ""}')
    assert campus.send(client, "measure", {"padding": "x" * room}).status_code == 200
    refused = campus.send(client, "measure", {"padding": "x" * (room + 1)})
    assert (refused.status_code, refused.json()["code"]) == (413, "payload_too_large")


def test_too_many_bodies_are_refused_with_the_seconds_to_wait(campus: Campus) -> None:
    client = campus.client(campus.world.person())
    for _ in range(equipment.MOST_MEASURES):
        assert campus.send(client, "measure", {}).status_code == 200
    with CaptureQueriesContext(
        connection,
    ) as seen:
        refused = campus.send(client, "measure", {})
    body = refused.json()
    assert (refused.status_code, body["code"]) == (429, "too_many_requests")
    assert 0 < body["retry_after"] <= equipment.WINDOW_SECONDS
    assert body["message"]
    assert "html" not in body
    assert not [query["sql"] for query in seen if "proctored_exam_xblock" in query["sql"]], "refused before any row"


def test_a_body_costs_no_more_than_a_look_at_the_screen(campus: Campus) -> None:
    client = campus.client(campus.world.person())
    known = campus.send(client, "screen", {}).json()["fingerprint"]
    counts = []
    for name in ("screen", "measure"):
        with CaptureQueriesContext(connection) as seen:
            answer = campus.send(client, name, {"known": known, "padding": "x" * 1000})
        counts.append(len(seen))
        assert "html" not in answer.json()
    assert counts[1] <= counts[0]


def test_the_verdict_comes_with_the_screen(campus: Campus) -> None:
    client = campus.client(campus.world.person())
    answer = campus.send(client, "record_equipment", {**CHECK, "camera": "busy"}).json()
    assert "camera is there, but another application" in answer["html"] or "autre application" in answer["html"]


def test_what_is_measured_with_is_small_cannot_be_compressed_and_is_a_static_file(campus: Campus) -> None:
    sample = (STATIC / presenter.SAMPLE).read_bytes()
    assert 256 * 1024 <= len(sample) <= 512 * 1024
    assert len(gzip.compress(sample)) >= len(sample)
    assert UP <= 256 * 1024
    files = campus.block(campus.world.person()).student_view().json_init_args["check"]
    assert files["sample"] == f"/static/proctored_exam_xblock/{presenter.SAMPLE}"
    client = campus.client(None)
    for address in files["scripts"]:
        assert client.get(address).status_code == 200


def test_the_page_asks_for_the_scripts_of_the_check_only_when_somebody_checks(campus: Campus) -> None:
    fragment = campus.block(campus.world.person()).student_view()
    loaded = " ".join(str(resource.data) for resource in fragment.resources)
    assert "equipment.js" in loaded
    assert not [name for name in presenter.CHECK_SCRIPTS if name in loaded]
    assert {path.name for path in (STATIC / "js").glob("equipment-*.js")} == {*presenter.CHECK_SCRIPTS}
