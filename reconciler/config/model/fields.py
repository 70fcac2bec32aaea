"""Field types of tenants.yaml: pydantic types from raw text to a checked value.

The message of an error continues the field's name and value: `tenant "common"` + ` is a sign-in
endpoint; …`.
"""

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from reconciler.config.reading.diagnostics import hidden
from reconciler.config.reading.tree import Plain
from reconciler.core.network.environments import EXAMPLES, cloud_of

WITH_VALUE, MASKED, BARE = "with_value", "masked", "bare"
"""Types of our errors: shown with the field and its value, with the field only, or alone."""

LONGEST_NAME = 200
"""Characters of a name, tag or reason. They must fit into a table."""

LONGEST_KEY = 63
"""Characters of a key. Names of secrets in a key vault have up to 127."""

GUID = re.compile("[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}")
ZERO_GUID = "00000000-0000-0000-0000-000000000000"
PARTNER_ID = re.compile("[1-9][0-9]{3,9}")
_LABEL = "[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
DOMAIN = re.compile(rf"({_LABEL}\.)+[A-Za-z]([A-Za-z0-9-]*[A-Za-z0-9])")
_DATE = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
_COUNT = re.compile("0|[1-9][0-9]{0,8}")
_SHARE = re.compile(r"(100(\.0{1,4})?|[0-9]{1,2}(\.[0-9]{1,4})?)%")
_DURATION = re.compile("([1-9][0-9]{0,4})([mhd])")
_KEY = re.compile("[a-z0-9-]+")
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}
_SHARED_ENDPOINTS = ("common", "organizations", "consumers")


def refuse(message: str, kind: str = WITH_VALUE) -> PydanticCustomError:
    """An error with this message."""
    return PydanticCustomError(kind, "{message}", {"message": message})


def raw(value: object) -> str:
    """The text of a scalar, whatever its type in YAML; an error for anything else."""
    if isinstance(value, Plain):
        return value.text
    if isinstance(value, str):
        return value
    raise PydanticCustomError("string_type", "must be text")


def _name(text: str) -> str:
    if not text.strip():
        raise refuse("is empty; write a name or remove the key")
    if char := hidden(text):
        raise refuse(f"contains a hidden or control character (U+{ord(char):04X}); remove it")
    if text != text.strip():
        raise refuse("starts or ends with a space; remove it")
    if len(text) > LONGEST_NAME:
        raise refuse(f"is longer than {LONGEST_NAME} characters; shorten it")
    return text


def _alias(text: str) -> str:
    if text.isdigit():
        raise refuse("looks like a partner ID; use a word as the alias")
    return _name(text)


def _checked_key(what: str) -> Callable[[str], str]:
    """The check of a text made of lower-case letters, digits and `-`."""

    def check(text: str) -> str:
        if not _KEY.fullmatch(text) or len(text) > LONGEST_KEY:
            raise refuse(f"is not {what}; use lower-case letters, digits and - only: contoso-uk")
        return text

    return check


def not_zero(text: str) -> str:
    """A GUID in lower case; an error for the all-zero GUID."""
    if text == ZERO_GUID:
        raise refuse("is the all-zero GUID, which identifies nothing; copy the real one")
    return text.lower()


def _tenant(text: str) -> str:
    remedy = "use the tenant's GUID or a verified domain"
    folded = text.casefold()
    if GUID.fullmatch(text):
        return not_zero(text)
    if folded in _SHARED_ENDPOINTS:
        raise refuse(f"is a sign-in endpoint for many tenants; {remedy}")
    if "://" in text or folded.startswith("www."):
        raise refuse(f"is a web address; {remedy}", MASKED)
    if "@" in text:
        raise refuse(f"is an e-mail address; {remedy}: the part after the @")
    if not DOMAIN.fullmatch(text) or len(text) > 253:
        raise refuse(f"is neither a GUID nor a domain; {remedy}")
    return folded


def partner_id(text: str) -> str:
    """A partner ID as Partner Center shows it: ASCII digits only, without spaces."""
    if re.fullmatch("0[0-9]*", text):
        raise refuse("starts with a zero, but no partner ID does; copy it from Partner Center")
    if not PARTNER_ID.fullmatch(text):
        raise refuse("is not a partner ID (4 to 10 digits); copy it from Partner Center")
    return text


