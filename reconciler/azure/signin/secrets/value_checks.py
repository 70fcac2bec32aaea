"""Checks of a secret's value for common mistakes of jobs and people.

Pure functions. A message describes the value and never repeats any part of it.
"""

import json
import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE

from reconciler.core.redaction.secret_forms import SHORTEST
from reconciler.core.text import by_code_point, is_invisible

_UNEXPANDED = re.compile(
    r"\$\([\w .:-]+\)"  # Azure Pipelines, make
    r"|\$\{\{.*\}\}|\{\{.*\}\}"  # GitHub Actions, Azure Pipelines, Helm, Jinja
    r"|\$\{[\w .:?-]+\}|\$(env:)?[A-Za-z_]\w*|\$env:\w+"  # shells, Docker Compose, PowerShell
    r"|%\w+%|#\{[^}]*\}#?|__\w+__"  # cmd, Octopus, token replacement tasks
    r"|@Microsoft\.KeyVault\(.*\)"  # an App Service setting whose reference failed
)
"""A reference to a variable that was not replaced by its value."""

_ASSIGNMENT = re.compile(
    r"((export|set|setx)\s+|\$env:)?"
    r"([A-Za-z][A-Za-z0-9]*(_[A-Za-z0-9]+)+|\w*(secret|password|passwd|pwd)\w*)\s*[=:]\s*\S.*",
    re.IGNORECASE,
)
_GUID = re.compile(r"\{?[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\}?", re.IGNORECASE)
_URL = re.compile(r"https?://\S+", re.IGNORECASE)
_QUOTES = {'"': '"', "'": "'", "`": "`", "\u201c": "\u201d", "\u2018": "\u2019", "«": "»"}
_MASK = re.compile(r"[*•]{3,}")

_EXPAND = "have the job set its value, for example by mapping the secret into the environment"


def text_of(data: bytes) -> str | None:
    """The text of a secret, without byte order marks before it and line ends after it.

    None if it is no text. UTF-16 is read if it begins with its mark, as PowerShell writes it.
    """
    is_utf16 = data.startswith((BOM_UTF16_LE, BOM_UTF16_BE))
    try:
        text = data.decode("utf-16" if is_utf16 else "utf-8")
    except UnicodeDecodeError:
        return None
    return text.lstrip("\ufeff").rstrip("\r\n")


def reference_problem(data: bytes) -> str:
    """The problem with any reference's value: blank, or an unexpanded variable. Empty if none."""
    text = text_of(data.removeprefix(BOM_UTF8))
    if text is None:
        return ""
    if not text.strip():
        return "is blank; set its value"
    if _UNEXPANDED.fullmatch(text.strip()):
        return f"is a reference to a variable, not its value; {_EXPAND}"
    return ""


def secret_problem(data: bytes) -> str:
    """The problem with a client secret's value; empty if there is none.

    Entra's secrets contain no blanks or quotes and are not GUIDs.
    """
    text = text_of(data)
    if text is None:
        return "is not text in UTF-8; save it as UTF-8"
    return reference_problem(data) or _form_problem(text) or _character_problem(text)


def length_problem(data: bytes) -> str:
    """The problem if a secret is too short to be redacted in logs and reports; empty if none."""
    text = text_of(data)
    if text is None or len(text) >= SHORTEST:
        return ""
    return (
        f"is shorter than {SHORTEST} characters, so it cannot be redacted in logs and reports; "
        "use a longer one"
    )


def _form_problem(text: str) -> str:
    """The problem with a form that no client secret has."""
    bare = text.strip()
    if len(bare) > 1 and _QUOTES.get(bare[0]) == bare[-1]:
        return "is in quotes; remove the quotes"
    if _GUID.fullmatch(bare):
        return (
            "is a GUID, as a secret's ID is; use the secret's Value, which the portal shows once, "
            "or create a new secret"
        )
    if _is_json(bare):
        return "is a JSON object; use only the value of its password field"
    if len(bare.splitlines()) > 1:
        return "has several lines; a client secret has one. Use only the secret"
    if _ASSIGNMENT.fullmatch(bare):
        return "is an assignment (NAME=value); use only the value"
    if _URL.fullmatch(bare):
        return "is a URL; to read a secret from a key vault, write {keyvault: URL} in the file"
    if _MASK.fullmatch(bare):
        return "is a mask, not the secret; copy the secret again, or create a new one"
    return ""


def _character_problem(text: str) -> str:
    """The problem with a character that no client secret contains."""
    if text != text.strip():
        return "starts or ends with a space; remove it"
    if any(char.isspace() for char in text):
        return "contains a space; a client secret has none. Use only the secret"
    odd = next(filter(is_invisible, text), "")
    return f"contains the invisible character {by_code_point(odd)}; copy it again" if odd else ""


def _is_json(text: str) -> bool:
    if not (text.startswith("{") and text.endswith("}")):
        return False
    try:
        return isinstance(json.loads(text), dict)
    except (ValueError, RecursionError):
        return False
