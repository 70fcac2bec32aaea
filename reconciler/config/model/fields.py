"""What may stand in a single field? The kinds of text that tenants.yaml is made of.

Each is a pydantic type: raw text in, a checked value out. A refusal is worded so that it reads on
after the field's name and value: `tenant "common"` + ` is not one tenant; …`.
"""

import re
from datetime import date, timedelta
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from reconciler.config.reading.diagnostics import did_you_mean, hidden
from reconciler.config.reading.tree import Plain
from reconciler.core.findings import CODES

SAID, MASKED, BARE = "said", "masked", "bare"
"""Our own errors: said with the field and its value, with the field alone, or alone."""

LONGEST_NAME = 200
"""Characters of a name, tag or reason; a table has to hold it."""

LONGEST_KEY = 63
"""Characters of a key; the names of secrets in a key vault hold 127."""

PER_TENANT = "per_tenant"
"""What stands for a client ID where each customer has an app of its own."""

GUID = re.compile("[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}")
ZERO_GUID = "00000000-0000-0000-0000-000000000000"
PARTNER_ID = re.compile("[1-9][0-9]{3,9}")
_LABEL = "[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
_DOMAIN = re.compile(rf"({_LABEL}\.)+[A-Za-z]([A-Za-z0-9-]*[A-Za-z0-9])")
_DATE = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
_COUNT = re.compile("0|[1-9][0-9]{0,8}")
_SHARE = re.compile(r"(100(\.0{1,4})?|[0-9]{1,2}(\.[0-9]{1,4})?)%")
_DURATION = re.compile("([1-9][0-9]{0,4})([mhd])")
_USERNAME = re.compile(rf"[^@\s]+@{_DOMAIN.pattern}")
_VARIABLE = re.compile("[A-Za-z_][A-Za-z0-9_]*")
_KEY = re.compile("[a-z0-9-]+")
_SECRET_URL = re.compile(
    "https://[A-Za-z0-9-]+([.][A-Za-z0-9-]+)+(:[0-9]+)?/secrets/[A-Za-z0-9-]+(/[A-Za-z0-9]+)?"
)
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}
_SHARED_ENDPOINTS = ("common", "organizations", "consumers")


def refuse(message: str, kind: str = SAID) -> PydanticCustomError:
    """The error that carries this message and nothing else."""
    return PydanticCustomError(kind, "{said}", {"said": message})


def raw(value: object) -> str:
    """The text of a scalar, however YAML would read it; a refusal for anything else."""
    if isinstance(value, Plain):
        return value.text
    if isinstance(value, str):
        return value
    raise PydanticCustomError("string_type", "text is meant")


def _name(text: str) -> str:
    if not text.strip():
        raise refuse("is empty; write a name or leave the key out")
    if char := hidden(text):
        raise refuse(f"holds a hidden or control character (U+{ord(char):04X}); remove it")
    if text != text.strip():
        raise refuse("begins or ends with a blank; remove it")
    if len(text) > LONGEST_NAME:
        raise refuse(f"is longer than {LONGEST_NAME} characters; shorten it")
    return text


def _alias(text: str) -> str:
    if text.isdigit():
        raise refuse("looks like a partner ID; give the alias a word")
    return _name(text)


def _guid(text: str) -> str:
    if not GUID.fullmatch(text):
        raise refuse("is not a GUID; copy the client ID from the app registration", MASKED)
    return _not_zero(text)


def _app(text: str) -> str:
    return text if text == PER_TENANT else _guid(text)


def _key(text: str) -> str:
    if not _KEY.fullmatch(text) or len(text) > LONGEST_KEY:
        raise refuse("is not a key; write lower-case letters, digits and - only, as in contoso-uk")
    return text


def _file_id(text: str) -> str:
    if not _KEY.fullmatch(text) or len(text) > LONGEST_KEY:
        raise refuse("is not an id; write lower-case letters, digits and - only, as in contoso-uk")
    return text


def _object_id(text: str) -> str:
    if not GUID.fullmatch(text):
        raise refuse("is not a GUID; copy the object ID of the service principal or user")
    return _not_zero(text)


def _not_zero(text: str) -> str:
    if text == ZERO_GUID:
        raise refuse("is the zero GUID, which names nothing; copy the real one")
    return text.lower()


def _tenant(text: str) -> str:
    remedy = "give the tenant's GUID or a verified domain"
    folded = text.casefold()
    if GUID.fullmatch(text):
        return _not_zero(text)
    if folded in _SHARED_ENDPOINTS:
        raise refuse(f"is a sign-in endpoint for many tenants; {remedy}")
    if "://" in text or folded.startswith("www."):
        raise refuse(f"is a web address; {remedy}", MASKED)
    if "@" in text:
        raise refuse(f"is an e-mail address; {remedy}: what stands after the @")
    if not _DOMAIN.fullmatch(text) or len(text) > 253:
        raise refuse(f"is neither a GUID nor a domain; {remedy}")
    return folded


def partner_id(text: str) -> str:
    """A partner ID as Partner Center writes it. Only these digits: no blanks, no other script's."""
    if re.fullmatch("0[0-9]*", text):
        raise refuse("begins with a zero, which no partner ID does; copy it from Partner Center")
    if not PARTNER_ID.fullmatch(text):
        raise refuse("is not a partner ID (4 to 10 digits); copy it from Partner Center")
    return text


def _partner(text: str) -> str:
    """An alias, or an ID: which of the two can only be said over the whole file."""
    return partner_id(text) if text[:1].isdigit() else _name(text)


