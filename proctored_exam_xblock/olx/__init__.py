"""Papers as course XML: ``<part title="..."><problem>...`` in the platform's own problem language (R-X-14).

``read_paper`` understands what authors paste; ``write_paper`` gives the one canonical form, so that
``read_paper(write_paper(paper)) == paper`` for every paper that was read and a second export changes no byte.

Read today: one ``multiplechoiceresponse``, ``choiceresponse`` or ``optionresponse`` per problem. Everything that would
change a grade and is not understood (scripts, partial credit, answer pools, several responses) is refused with its
line, never ignored; hints are left out.
"""

from .block import append_parts, inner_parts
from .reading import read_paper
from .writing import write_paper

__all__ = ["append_parts", "inner_parts", "read_paper", "write_paper"]
