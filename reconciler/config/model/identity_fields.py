"""Field types of identities: GUIDs, user names, and references to secrets.

The errors about references never repeat the value: it may be a secret.
"""

import re
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, WithJsonSchema

from reconciler.config.model.fields import DOMAIN, GUID, MASKED, not_zero, raw, refuse
from reconciler.config.reading.diagnostics import hidden

PER_TENANT = "per_tenant"
"""The word in place of a client ID if each customer has their own app."""

_USERNAME = re.compile(rf"[^@\s]+@{DOMAIN.pattern}")
_VARIABLE = re.compile("[A-Za-z_][A-Za-z0-9_]*")
_SECRET_URL = re.compile(
    "https://[A-Za-z0-9-]+([.][A-Za-z0-9-]+)+(:[0-9]+)?/secrets/[A-Za-z0-9-]+(/[A-Za-z0-9]+)?"
)


def _guid(text: str) -> str:
    if not GUID.fullmatch(text):
        raise refuse("is not a GUID; copy the client ID from the app registration", MASKED)
    return not_zero(text)


def _app(text: str) -> str:
    return text if text == PER_TENANT else _guid(text)


def _object_id(text: str) -> str:
    if not GUID.fullmatch(text):
        raise refuse("is not a GUID; copy the object ID of the service principal or user")
    return not_zero(text)


def _username(text: str) -> str:
    if "#ext#" in text.casefold():
        raise refuse("is a guest's name inside the customer's tenant; use the name to sign in with")
    if hidden(text) or not _USERNAME.fullmatch(text):
        raise refuse("is not a user name; write it as the person signs in: name@contoso.com")
    return text


def _yes_no(value: object) -> bool:
    text = raw(value)
    if isinstance(value, str) or text not in ("true", "false"):
        raise refuse("is neither true nor false; write one of them, without quotes")
    return text == "true"


def _variable(text: str) -> str:
    if not _VARIABLE.fullmatch(text.replace("{KEY}", "KEY")):
        if "{" in text:
            raise refuse("allows {KEY} as its only placeholder; never write the secret", MASKED)
        raise refuse("is not the name of an environment variable; never write the secret", MASKED)
    return text


def _path(text: str) -> str:
    if not text.strip() or hidden(text):
        raise refuse("is not the path of a file; never write the secret itself", MASKED)
    return text


def _secret_url(text: str) -> str:
    if not _SECRET_URL.fullmatch(text.replace("{key}", "key")):
        if "{" in text:
            raise refuse("allows {key} as its only placeholder; never write the secret", MASKED)
        raise refuse("is not https://VAULT.SUFFIX/secrets/NAME; never write the secret", MASKED)
    return text


def _word(text: str) -> str:
    if not text or hidden(text):
        raise refuse("is empty or contains a control character; correct it", MASKED)
    return text


ClientId = Annotated[
    str, AfterValidator(_guid), WithJsonSchema({"type": "string", "format": "uuid"})
]
AppId = Annotated[
    str,
    AfterValidator(_app),
    WithJsonSchema({"type": "string", "pattern": f"^({GUID.pattern}|{PER_TENANT})$"}),
]
ObjectId = Annotated[
    str, AfterValidator(_object_id), WithJsonSchema({"type": "string", "format": "uuid"})
]
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
Word = Annotated[str, AfterValidator(_word), WithJsonSchema({"type": "string", "minLength": 1})]
FilePath = Annotated[str, AfterValidator(_path), WithJsonSchema({"type": "string", "minLength": 1})]
