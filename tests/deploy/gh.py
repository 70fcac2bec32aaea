"""A small `gh api` for the tests of the action: comments of pull requests, in a file.

It is run as a program. `--jq` is done by jq, as `gh` does it.
"""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

STORE = Path(os.environ["GH_STORE"])


def option(arguments: list[str], name: str) -> str | None:
    return arguments[arguments.index(name) + 1] if name in arguments else None


def answer(route: str, method: str, body: str | None) -> Any:
    """The answer of GitHub's REST API to one request."""
    store = json.loads(STORE.read_text())
    comments = store["comments"]
    if re.fullmatch(r"repos/contoso/pal/issues/7/comments", route):
        if body is None:
            return comments
        comments.append({"id": len(comments) + 1, "user": {"login": store["me"]}, "body": body})
    elif match := re.fullmatch(r"repos/contoso/pal/issues/comments/(\d+)", route):
        assert method == "PATCH"
        comments[int(match[1]) - 1]["body"] = body
    elif re.fullmatch(r"repos/contoso/pal/commits/[0-9a-f]{40}/pulls", route):
        return store["pulls"]
    else:
        sys.exit(f"gh: Not Found (HTTP 404): {route}")
    STORE.write_text(json.dumps(store))
    return {}


def main() -> None:
    assert os.environ["GH_TOKEN"] == "a-token"
    arguments = sys.argv[1:]
    route = next(one for one in arguments if one.startswith("repos/"))
    given = option(arguments, "-F")
    body = Path(given.removeprefix("body=@")).read_text() if given else None
    result = json.dumps(answer(route, option(arguments, "--method") or "GET", body))
    query = option(arguments, "--jq")
    if query and "--silent" not in arguments:
        subprocess.run(["jq", "--raw-output", query], input=result, text=True, check=True)


if __name__ == "__main__":
    main()
