"""Small papers for the tests of the domain."""

from proctored_exam_xblock.domain.questions import Choice, Kind, Paper, Part, Question


def question(id: str, kind: Kind = Kind.SINGLE, right: str = "a", choices: str = "abcd", **more) -> Question:  # noqa: A002
    """A question whose choices are named by letters; those in ``right`` are right."""
    return Question(
        id, kind, f"Question {id}", tuple(Choice(letter, letter.upper(), letter in right) for letter in choices), **more
    )


PAPER = Paper(
    (
        Part("One", (question("q1"), question("q2", Kind.MULTIPLE, "ac"))),
        Part("Two", (question("q3", Kind.SELECT, "b", points=2),)),
    )
)
