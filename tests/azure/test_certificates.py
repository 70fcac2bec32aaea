"""Certificates in the forms in which files, vaults and variables contain them."""

import base64
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)

from reconciler.azure.signin.certificates import read_certificate, signing_key
from reconciler.azure.signin.secrets.references import Unresolved
from reconciler.core.identities import SecretRef
from tests.e2e.certificates import PASSWORD, write_certificates, write_pair

REF = SecretRef("env", "PAL_CERTIFICATE")


def _signs_with(ref: SecretRef, data: bytes, password: str | None) -> tuple[bytes, object]:
    """The certificate and the key that sign, comparable."""
    signing = signing_key(ref, data, password)
    return signing.thumbprint, signing.key.private_numbers()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one certificate in four forms."""
    path = tmp_path_factory.mktemp("certificates")
    write_certificates(path)
    return path


def test_every_form_of_a_certificate_signs_in_alike(folder: Path) -> None:
    """Base64 of a vault; escaped, lost or doubled line ends; byte order marks; quotes."""
    pem, pfx = (folder / "open.pem").read_bytes(), (folder / "open.pfx").read_bytes()
    expected = _signs_with(REF, pem, None)
    url_safe = base64.urlsafe_b64encode(pfx).rstrip(b"=")
    forms = {
        "pfx": pfx,
        "base64": base64.b64encode(pfx),
        "base64 in lines": base64.encodebytes(pfx),
        "base64 in lines written out": base64.encodebytes(pfx).replace(b"\n", b"\\n"),
        "base64 for URLs": url_safe,
        "base64 in quotes": b'"' + base64.b64encode(pfx) + b'"\n',
        "base64 of PEM": base64.b64encode(pem),
        "CRLF": pem.replace(b"\n", b"\r\n"),
        "line ends written out": pem.replace(b"\n", b"\\n"),
        "CRLF written out": pem.replace(b"\n", b"\\r\\n"),
        "line ends lost": pem.replace(b"\n", b" "),
        "byte order mark": b"\xef\xbb\xbf" + pem,
        "UTF-16": pem.decode().encode("utf-16"),
        "quotes": b"'" + pem + b"'",
        "text before": b"Bag Attributes\n    localKeyID: 01\n" + pem,
    }
    for name, data in forms.items():
        assert _signs_with(REF, data, None) == expected, name
        assert read_certificate(REF, data, None).is_matched


@pytest.mark.parametrize("file", ["locked.pem", "locked.pfx"])
def test_a_missing_or_wrong_password_is_reported(folder: Path, file: str) -> None:
    """The two errors differ, and neither repeats the password."""
    data = (folder / file).read_bytes()
    with pytest.raises(Unresolved, match=r"protected by a password.*add password:"):
        read_certificate(REF, data, None)
    with pytest.raises(Unresolved, match="its password is wrong") as caught:
        read_certificate(REF, data, "staple")
    assert "staple" not in str(caught.value)
    assert read_certificate(REF, data, PASSWORD).is_matched


def test_a_key_of_openssls_old_form_keeps_its_headers(folder: Path) -> None:
    """`Proc-Type: 4,ENCRYPTED` describes the encryption on separate lines."""
    pem = (folder / "open.pem").read_bytes()
    key = load_pem_private_key(pem, None)
    locked = key.private_bytes(
        Encoding.PEM, PrivateFormat.TraditionalOpenSSL, BestAvailableEncryption(PASSWORD.encode())
    )
    data = (locked + pem.partition(b"-----BEGIN CERT")[2].join((b"-----BEGIN CERT", b""))).replace(
        b"\n", b"\\n"
    )
    assert _signs_with(REF, data, PASSWORD) == _signs_with(REF, pem, None)
    with pytest.raises(Unresolved, match="protected by a password"):
        read_certificate(REF, data, None)


def test_an_unneeded_password_is_ignored(folder: Path) -> None:
    """A PEM key without a password is read, as before its renewal."""
    assert read_certificate(REF, (folder / "open.pem").read_bytes(), PASSWORD).is_matched


def test_the_keys_own_certificate_is_found_behind_others(tmp_path: Path) -> None:
    """A chain may begin with the authority's; without the key's own it is a mismatch."""
    own = write_pair(tmp_path / "own.pem", ends=10).read_bytes()
    other = write_pair(tmp_path / "other.pem", ends=20).read_bytes()
    chain = other[other.index(b"-----BEGIN CERT") :] + own
    found = read_certificate(REF, chain, None)
    assert found.is_matched
    assert _signs_with(REF, chain, None) == _signs_with(REF, own, None)
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    wrong = write_pair(tmp_path / "wrong.pem", other_key=key).read_bytes()
    problem = read_certificate(REF, wrong, None).problem(datetime.now(UTC))
    assert problem
    assert problem.code == "certificate_key_mismatch"


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"hello", "neither PEM nor PFX"),
        (base64.b64encode(b"\x30\x82 no PFX"), "neither PEM nor PFX"),
        (b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----", "no private key|cannot"),
        (b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----", "cannot be read"),
    ],
)
def test_an_invalid_certificate_is_reported(data: bytes, expected: str) -> None:
    """One line, without the library's text."""
    with pytest.raises(Unresolved, match=expected):
        read_certificate(REF, data, None)
