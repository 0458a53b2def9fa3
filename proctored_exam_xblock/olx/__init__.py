"""Papers as course XML: ``<part title="..."><problem>...`` in the platform's own problem language (R-X-14).

``read_paper`` understands what authors paste; ``write_paper`` gives the one canonical form, so that
``read_paper(write_paper(paper)) == paper`` for every paper that was read and a second export changes no byte.
``check`` tells of any file, folder or course export what can be used; ``import_parts`` makes the paper of what was
chosen.

Read are ``multiplechoiceresponse``, ``choiceresponse`` and ``optionresponse``, one or many in a problem, with their
partial credit; Studio's Markdown through ``markdown_to_olx``. What would change a grade and is not understood (scripts,
typed answers, answer pools) is refused with its line, never ignored; what is left out without that is a ``Note``.
"""

from .block import append_parts, inner_parts
from .markdown import markdown_to_olx
from .markdown_writing import write_markdown
from .platform import Graded, grade_inputs, input_ids
from .reading import read_paper
from .report import Finding, Report, check, import_parts, load, read_file, report_of
from .writing import write_paper

__all__ = [
    "Finding",
    "Graded",
    "Report",
    "append_parts",
    "check",
    "grade_inputs",
    "import_parts",
    "inner_parts",
    "input_ids",
    "load",
    "markdown_to_olx",
    "read_file",
    "read_paper",
    "report_of",
    "write_markdown",
    "write_paper",
]
