"""Error messages for fields that are not valid: what is wrong, and what to do.

They replace the texts of pydantic, and never repeat what may be a secret.
"""

from collections.abc import Collection, Mapping

from pydantic_core import ErrorDetails

from reconciler.config.model import document, fields, identities, partners, run_settings
from reconciler.config.reading.diagnostics import Spot, did_you_mean, nearest, quoted
from reconciler.config.reading.secret_patterns import MASKED, SECRET_KEYS, looks_secret
from reconciler.config.reading.tree import Path, Plain, Table, place

ADDRESSES = frozenset({"heartbeat", "to", "url"})
"""Keys with a reference to a URL that is a secret."""

MERGE = "<<"
REFERENCE = "{env: NAME} or {file: PATH}"
_SINGULAR = {
    "id": "partner",
    "ignore": "finding",
    "identities": "identity",
    "partners": "partner",
    "environments": "environment",
    "replaces": "partner",
    "tags": "tag",
    "tenants": "tenant entry",
    "when": "when",
}
_READ_AS = {"int": "a number", "float": "a number", "bool": "yes or no", "timestamp": "a date"}
_SHAPES = {"list_type": "a list: [first, second]", "dict_type": "a mapping: {name: …}"}
_MAPPINGS: Mapping[str | int, str] = {
    "token": "{file: PATH}, {github: AUDIENCE} or {azure_pipelines: SERVICE_CONNECTION_ID}",
    "customers": "{from: gdap, tenant: DOMAIN, identity: NAME}",
    "findings": "{ignore: [CODE]}",
    "becomes": "{partner: ALIAS, from: DATE}",
    "history": "the word sqlite, or {url: {env: NAME}}",
}
_ADD = {"version": "version: 1", "until": "until: DATE", "on": "on: DATE", "from": "from: DATE"}
_KEYS_OF_KIND = tuple(model.known_keys() for model in identities.KINDS.values())
_MODELS: Mapping[str | int, type[identities.Part]] = {
    "defaults": document.Defaults,
    "limits": run_settings.Limits,
    "hold": document.Hold,
    "attested": document.Attested,
    "becomes": partners.Becomes,
    "history": run_settings.History,
    "customers": run_settings.CustomerSettings,
    "findings": run_settings.FindingSettings,
}


def path_of(error: ErrorDetails) -> Path:
    """The path of the error in the file.

    pydantic adds the kind of an identity, the form of a reference, and a mark behind a bad key.
    """
    steps = error["loc"]
    if _is_key(error):
        return steps[:-1]
    if steps[0] == "identities" and len(steps) > 2:
        is_tagged = len(steps) > 4 and steps[3] == "secret"
        return (*steps[:2], *steps[3:4], *steps[5 if is_tagged else 4 :])
    if error["type"].startswith("union_tag") and isinstance(error["input"], Table):
        return (*steps, "kind")
    return steps


def reportable(errors: list[ErrorDetails]) -> list[ErrorDetails]:
    """The errors to report: without missing keys that are only misspelt or merged there."""
    if not any(error["type"] == "missing" for error in errors):
        return errors
    found = meant(errors)
    return [error for error in errors if error["type"] != "missing" or path_of(error) not in found]


def meant(errors: list[ErrorDetails]) -> frozenset[Path]:
    """The paths of the keys that unknown keys may be: the most similar one, or all for a merge."""
    found: set[Path] = set()
    for error in errors:
        if error["type"] == "extra_forbidden":
            *around, key = path_of(error)
            known = _known(error)
            named = known if key == MERGE else [nearest(str(key), known)]
            found.update((*around, name) for name in named if name)
    return frozenset(found)


def spot_of(root: Table, error: ErrorDetails) -> Spot:
    """The location to report the error at."""
    return place(root, path_of(error))


def _is_key(error: ErrorDetails) -> bool:
    return error["type"] == fields.WITH_VALUE and error["loc"][-1] == "[key]"


def message(error: ErrorDetails) -> str:
    """One line: what is wrong; what to do."""
    if error["type"] == fields.BARE:
        return str(error["ctx"]["message"])
    path, value = path_of(error), error["input"]
    subject = "name" if _is_key(error) else _subject(path)
    match error["type"]:
        case "missing":
            return f"{path[-1]} is missing; add {_addition(path)}"
        case "extra_forbidden":
            return _unknown_key(error)
        case "union_tag_invalid" | "union_tag_not_found" if isinstance(value, Table):
            return _unknown_kind(value.get("kind"))
        case _ if isinstance(value, Plain) and value.read_as == "null":
            can_go = path[0] != "tenants" or path[2:] not in (("name",), ("tenant",))
            return f"{subject} is empty; set a value{' or remove it' if can_go else ''}"
        case fields.WITH_VALUE:
            return f"{subject}{_shown(value)} {error['ctx']['message']}"
        case fields.MASKED:
            return f"{subject} {error['ctx']['message']}"
        case "string_type":
            return _not_text(path, value)
        case "literal_error" | "enum":
            return f"{subject}{_shown(value)} is unknown; choose {error['ctx']['expected']}"
        case "too_short":
            return f"{path[-1]} is empty; list at least one, or remove {path[-1]}"
        case _ if (key := _named(path)) in SECRET_KEYS:
            if isinstance(value, str | Plain):
                return _inline(key)
            return f"{key} must be {REFERENCE}"
        case _ if path[-1] in ADDRESSES:
            return f"{path[-1]} must be {REFERENCE}; never write the URL itself ({MASKED})"
        case _ if path[-1] in _MAPPINGS:
            return f"{path[-1]} must be {_MAPPINGS[path[-1]]}"
        case _ if (path[-1] == "identities" and len(path) > 1) or subject == "identity":
            return f"{subject} must be a list of identity names or mappings: [automation]"
        case kind:
            return f"{subject} must be {_SHAPES.get(kind, 'a mapping: {key: value}')}"


