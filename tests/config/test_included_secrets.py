"""Errors of an included file without tenants never quote it."""

from pathlib import Path

import pytest

from reconciler.config.load import load
from reconciler.core.errors import BadFile
from tests.config.conftest import TODAY

SECRETIVE = {
    "shadow": "root:$6$hidden$hidden:19000:0:99999:7:::\nbin:*:19000:0:99999:7:::\n",
    "key": "-----BEGIN PRIVATE KEY-----\nhiddenhiddenhidden\n-----END PRIVATE KEY-----\n",
    "env": "API_KEY=hidden-value\nhidden=1\n",
    "yaml": "hidden: hidden-value\nother-hidden: {hidden: 1}\n",
    "json": '{"hidden": "hidden-value", "hidden": ["hidden"]}',
    "bad yaml": "hidden: [hidden, *hidden\n\t%hidden",
    "words": "hidden hidden-value\n",
    "csv": "hidden,hidden-value\nhidden,hidden,hidden\n",
    "quotes": 'hidden "hidden,"hidden\n"hidden',
    "binary": "\udcffhidden\0hidden",
}


@pytest.mark.parametrize("suffix", ["yaml", "csv"])
@pytest.mark.parametrize("content", SECRETIVE.values(), ids=SECRETIVE)
def test_a_file_without_tenants_is_not_quoted(tmp_path: Path, content: str, suffix: str) -> None:
    """Otherwise, a person who can edit the file could print any file into the pipeline's log."""
    (tmp_path / f"other.{suffix}").write_bytes(content.encode(errors="surrogateescape"))
    path = tmp_path / "tenants.yaml"
    path.write_text(
        f"version: 1\ninclude: [other.{suffix}]\ntenants:\n  - {{name: C, tenant: contoso.com}}\n"
    )
    with pytest.raises(BadFile) as caught:
        load(path, TODAY)
    lines = [line for line in caught.value.complaints if f"other.{suffix}" in line]
    assert "hidden" not in str(caught.value)
    assert [line.partition(f"other.{suffix}")[2][:5] for line in lines] == [":1:1:"]
    assert "correct include:" in lines[0]
