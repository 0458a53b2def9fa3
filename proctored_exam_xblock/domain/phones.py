"""A phone number as candidates write it, read by the numbering plans of the world (``phonenumbers``)."""

from __future__ import annotations

from dataclasses import dataclass

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat, PhoneNumberType, ValidationResult

_FALLBACK = "FR"


class BadPhone(ValueError):
    """Why a number cannot be used; ``reason`` is a stable code: phone (unreadable), phone_country (national, and no
    country is known), phone_short, phone_long, phone_extension, phone_unknown (the country gives no such number)."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Example:
    """A number of one country that nobody has: as dialled there, and from elsewhere."""

    national: str
    international: str


def read(text: str, country: str) -> str:
    """The number in international form, "+33 6 12 34 56 78".

    Args:
        text: international with + or 00, or national of ``country``.
        country: ISO code, '' when unknown.

    Raises:
        BadPhone.
    """
    try:
        number = phonenumbers.parse(text, country or None)
    except NumberParseException as error:
        raise BadPhone(_unreadable(error, text)) from None
    if number.extension:
        raise BadPhone("phone_extension")
    possible = phonenumbers.is_possible_number_with_reason(number)
    if possible in (ValidationResult.TOO_SHORT, ValidationResult.IS_POSSIBLE_LOCAL_ONLY):
        raise BadPhone("phone_short")
    if possible == ValidationResult.TOO_LONG:
        raise BadPhone("phone_long")
    if not phonenumbers.is_valid_number(number):
        raise BadPhone("phone_unknown")
    return phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL)


def _unreadable(error: NumberParseException, text: str) -> str:
    if error.error_type == NumberParseException.INVALID_COUNTRY_CODE:
        return "phone_unknown" if text.lstrip().startswith("+") else "phone_country"
    if error.error_type in (NumberParseException.TOO_SHORT_NSN, NumberParseException.TOO_SHORT_AFTER_IDD):
        return "phone_short"
    return "phone_long" if error.error_type == NumberParseException.TOO_LONG else "phone"


def shown(text: str, country: str) -> str:
    """What is on file in international form; as it is when it cannot be read."""
    try:
        return read(text, country)
    except BadPhone:
        return text


def example(country: str) -> Example:
    """A mobile number of the country, or of France where the plans know none."""
    number = phonenumbers.example_number_for_type(country or _FALLBACK, PhoneNumberType.MOBILE)
    number = number or phonenumbers.example_number(country or _FALLBACK) or phonenumbers.example_number(_FALLBACK)
    assert number is not None
    return Example(
        phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL),
        phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL),
    )