def _addition(path: Path) -> str:
    if path == ("customers", "from"):
        return "from: gdap or from: partner_center"
    return _ADD.get(str(path[-1]), f"{path[-1]}:")


def _named(path: Path) -> str:
    """The key of a value, or of the list that it is in."""
    return next((step for step in reversed(path) if isinstance(step, str)), "")


def _subject(path: Path) -> str:
    """The subject of a message: the key, or what it names."""
    last, before = path[-1], path[-2] if len(path) > 1 else ""
    if isinstance(last, int):
        if path[0] == "customers":
            return "customer"
        return _SINGULAR.get(str(before), str(before))
    if len(path) == 2 and before in ("partners", "identities"):
        return f"{_SINGULAR[before]} {quoted(last)}"
    if before == "by_tag":
        return f"by_tag {quoted(last)}"
    if before == "object_ids":
        return f"object_ids {quoted(last)}"
    return _SINGULAR.get(last, last) if last == "id" and before else last


def _shown(value: object) -> str:
    if isinstance(value, Plain):
        return f" {quoted(value.text)[1:-1]}"
    return f" {quoted(value)}" if isinstance(value, str) else ""


def _inline(key: str) -> str:
    return (
        f"{key} looks like a secret written into the file ({MASKED}); remove it, rotate it, "
        f"and write {REFERENCE} under secret:, certificate: or password:"
    )


def _not_text(path: Path, value: object) -> str:
    subject = _subject(path)
    if not isinstance(value, Plain):
        return f"{subject} must be text, not a list or a mapping"
    if subject == "partner" and value.read_as in ("int", "float"):
        if fields.PARTNER_ID.fullmatch(value.text):
            return f'partner {value.text} is read as a number; put it in quotes: "{value.text}"'
        return (
            f"partner{_shown(value)} is not a partner ID in quotes (4 to 10 digits); "
            "copy it from Partner Center"
        )
    if path[-1] == "client_id" or (SECRET_KEYS | ADDRESSES | {"token"}) & set(path):
        return f"{subject} is not text; put it in quotes, and never write a secret here"
    what = _READ_AS.get(value.read_as, "something else")
    return f"{subject}{_shown(value)} is read as {what}; put it in quotes: {quoted(value.text)}"


def _unknown_kind(value: object) -> str:
    if value is None:
        return f"kind is missing; add kind: with one of {', '.join(identities.KINDS)}"
    near = did_you_mean(value, identities.KINDS) if isinstance(value, str) else ""
    return (
        f"kind{_shown(value)} is unknown; {near or 'choose one of ' + ', '.join(identities.KINDS)}"
    )


def _unknown_key(error: ErrorDetails) -> str:
    *around, key = path_of(error)
    key = str(key)
    is_reference = len(around) >= 3 and around[0] == "identities"
    if is_reference or (around and around[-1] in ADDRESSES):
        under = _named(tuple(around))
        near = did_you_mean(key, _known(error)) or f"write {_MAPPINGS.get(under, REFERENCE)}"
        return f"a key of {under} ({MASKED}) is unknown; {near}"
    if key == MERGE:
        return "merge keys (<<) are not supported; write the keys out"
    if looks_secret(key) and isinstance(error["input"], str | Plain):
        return _inline(quoted(key))
    known = _known(error)
    if around and around[0] == "identities" and any(key in kind for kind in _KEYS_OF_KIND):
        kind = error["loc"][2]
        return f"{key} is not valid for kind {kind}; remove it, or use the kind that it belongs to"
    near = did_you_mean(key, known)
    return f"key {quoted(key)} is unknown; {near or 'valid are ' + ', '.join(known)}"


def _known(error: ErrorDetails) -> Collection[str]:
    """The keys that are valid in the mapping with this unknown key."""
    around = path_of(error)[:-1]
    if not around:
        return document.Document.known_keys()
    if around[0] == "identities":
        if len(around) >= 3:
            model = identities.WorkloadToken if around[2] == "token" else identities.Reference
            return model.known_keys()
        return identities.KINDS[str(error["loc"][2])].known_keys()
    if around[0] == "notify" and len(around) == 2:
        return run_settings.Notification.known_keys()
    if isinstance(around[-1], int):
        return (document.Tenant if len(around) == 2 else document.Override).known_keys()
    if around[0] == "partners" and len(around) == 2:
        return partners.Partner.known_keys()
    if "by_tag" in around:
        return document.TagDefaults.known_keys()
    if around[-1] in ADDRESSES:
        return identities.Reference.known_keys()
    return _MODELS[around[-1]].known_keys()
