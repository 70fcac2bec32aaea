"""Formats in which a certificate with its key is supplied: PEM and PFX, plain or encoded.

Pure: bytes in, bytes out. Nothing is decrypted here.
"""

import base64
import binascii
import re
from codecs import BOM_UTF16_BE, BOM_UTF16_LE

_BEGIN = b"-----BEGIN "
_BLOCK = re.compile(rb"-----BEGIN ([A-Z0-9 ]+)-----(.*?)-----END \1-----", re.DOTALL)
_LINE_ENDS = re.compile(rb"\\r\\n|\\n|\\r|\r\n|\r")
_BASE64 = re.compile(rb"[A-Za-z0-9+/_\s-]+={0,2}\s*")
_STANDARD = bytes.maketrans(b"-_", b"+/")
_BASE64_LINE = 64


def is_pem(data: bytes) -> bool:
    """Whether the bytes are PEM text."""
    return _BEGIN in data


def unpacked(data: bytes) -> bytes:
    """The bytes as PEM with plain line ends, or as PFX in DER; unchanged if they are neither.

    Key Vault returns a PFX as base64 without PEM lines. A variable may hold line ends as `\\n`,
    have lost them, or contain the whole file in base64 or in quotes. Editors add byte order marks.
    """
    if data.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        data = data.decode("utf-16", "replace").encode()
    text = data.removeprefix(b"\xef\xbb\xbf").strip().strip(b"\"'")
    if is_pem(text):
        return _pem(text)
    if not _BASE64.fullmatch(text := _LINE_ENDS.sub(b"\n", text)):
        return data
    packed = b"".join(text.split()).translate(_STANDARD).rstrip(b"=")
    try:
        inner = base64.b64decode(packed + b"=" * (-len(packed) % 4), validate=True)
    except binascii.Error:
        return data
    return _pem(inner) if is_pem(inner) else inner


def _pem(text: bytes) -> bytes:
    """PEM blocks with line ends where the format requires them."""
    lines = _LINE_ENDS.sub(b"\n", text)
    return _BLOCK.sub(_block, lines) + b"\n"


def _block(found: re.Match[bytes]) -> bytes:
    label, body = found[1], found[2]
    if b":" not in body:  # headers of an encrypted key are lines of their own
        packed = b"".join(body.split())
        rows = (packed[at : at + _BASE64_LINE] for at in range(0, len(packed), _BASE64_LINE))
        body = b"\n" + b"\n".join(rows) + b"\n"
    return b"-----BEGIN " + label + b"-----" + body + b"-----END " + label + b"-----"
