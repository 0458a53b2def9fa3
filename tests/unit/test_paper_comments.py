"""Comments that authors leave between problems survive the editor's pieces, and mistakes keep their lines."""

from __future__ import annotations

from proctored_exam_xblock.authoring.paper import PartText, joined, judge, split
from proctored_exam_xblock.olx import read_paper
from tests.unit.test_olx import mc, problem

PAPER = f"""<?xml version="1.0"?>
<!-- The exam of 2027 -->
<paper>
  <part title="A" draw="1">
    <!-- Written by hand:
         <problem> is no problem here -->
    <problem>
      <p>One</p>{mc()}<!-- inside -->
    </problem>
    <!-- To be reworded --> {problem("<p>Two</p>" + mc())} <!-- Last of A -->
  </part>
  <!-- B follows -->
  <part title="B">{problem("<p>Three</p>" + mc())}</part>
  <!-- The end -->
</paper>
<!-- Really -->
"""


def test_a_comment_stays_with_the_problem_that_follows_or_ends_its_part() -> None:
    (one, two), (three,) = (part.problems for part in split(PAPER))

    assert one.splitlines()[:4] == [
        "<!-- The exam of 2027 -->",
        "<!-- Written by hand:",
        "         <problem> is no problem here -->",
        "<problem>",
    ]
    assert one.splitlines()[4].startswith("  <p>One</p>")
    assert one.endswith("<!-- inside -->\n</problem>")
    assert (two.splitlines()[0], two.splitlines()[-1]) == ("<!-- To be reworded -->", "<!-- Last of A -->")
    assert (three.splitlines()[0], three.splitlines()[-2:]) == (
        "<!-- B follows -->",
        ["<!-- The end -->", "<!-- Really -->"],
    )


def test_a_second_save_changes_no_byte_and_no_question() -> None:
    saved = joined(split(PAPER))

    assert joined(split(saved)) == saved
    assert split(saved) == split(PAPER)
    assert saved.count("<!--") == PAPER.count("<!--")
    assert read_paper(saved) == read_paper(PAPER)


def test_comments_without_parts_are_kept_too() -> None:
    [part] = split(f"<!-- a -->{problem(mc())}<!-- b -->{problem(mc())}<!-- c -->")

    assert part.problems == (f"<!-- a -->\n{problem(mc())}", f"<!-- b -->\n{problem(mc())}\n<!-- c -->")


def test_a_comment_before_a_part_that_is_empty_goes_to_the_next_problem() -> None:
    first, second = split(f'<part title="A"><!-- a --></part><part title="B">{problem(mc())}</part>')

    assert (first.problems, second.problems) == ((), (f"<!-- a -->\n{problem(mc())}",))


def test_lines_of_mistakes_are_those_of_the_text_with_its_comments() -> None:
    comment = "<!-- one\ntwo -->\n"
    same = comment + problem("<p>Q</p>" + mc(), 'url_name="same"')
    bad = comment + "<problem>\n<customresponse/></problem>"
    _, _, mistakes = judge([PartText("A", (same, bad))])
    assert [(m.part, m.question, m.line) for m in mistakes] == [(1, 2, 4)]

    _, _, mistakes = judge([PartText("A", (same,)), PartText("B", (same,))])
    assert [(m.part, m.question, m.line, m.reason) for m in mistakes] == [(2, 1, 3, "duplicate_url_name")]
