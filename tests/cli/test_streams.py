"""stdout and stderr: an encoding or a full disk loses text, never a run, and no secret passes."""

import io
import json
from pathlib import Path

import pytest

from reconciler.cli.output import fitting
from reconciler.cli.streams import SafeStream
from reconciler.core.redaction.redactor import remember

TEXT = 'Contoso → “Łódź” 😀 \ud800 "é"\n'


def written(text: str, encoding: str) -> str:
    """The text that a reader with the right encoding gets."""
    buffer = io.BytesIO()
    stream = SafeStream(io.TextIOWrapper(buffer, encoding=encoding))
    stream.write(text)
    stream.flush()
    assert stream.lost is None
    return buffer.getvalue().decode(encoding)


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "latin-1", "cp437", "utf-8", "utf-16"])
def test_every_encoding_takes_every_text(encoding: str) -> None:
    """Unsupported characters become escapes, and JSON keeps its data."""
    data = {"name": TEXT}
    text = json.dumps(data, ensure_ascii=False)
    assert json.loads(written(text, encoding)) == data
    assert json.loads(written(fitting(text, "json", encoding), encoding)) == data
    assert "Contoso" in written(fitting(TEXT, "table", encoding), encoding)


def test_table_characters_have_plain_forms() -> None:
    """An arrow has an ASCII form; HTML uses character references."""
    assert fitting("a → b…", "table", "ascii") == "a -> b..."
    assert fitting("a → b…", "table", "utf-8") == "a → b…"
    assert fitting("a → b…", "table", "cp1252") == "a -> b…"
    assert fitting("<é>", "html", "cp1252") == "<&#233;>"


def test_a_full_stream_loses_text_and_raises_nothing() -> None:
    """Neither on the write nor when Python closes the stream."""
    with Path("/dev/full").open("w") as full:
        stream = SafeStream(full)
        stream.write("x" * 100_000)
        stream.flush()
        assert stream.lost == "No space left on device"
        stream.write("more")
        stream.flush()


def test_no_secret_passes() -> None:
    """Whichever code writes it."""
    remember("a-secret-of-test-streams")
    assert written("it is a-secret-of-test-streams.", "ascii") == "it is [hidden]."
