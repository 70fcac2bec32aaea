"""A secret in the file is reported, and no message repeats it."""

import pytest

from tests.config.conftest import SOUND, Complainer, Loader

SECRET = "hun8Q~terTWO.zz"
PEM = f"|\n      -----BEGIN PRIVATE KEY-----\n      {SECRET}\n"
INLINE = (
    "looks like a secret written into the file (***); remove it, rotate it, "
    "and write {env: NAME} or {file: PATH} under secret:, certificate: or password:"
)
ONE = "must have exactly one of env, file, keyvault and command"
AS_REFERENCE = {
    SECRET: f"secret {INLINE}",
    f"'{SECRET}'": f"secret {INLINE}",
    PEM: f"secret {INLINE}",
    "12345678": f"secret {INLINE}",
    "": "secret is empty; set a value or remove it",
    f"[{SECRET}]": f"secret {INLINE}",
    f"[{{env: A}}, {SECRET}]": f"secret {INLINE}",
    f"[{{env: A}}, {{evn: {SECRET}}}]": "a key of secret (***) is unknown; did you mean env?",
    f"[{{env: A}}, [{SECRET}]]": "secret must be {env: NAME} or {file: PATH}",
    f"[{{env: {SECRET}}}]": "env is not the name of an environment variable; never write the "
    "secret",
    "[]": "secret is empty; list at least one, or remove secret",
    f"{{{SECRET}}}": "a key of secret (***) is unknown; write {env: NAME} or {file: PATH}",
    f"{{value: {SECRET}}}": "a key of secret (***) is unknown; write {env: NAME} or {file: PATH}",
    f"{{evn: {SECRET}}}": "a key of secret (***) is unknown; did you mean env?",
    f"{{env: {SECRET}}}": "env is not the name of an environment variable; never write the secret",
    "{env: 12345678}": "env is not text; put it in quotes, and never write a secret here",
    f"{{file: '{SECRET}\t'}}": "file is not the path of a file; never write the secret itself",
    f"{{env: A, file: {SECRET}}}": f"secret {ONE}",
    "{}": f"secret {ONE}",
    f"{{keyvault: 'https://{SECRET}'}}": "keyvault is not https://VAULT.SUFFIX/secrets/NAME; "
    "never write the secret",
    f"{{command: {SECRET}}}": "command must be a list: [first, second]",
}
AS_KEY = ["client_secret", "password", "Secret-Value", "token", "api-key", "private_key", "pwd"]


def masked(found: list[str]) -> list[str]:
    for line in found:
        for length in range(4, len(SECRET)):
            assert SECRET[:length] not in line
            assert SECRET[-length:] not in line
        assert "12345678" not in line
    return [line.split(": ", 1)[1] for line in found]


@pytest.mark.parametrize(("value", "complaint"), list(AS_REFERENCE.items()))
def test_a_secret_in_place_of_a_reference_is_reported(
    complaints: Complainer, value: str, complaint: str
) -> None:
    """In any form of the value."""
    found = complaints(SOUND.replace("{env: PAL_AUTOMATION_SECRET}", value))
    assert masked(found) == [complaint]
    assert found[0].startswith("tenants.yaml:10:")


@pytest.mark.parametrize("key", ["certificate", "password"])
def test_certificates_and_passwords_are_masked_likewise(complaints: Complainer, key: str) -> None:
    """A PEM block under `certificate:`, a password under `password:`."""
    certificate = PEM if key == "certificate" else "{env: A}\n"
    password = SECRET if key == "password" else "{env: B}"
    text = SOUND.replace("client_secret", "client_certificate").replace(
        "secret: {env: PAL_AUTOMATION_SECRET}\n",
        f"certificate: {certificate}    password: {password}\n",
    )
    assert masked(complaints(text)) == [f"{key} {INLINE}"]


@pytest.mark.parametrize("key", AS_KEY)
@pytest.mark.parametrize("indent", ["", "    "])
def test_an_unknown_key_with_a_secret_name_is_masked(
    complaints: Complainer, key: str, indent: str
) -> None:
    """In an identity, a tenant or at the top level, for any kind of scalar."""
    assert masked(complaints(SOUND + f"{indent}{key}: {SECRET}\n")) == [f'"{key}" {INLINE}']


def test_an_unknown_key_with_a_mapping_is_just_unknown(complaints: Complainer) -> None:
    """A mapping is no secret, and is not repeated."""
    found = masked(complaints(SOUND + f"    token: {{file: {SECRET}}}\n"))
    assert found[0].startswith('key "token" is unknown; ')


def test_a_client_id_may_be_a_secret_by_mistake(complaints: Complainer) -> None:
    """Both are copied from the same page."""
    text = SOUND.replace("6F1C0A52-8a86-4b6f-9b43-0f4c5f4f7a11", SECRET)
    assert masked(complaints(text)) == [
        "client_id is not a GUID; copy the client ID from the app registration"
    ]


def test_a_duplicate_key_under_a_secret_is_not_named(complaints: Complainer) -> None:
    """In `{hunter2: , hunter2: }` the key is the secret."""
    text = SOUND.replace("{env: PAL_AUTOMATION_SECRET}", f"{{{SECRET}: , {SECRET}: }}")
    assert masked(complaints(text)) == [
        "a key of secret (***) is unknown; write {env: NAME} or {file: PATH}",
        "a key is given twice (first at tenants.yaml:10:14); remove one",
    ]


@pytest.mark.parametrize("value", [f"*{SECRET}", f"&{SECRET} x", f"!{SECRET} x", f"%{SECRET}"])
def test_what_yaml_makes_of_an_unquoted_secret_is_not_repeated(
    complaints: Complainer, value: str
) -> None:
    """An alias, an anchor or a tag may have been meant as text."""
    assert masked(complaints(SOUND.replace("{env: PAL_AUTOMATION_SECRET}", value)))


def test_a_web_address_may_carry_a_key(complaints: Complainer) -> None:
    """The address under `tenant:` is not repeated."""
    text = SOUND.replace("Northwind.OnMicrosoft.com", f"https://a.example/?sig={SECRET}")
    assert masked(complaints(text)) == [
        "tenant is a web address; use the tenant's GUID or a verified domain"
    ]


@pytest.mark.parametrize(
    "added",
    ["{}: 1", "id: {}", "findings: {{ignore: [{}]}}", "limits: {{plan_age: {}}}"],
)
def test_a_secret_at_any_wrong_place_is_masked(complaints: Complainer, added: str) -> None:
    """The client secrets of Entra have a form that is recognised; so do JWTs and keys."""
    secret = f"{SECRET[:3]}8Q~{'t' * 32}"
    for form in (secret, f"eyJ{'a' * 20}.e30.x", "a;AccountKey=abcdefgh"):
        found = complaints(SOUND + added.format(form) + "\n")
        assert found
        assert form not in "".join(found)
        assert '"***"' in found[0]


def test_several_secrets_keep_their_order(loaded: Loader) -> None:
    """The first is tried first; each has its location."""
    several = "[{env: PAL_NEW}, {file: /run/old}]"
    identity = loaded(SOUND.replace("{env: PAL_AUTOMATION_SECRET}", several)).identities[
        "automation"
    ]
    assert [str(ref) for ref in identity.secret_refs] == ["{env: PAL_NEW}", "{file: /run/old}"]
    assert [ref.where for ref in identity.secret_refs] == [
        "tenants.yaml:10:14",
        "tenants.yaml:10:30",
    ]