def _date(value: object) -> date:
    text = raw(value)
    try:
        if _DATE.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise refuse("is not a date; write year, month and day as in 2026-12-31")


def _count(value: object) -> int:
    text = raw(value)
    if isinstance(value, str) or not _COUNT.fullmatch(text):
        raise refuse("is not a count; write a whole number from 0 on, without quotes")
    return int(text)


def _nights(value: object) -> int:
    text = raw(value)
    if isinstance(value, str) or not _COUNT.fullmatch(text) or text == "0":
        raise refuse("is not a number of nights; write a whole number from 1 on")
    return int(text)


def _share(value: object) -> float:
    text = raw(value)
    if not _SHARE.fullmatch(text):
        raise refuse("is not a share; write a percentage from 0% to 100%")
    return float(text[:-1]) / 100


def _duration(value: object) -> timedelta:
    text = raw(value)
    parts = _DURATION.fullmatch(text)
    if not parts:
        raise refuse("is not a length of time; write minutes, hours or days as in 30m, 24h, 365d")
    return timedelta(**{_UNITS[parts[2]]: int(parts[1])})


def _version(value: object) -> int:
    if isinstance(value, Plain) and value.text == "1":
        return 1
    raw(value)
    raise refuse("is not known to this release; write version: 1, without quotes")


def _username(text: str) -> str:
    if "#ext#" in text.casefold():
        raise refuse(
            "is a guest's name inside the customer's tenant; write the name to sign in with"
        )
    if hidden(text) or not _USERNAME.fullmatch(text):
        raise refuse("is not a user name; write it as the person signs in, as in name@contoso.com")
    return text


def _yes_no(value: object) -> bool:
    text = raw(value)
    if isinstance(value, str) or text not in ("true", "false"):
        raise refuse("is neither true nor false; write one of them, without quotes")
    return text == "true"


def _variable(text: str) -> str:
    if not _VARIABLE.fullmatch(text.replace("{KEY}", "KEY")):
        if "{" in text:
            raise refuse("takes {KEY} as its only placeholder; never write the secret", MASKED)
        raise refuse("is not the name of an environment variable; never write the secret", MASKED)
    return text


def _path(text: str) -> str:
    if not text.strip() or hidden(text):
        raise refuse("is not the path of a file; never write the secret itself", MASKED)
    return text


def _secret_url(text: str) -> str:
    if not _SECRET_URL.fullmatch(text.replace("{key}", "key")):
        if "{" in text:
            raise refuse("takes {key} as its only placeholder; never write the secret", MASKED)
        raise refuse("is not https://VAULT.SUFFIX/secrets/NAME; never write the secret", MASKED)
    return text


def _finding_code(text: str) -> str:
    if text not in CODES:
        raise refuse(f"is unknown; {did_you_mean(text, CODES) or 'docs/findings.md lists them'}")
    return text


def _word(text: str) -> str:
    if not text or hidden(text):
        raise refuse("is empty or holds a control character; correct it", MASKED)
    return text


Name = Annotated[
    str,
    AfterValidator(_name),
    WithJsonSchema({"type": "string", "minLength": 1, "maxLength": LONGEST_NAME}),
]
Alias = Annotated[str, AfterValidator(_alias)]
ClientId = Annotated[
    str, AfterValidator(_guid), WithJsonSchema({"type": "string", "format": "uuid"})
]
AppId = Annotated[
    str,
    AfterValidator(_app),
    WithJsonSchema({"type": "string", "pattern": f"^({GUID.pattern}|{PER_TENANT})$"}),
]
Key = Annotated[
    str,
    AfterValidator(_key),
    WithJsonSchema({"type": "string", "pattern": f"^{_KEY.pattern}$", "maxLength": LONGEST_KEY}),
]
FileId = Annotated[
    str,
    AfterValidator(_file_id),
    WithJsonSchema({"type": "string", "pattern": f"^{_KEY.pattern}$", "maxLength": LONGEST_KEY}),
]
ObjectId = Annotated[
    str, AfterValidator(_object_id), WithJsonSchema({"type": "string", "format": "uuid"})
]
Tenant = Annotated[
    str,
    AfterValidator(_tenant),
    WithJsonSchema({"type": "string", "pattern": f"^{GUID.pattern}$|^[^ @:/]+[.][A-Za-z]"}),
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
Count = Annotated[int, BeforeValidator(_count), WithJsonSchema({"type": "integer", "minimum": 0})]
Nights = Annotated[int, BeforeValidator(_nights), WithJsonSchema({"type": "integer", "minimum": 1})]
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
Username = Annotated[
    str,
    AfterValidator(_username),
    WithJsonSchema({"type": "string", "format": "email"}),
]
YesNo = Annotated[bool, BeforeValidator(_yes_no), WithJsonSchema({"type": "boolean"})]
Variable = Annotated[
    str,
    AfterValidator(_variable),
    WithJsonSchema({"type": "string", "pattern": "^[A-Za-z_]([A-Za-z0-9_]|[{]KEY[}])*$"}),
]
SecretUrl = Annotated[
    str,
    AfterValidator(_secret_url),
    WithJsonSchema({"type": "string", "format": "uri", "pattern": "^https://[^/]+/secrets/"}),
]
FindingCode = Annotated[
    str,
    AfterValidator(_finding_code),
    WithJsonSchema({"type": "string", "enum": sorted(CODES)}),
]
Word = Annotated[str, AfterValidator(_word), WithJsonSchema({"type": "string", "minLength": 1})]
FilePath = Annotated[str, AfterValidator(_path), WithJsonSchema({"type": "string", "minLength": 1})]