def _environment(text: str) -> str:
    if cloud_of(text) is None:
        raise refuse(
            f"is not the address of a Dataverse environment; write {EXAMPLES['public']}, without "
            "user, port and path",
            MASKED,
        )
    return text.lower().removesuffix("/")


def _partner(text: str) -> str:
    """An alias or an ID. Whether it is defined is checked over the whole file."""
    return partner_id(text) if text[:1].isdigit() else _name(text)


def _date(value: object) -> date:
    text = raw(value)
    try:
        if _DATE.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise refuse("is not a date; write year, month and day: 2026-12-31")


def _checked_count(least: int) -> Callable[[object], int]:
    """The check of a whole number that is at least this."""

    def check(value: object) -> int:
        text = raw(value)
        if isinstance(value, str) or not _COUNT.fullmatch(text) or int(text) < least:
            raise refuse(f"is not a count; write a whole number, {least} or more, without quotes")
        return int(text)

    return check


def _share(value: object) -> float:
    text = raw(value)
    if not _SHARE.fullmatch(text):
        raise refuse("is not a percentage; write one from 0% to 100%")
    return float(text[:-1]) / 100


def _duration(value: object) -> timedelta:
    text = raw(value)
    parts = _DURATION.fullmatch(text)
    if not parts:
        raise refuse("is not a duration; write minutes, hours or days: 30m, 24h, 365d")
    return timedelta(**{_UNITS[parts[2]]: int(parts[1])})


def _version(value: object) -> int:
    if isinstance(value, Plain) and value.text == "1":
        return 1
    raw(value)
    raise refuse("is not supported by this release; write version: 1, without quotes")


Name = Annotated[
    str,
    AfterValidator(_name),
    WithJsonSchema({"type": "string", "minLength": 1, "maxLength": LONGEST_NAME}),
]
Alias = Annotated[str, AfterValidator(_alias)]
Key = Annotated[
    str,
    AfterValidator(_checked_key("a key")),
    WithJsonSchema({"type": "string", "pattern": f"^{_KEY.pattern}$", "maxLength": LONGEST_KEY}),
]
FileId = Annotated[
    str,
    AfterValidator(_checked_key("an id")),
    WithJsonSchema({"type": "string", "pattern": f"^{_KEY.pattern}$", "maxLength": LONGEST_KEY}),
]
Tenant = Annotated[
    str,
    AfterValidator(_tenant),
    WithJsonSchema({"type": "string", "pattern": f"^{GUID.pattern}$|^[^ @:/]+[.][A-Za-z]"}),
]
Environment = Annotated[
    str,
    AfterValidator(_environment),
    WithJsonSchema({"type": "string", "pattern": "^https://[A-Za-z0-9.-]+/?$"}),
]
PartnerId = Annotated[
    str,
    AfterValidator(partner_id),
    WithJsonSchema({"type": "string", "pattern": f"^{PARTNER_ID.pattern}$"}),
]
Partner = Annotated[
    str, AfterValidator(_partner), WithJsonSchema({"type": "string", "minLength": 1})
]
Date = Annotated[date, BeforeValidator(_date), WithJsonSchema({"type": "string", "format": "date"})]
Count = Annotated[
    int, BeforeValidator(_checked_count(0)), WithJsonSchema({"type": "integer", "minimum": 0})
]
Positive = Annotated[
    int, BeforeValidator(_checked_count(1)), WithJsonSchema({"type": "integer", "minimum": 1})
]
Share = Annotated[
    float,
    BeforeValidator(_share),
    WithJsonSchema({"type": "string", "pattern": f"^({_SHARE.pattern})$"}),
]
Duration = Annotated[
    timedelta,
    BeforeValidator(_duration),
    WithJsonSchema({"type": "string", "pattern": f"^{_DURATION.pattern}$"}),
]
Version = Annotated[int, BeforeValidator(_version), WithJsonSchema({"const": 1})]
