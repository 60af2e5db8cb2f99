"""Telephone numbers in E.164, as carriers write them (ITU-T E.164)."""

from __future__ import annotations

import phonenumbers

from domain.errors import BadInput

_TEXTABLE = (
    phonenumbers.PhoneNumberType.MOBILE,
    phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE,
    phonenumbers.PhoneNumberType.VOIP,
)


def e164(text: str, region: str = "US") -> str:
    """The number in E.164; `BadInput` names what is wrong with it."""
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException as problem:
        raise BadInput("That is not a telephone number; write it like +12025550143.") from problem
    # Seven digits without an area code are "possible" to dial at home, and nobody's number from anywhere else.
    if phonenumbers.is_possible_number_with_reason(number) != phonenumbers.ValidationResult.IS_POSSIBLE:
        raise BadInput("That telephone number has the wrong length; write it like +12025550143.")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def is_e164(address: str) -> bool:
    """Whether an address is such a number already; nothing is read into `whatsapp:+1…`, a short code or a name."""
    try:
        return e164(address) == address
    except BadInput:
        return False


def same_country_mobile(number: str, home: str) -> bool:
    """Whether a number can receive texts at an ordinary price: in the home number's country, and no premium line.

    Codes go only there, so that nobody can make us text expensive numbers (toll fraud).
    """
    there, here = phonenumbers.parse(number), phonenumbers.parse(home)
    if phonenumbers.region_code_for_number(there) != phonenumbers.region_code_for_number(here):
        return False
    return phonenumbers.number_type(there) in _TEXTABLE


def textable(number: str) -> bool:
    """Whether a number can receive texts as far as its numbering plan tells; where mobiles share it (US), all may."""
    return phonenumbers.number_type(phonenumbers.parse(number)) in _TEXTABLE


def toll_free(number: str) -> bool:
    """Whether a number costs its callers nothing (+1 800, 888, …): there the network itself obeys STOP."""
    return phonenumbers.number_type(phonenumbers.parse(number)) == phonenumbers.PhoneNumberType.TOLL_FREE


def country(start: str) -> str | None:
    """The ISO 3166 code of the country whose numbers begin so (+1202: US, +1876: JM); None where that is not sure."""
    try:
        number = phonenumbers.parse(f"{start}5550123")
    except phonenumbers.NumberParseException:
        return None
    if found := phonenumbers.region_code_for_number(number):
        return str(found)
    if number.country_code == 1:  # North America shares it: only the area code tells
        return None
    shared = str(phonenumbers.region_code_for_country_code(number.country_code or 0))
    return shared if shared.isalpha() and shared != "ZZ" else None


def masked(address: str) -> str:
    """An address as screens show it: enough to recognise, not to use."""
    return f"{address[:2]}•••{address[-4:]}" if len(address) > 6 else "•••"
