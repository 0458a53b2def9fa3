"""Every refusal the domain can pronounce: one tree, one stable code each, no prose.

The edge (``handlers``) turns a code into a translated sentence and ``status`` into the HTTP status.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar


class ExamError(Exception):
    """A refusal with a stable ``code``; ``params`` fill the translated sentence and never hold secrets.

    Args:
        field: name of the offending input, when there is one.
        **params: values for the message (numbers, ISO instants, identifiers).
    """

    code: ClassVar[str] = "error"
    status: ClassVar[int] = 400

    def __init__(self, field: str | None = None, **params: object) -> None:
        super().__init__(self.code)
        self.field = field
        self.params = params


class BadRequest(ExamError):
    """The request cannot be read: malformed JSON, wrong type, unknown field value."""

    code = "bad_request"


class PayloadTooLarge(ExamError):
    code = "payload_too_large"
    status = 413


class UnsupportedMediaType(ExamError):
    code = "unsupported_media_type"
    status = 415


class MethodNotAllowed(ExamError):
    code = "method_not_allowed"
    status = 405


class InvalidField(ExamError):
    """One field of a form is not acceptable; ``params['reason']`` is a stable reason code."""

    code = "invalid_field"
    status = 422


class InvalidForm(ExamError):
    """Several fields at once: ``errors`` maps a field name to a reason code."""

    code = "invalid_form"
    status = 422

    def __init__(self, errors: dict[str, str], **params: object) -> None:
        super().__init__(None, **params)
        self.errors = errors


class InvalidPolicy(ExamError):
    """An exam policy written by an author breaks a rule; ``field`` names it, ``params['reason']`` says how."""

    code = "invalid_policy"
    status = 422


class InvalidPaper(ExamError):
    """The paper's OLX cannot be used; params: ``line`` (1-based int or None), ``reason`` (stable code)."""

    code = "invalid_paper"
    status = 422


class InvalidExam(ExamError):
    """What is wrong in an author's draft, all of it: ``errors`` maps a field to its own error, ``mistakes`` are the
    paper's, by place."""

    code = "invalid_exam"
    status = 422

    def __init__(self, errors: Mapping[str, InvalidPolicy], mistakes: tuple[Any, ...]) -> None:
        super().__init__(None)
        self.errors = errors
        self.mistakes = mistakes


class ChangedMeanwhile(ExamError):
    """Somebody else saved the exam since this author opened it; params: ``current`` (the revision on file), ``about``
    (``regrade`` where it was corrected since a preview)."""

    code = "changed_meanwhile"
    status = 409


class InvalidCorrection(ExamError):
    """A correction after the fact fits no version of the exam; ``field`` is the question's id where it is about one,
    ``params['words']`` tells which wording of it, ``params['reason']`` is a code of ``corrections.check``."""

    code = "invalid_correction"
    status = 422


class NotSignedIn(ExamError):
    code = "not_signed_in"
    status = 403


class NotEligible(ExamError):
    """The learner lacks what the exam asks for (R-FUN-1); ``params['reason']`` is the first thing missing, if known."""

    code = "not_eligible"
    status = 403


class ViewedByAnother(ExamError):
    """Staff look at the exam as a learner: they see, and do nothing in the learner's name."""

    code = "viewed_by_another"
    status = 403


class NotAllowedNow(ExamError):
    """The action does not belong to the candidate's present phase; ``params['phase']`` names it."""

    code = "not_allowed_now"
    status = 409


class IllegalTransition(NotAllowedNow):
    """The state machine has no such arrow; params: ``state``, ``event``."""

    code = "illegal_transition"


class FileIncomplete(ExamError):
    """The candidate has steps to do before anything can be booked: terms, name, information."""

    code = "file_incomplete"
    status = 409


class NameMissing(ExamError):
    """The platform's account has no name that a certificate could carry (R-FUN-4)."""

    code = "name_missing"
    status = 422


class PaymentMissing(FileIncomplete):
    """All else is done, and the exam is not paid (R-FUN-5): staff enter the payment, then book."""

    code = "payment_missing"


