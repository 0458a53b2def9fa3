"""The tree of refusals: one stable code each, HTTP statuses that fit."""

from collections.abc import Iterator

from proctored_exam_xblock.domain.errors import ExamError, InvalidForm


def leaves(root: type[ExamError] = ExamError) -> Iterator[type[ExamError]]:
    for child in root.__subclasses__():
        yield child
        yield from leaves(child)


def test_every_refusal_has_a_code_of_its_own():
    codes = [error.code for error in leaves()]

    assert len(codes) == len(set(codes))
    assert "error" not in codes


def test_a_refusal_is_never_a_server_error_but_for_a_service_that_is_away():
    assert {error.status for error in leaves()} <= {400, 403, 404, 405, 409, 413, 415, 422, 429, 503}


def test_a_refusal_carries_its_field_and_values_and_its_text_is_only_the_code():
    error = ExamError("name", secret_looking="hunter2")

    assert (error.field, error.params) == ("name", {"secret_looking": "hunter2"})
    assert str(error) == "error"


def test_a_form_has_one_reason_per_field():
    assert InvalidForm({"phone": "empty"}).errors == {"phone": "empty"}
