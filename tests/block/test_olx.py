"""OLX out and in: byte-stable, with the platform's own attributes, never a secret; mistakes stay visible to authors."""

from __future__ import annotations

from typing import Any

import pytest
from lxml import etree

from proctored_exam_xblock.block import ProctoredExamXBlock
from proctored_exam_xblock.services import exams, sitting
from tests.campus import Campus
from tests.world import PAPER, USAGE

pytestmark = pytest.mark.django_db


def export(block: ProctoredExamXBlock) -> str:
    node = etree.Element("unknown_root")
    block.add_xml_to_node(node)
    return etree.tostring(node, encoding="unicode")


class Keeps:
    """A runtime that only constructs."""

    def __init__(self, campus: Campus) -> None:
        self.block = campus.block()

    def construct_xblock_from_class(self, cls: type, keys: Any) -> ProctoredExamXBlock:
        for name in ("display_name", "policy", "paper"):
            setattr(self.block, name, self.block.fields[name].default)
        return self.block


def read(campus: Campus, olx: str) -> ProctoredExamXBlock:
    return ProctoredExamXBlock.parse_xml(etree.fromstring(olx), Keeps(campus), None)


def test_out_in_and_out_again_changes_no_byte(campus: Campus) -> None:
    block = campus.block()
    first = export(block)
    again = read(campus, first)
    assert (again.display_name, again.policy) == ("Examen final", campus.world.policy)
    assert again.max_score() == 3
    assert export(again) == first
    assert export(read(campus, export(again))) == first


def test_an_export_holds_no_secret_and_no_learners_state(campus: Campus) -> None:
    exams.set_password(USAGE, "correct horse", campus.world.clock(), "staff:1")
    alex = campus.world.person()
    campus.world.sit(alex)
    sitting.finish(campus.world.with_window(alex), {}, campus.world.clock())
    block = campus.block(alex)
    block.mark_started()
    block.save()
    olx = export(block)
    for secret in ("correct horse", "md5", campus.world.code(alex), "started", "Martin", "901", "policy_hash"):
        assert secret not in olx


def test_what_the_platform_keeps_on_the_block_travels_too(campus: Campus) -> None:
    """In the LMS these are dates, visibility and groups; the sdk has names and tags."""
    block = campus.block()
    assert "tags" not in export(block)
    block.tags, block.name = ["certifying", "2017"], "final"
    olx = export(block)
    block.tags, block.name = [], ""
    again = read(campus, olx)
    assert (again.tags, again.name) == (["certifying", "2017"], "final")
    assert export(again) == olx


@pytest.mark.parametrize("policy", ["{", "[1]", "", "null", '{"duration_minutes": "x"}', "[" * 100_000])
def test_a_policy_with_a_mistake_is_kept_as_written_and_told_to_the_authors(campus: Campus, policy: str) -> None:
    olx = etree.tostring(etree.Element("proctored_exam", policy=policy), encoding="unicode")
    block = read(campus, olx.replace("/>", f">{PAPER}</proctored_exam>"))
    shown = block.author_view().body_html()
    assert block.max_score() == 3
    if policy:
        assert 'class="' in shown
        first = export(block)
        assert etree.fromstring(first).get("policy").replace(" ", "") == policy.replace(" ", "")
        assert export(read(campus, first)) == first


@pytest.mark.parametrize(
    "paper",
    [
        "<part title='x'><problem/></part>",
        "<part title='x'><problem><multiplechoiceresponse/></problem></part>",
        "<part><problem><script>import os</script></problem></part>",
        "<part title='x'/>",
        "<chapter/>",
    ],
)
def test_a_paper_with_a_mistake_imports_and_is_shown_to_its_authors_only(campus: Campus, paper: str) -> None:
    block = read(campus, f"<proctored_exam>{paper}</proctored_exam>")
    assert block.max_score() == 0
    assert block.author_view().body_html()
    assert export(read(campus, export(block))) == export(block)


def test_attributes_of_no_field_are_ignored(campus: Campus) -> None:
    block = read(
        campus, '<proctored_exam url_name="x" weight="7" started="true" paper="boo" password="boo" xblock-family="v1"/>'
    )
    assert (block.started, block.paper) == (False, "")
    assert "boo" not in export(block)