class UnknownExam(ExamError):
    """A shop names an exam that is not here."""

    code = "unknown_exam"
    status = 404


class UnknownLearner(ExamError):
    """A shop names nobody, or more than one."""

    code = "unknown_learner"
    status = 404


class UnknownOrder(ExamError):
    """A shop names an order that it never told us of."""

    code = "unknown_order"
    status = 404


class OrderDiffers(ExamError):
    """The same reference was told with another content."""

    code = "order_differs"
    status = 409


class BadCall(ExamError):
    """A shop's call without a signature that fits."""

    code = "bad_signature"
    status = 403


class StaleCall(ExamError):
    """A signed call of another time."""

    code = "stale"
    status = 403


class Replayed(ExamError):
    """A signed call that was made before."""

    code = "replayed"
    status = 409


class TermsOutdated(ExamError):
    code = "terms_outdated"
    status = 409


class SlotNotOffered(ExamError):
    """The instant is not a slot of the exam's rules or the vendor does not offer it (R-FUN-8)."""

    code = "slot_not_offered"
    status = 409


class TooLate(ExamError):
    """Less than the lead time remains; params: ``hours`` (int), ``earliest`` (ISO instant or None)."""

    code = "lead_time"
    status = 409


class SlotFull(ExamError):
    code = "slot_full"
    status = 409


class MoveLimit(ExamError):
    code = "move_limit"
    status = 409


class MoveDeadline(ExamError):
    """Too close to the appointment to change it; params: ``hours`` (int)."""

    code = "move_deadline"
    status = 409


class CancelDeadline(ExamError):
    """Too close to the appointment to cancel it; params: ``hours`` (int)."""

    code = "cancel_deadline"
    status = 409


class SecondNotOffered(ExamError):
    """The rules offer no second appointment now (R-FUN-22); ``params['reason']`` is a code of ``second.Refusal``."""

    code = "second_not_offered"
    status = 409


class AwaitingConfirmation(ExamError):
    """The vendor has not answered the last request yet; another change has to wait."""

    code = "awaiting_confirmation"
    status = 409


class VendorUnavailable(ExamError):
    """The proctoring service does not answer; the request can be made again."""

    code = "vendor_unavailable"
    status = 503


class NotConfigured(ExamError):
    """A setting of the platform or of the exam is missing; ``params['setting']`` names it (never its value)."""

    code = "not_configured"
    status = 503


class WrongPassword(ExamError):
    """params: ``tries_left`` (int, free tries that remain before a pause)."""

    code = "wrong_password"
    status = 403


class PasswordLocked(ExamError):
    """Too many wrong tries; params: ``seconds`` (int, until the next one is accepted)."""

    code = "password_locked"
    status = 429


class WindowLost(ExamError):
    """Another window holds the sitting (R-X-10)."""

    code = "window_lost"
    status = 409


class WindowBusy(ExamError):
    """The window that holds the sitting is still alive; params: ``seconds`` (int, until it counts as silent)."""

    code = "window_busy"
    status = 409


class TimeOver(ExamError):
    """The request came after the cut-off (deadline plus network grace)."""

    code = "time_over"
    status = 409


class PartClosed(ExamError):
    """The part was finally verified: nothing changes it any more."""

    code = "part_closed"
    status = 409


class StaleRevision(ExamError):
    """A newer revision of the same draft is already stored; params: ``revision`` (int, the stored one)."""

    code = "stale_revision"
    status = 409


class UnknownAnswer(ExamError):
    """A question or choice that is not in this candidate's paper."""

    code = "unknown_answer"
    status = 422


class TooManyRequests(ExamError):
    """More requests of a kind than anybody needs; params: ``seconds`` (int, until the next one is taken)."""

    code = "too_many_requests"
    status = 429


class EmailAlias(ExamError):
    """The service's mails do not reach an address with an alias, like name+tag@example.org (R-PE-4)."""

    code = "email_alias"
    status = 422


class Gone(ExamError):
    """The thing named does not exist or is not the caller's."""

    code = "not_found"
    status = 404
