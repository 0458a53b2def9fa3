"""A ready-made exam comes out as OLX that the block takes in."""

from __future__ import annotations

import json
from io import StringIO

from django.core.management import call_command
from lxml import etree

from proctored_exam_xblock.domain.policy_json import policy_from_json
from proctored_exam_xblock.olx import inner_parts, read_paper


def test_the_printed_exam_is_valid_and_takes_another_backend() -> None:
    out = StringIO()
    call_command("print_scenario", "cartopro", "--backend", "none", "--unlock", "exam_password", stdout=out)
    node = etree.fromstring(out.getvalue())
    policy = policy_from_json(json.loads(node.get("policy")))
    assert (policy.backend, policy.unlock.value, policy.duration_minutes) == ("none", "exam_password", 30)
    assert len(read_paper(inner_parts(node)).questions) == 30
