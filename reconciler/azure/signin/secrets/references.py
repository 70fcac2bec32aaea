"""Secret references, resolved late and once for each run.

Messages name the reference, never a value. Resolved values stay in the memory of this process.
"""

import os
import selectors
import shutil
import subprocess
import time
from collections.abc import Callable, Iterable
from threading import Event
from typing import IO
from urllib.parse import urlsplit

from reconciler.azure.clouds import NO_VAULTS
from reconciler.azure.http.circuit_breaker import CircuitBreaker
from reconciler.azure.http.retry import RetryBudget
from reconciler.azure.http.urls import https_origin
from reconciler.azure.signin.secrets.value_checks import (
    length_problem,
    reference_problem,
    secret_problem,
    text_of,
)
from reconciler.azure.signin.shared_tokens import SingleFlight
from reconciler.core.identities import Identity, SecretRef
from reconciler.core.redaction.redactor import remember
from reconciler.extras import missing_extra
from reconciler.regular_files import read_regular

LARGEST_SECRET = 1 << 20
"""Maximum size in bytes. A certificate with its chain has a few thousand."""

COMMANDS_ALLOWED = "PAL_RECONCILE_ALLOW_COMMANDS"
"""Must be 1 for `command`: a change to the file alone must not be able to run code."""

COMMAND_TIMEOUT_S = 10.0


class Unresolved(Exception):
    """A reference could not be resolved; the text says what to do."""


class Secrets:
    """The secrets of one run; safe to share between threads.

    read_vault  reads a reference that leads to a key vault
    """

    def __init__(self, read_vault: Callable[[SecretRef], bytes]) -> None:
        self._read_vault = read_vault
        self._known: dict[SecretRef, bytes] = {}
        self._valid: set[tuple[str, SecretRef]] = set()
        self._flights: SingleFlight[bytes] = SingleFlight()

    def resolve(self, ref: SecretRef, budget: RetryBudget | None = None) -> bytes:
        """Return the bytes behind a reference; raises `Unresolved` if there are none.

        budget  retries of a key vault, by default those of one link; raises `RequestFailed` when
                it is spent
        """
        if ref in self._known:
            return self._known[ref]
        tries = budget or RetryBudget(CircuitBreaker(), Event())

        def read() -> bytes:
            if ref not in self._known:
                self._known[ref] = tries.call(lambda: self._read(ref))
            return self._known[ref]

        return self._flights.join(ref, read)

    def resolve_one(
        self, identity: Identity, refs: Iterable[SecretRef], budget: RetryBudget | None = None
    ) -> None:
        """Check that one of these resolves; raises `Unresolved` for the first if none does."""
        first: Unresolved | None = None
        for ref in refs:
            try:
                check_value(identity, ref, self.resolve(ref, budget))
                return
            except Unresolved as error:
                first = first or error
        if first:
            raise first

    def resolve_text(self, ref: SecretRef, budget: RetryBudget | None = None) -> str:
        """The same as text, without a byte order mark and without trailing line ends."""
        text = text_of(self.resolve(ref, budget))
        if text is None:
            raise Unresolved(f"{ref} is not text in UTF-8; save it as UTF-8")
        return text

    def resolve_secret(
        self, identity: Identity, ref: SecretRef, budget: RetryBudget | None = None
    ) -> str:
        """A client secret or a certificate password; raises `Unresolved` if it is invalid."""
        text = self.resolve_text(ref, budget)
        if (identity.name, ref) not in self._valid:
            check_value(identity, ref, self.resolve(ref))
            self._valid.add((identity.name, ref))
        return text

    def _read(self, ref: SecretRef) -> bytes:
        if ref.source == "keyvault":
            value = self._read_vault(ref)
        elif ref.is_command:
            check_command(ref)
            value = _from_command(ref)
        else:
            value = _READ[ref.source](ref.name)
        if not value:
            raise Unresolved(f"{ref} is empty")
        remember(text_of(value) or value)
        return value


def check_ref(identity: Identity, ref: SecretRef) -> None:
    """Raise `Unresolved` if this reference cannot be resolved."""
    if ref.source in _READ:
        value = _READ[ref.source](ref.name)
        if not value:
            raise Unresolved(f"{ref} is empty")
        check_value(identity, ref, value)
    elif ref.is_command:
        check_command(ref)
    else:
        check_vault_extra(ref)


def check_value(identity: Identity, ref: SecretRef, value: bytes) -> None:
    """Raise `Unresolved` if the value of a reference cannot be a secret of its kind."""
    known = identity.references
    check_one = secret_problem if ref in known.get("secret", ()) else reference_problem
    problem = check_one(value)
    if not problem and ref not in known.get("certificate", ()):
        problem = length_problem(value)
    if problem:
        raise Unresolved(f"{ref} {problem}")


def check_command(ref: SecretRef) -> None:
    """Raise `Unresolved` if this program may not run or does not exist."""
    if os.environ.get(COMMANDS_ALLOWED) != "1":
        raise Unresolved(f"{ref} may not run; set {COMMANDS_ALLOWED}=1 to allow commands")
    if shutil.which(ref.name) is None:
        raise Unresolved(f"{ref} cannot run: program not found")


def check_vault(ref: SecretRef, suffix: str) -> None:
    """Raise `Unresolved` unless the URL is a secret of a vault in this cloud."""
    parts = urlsplit(ref.name if https_origin(ref.name) else "")
    path = parts.path.strip("/").split("/")
    is_secret = (
        parts.scheme == "https"
        and "@" not in parts.netloc
        and path[0] == "secrets"
        and len(path) in (2, 3)
    )
    if not is_secret or not (parts.hostname or "").endswith(f".{suffix}"):
        remedy = f"it must be https://VAULT.{suffix}/secrets/NAME"
        if suffix == NO_VAULTS:
            remedy = "the cloud's metadata document names no key vaults; use env, file or command"
        raise Unresolved(f"{ref} is not a secret in a key vault of this cloud; {remedy}")


def check_vault_extra(ref: SecretRef) -> None:
    """Raise `Unresolved` unless the extra for key vaults is installed."""
    if problem := missing_extra("keyvault", str(ref)):
        raise Unresolved(problem)


def _from_environment(name: str) -> bytes:
    value = os.environ.get(name)
    if value is None:
        raise Unresolved(f"the environment variable {name} is not set; set it for this run")
    return os.fsencode(value)


def _from_file(name: str) -> bytes:
    try:
        return read_regular(name, LARGEST_SECRET)
    except OSError as error:
        raise Unresolved(f"cannot read the secret file {name}: {error.strerror}") from None


_READ = {"env": _from_environment, "file": _from_file}


def _from_command(ref: SecretRef) -> bytes:
    """Return the output of the program. Its error output is dropped: it could contain anything."""
    try:
        process = subprocess.Popen(  # noqa: S603 - no shell, and the environment has to allow it
            [ref.name, *ref.arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
    except OSError as error:
        raise Unresolved(f"{ref} cannot run: {error.strerror}") from None
    with process:
        try:
            output = _limited_output(process, process.stdout, ref) if process.stdout else b""
        except subprocess.TimeoutExpired:
            raise Unresolved(f"{ref} did not end within {COMMAND_TIMEOUT_S:.0f} s") from None
        finally:
            process.kill()
    if process.returncode != 0:
        raise Unresolved(
            f"{ref} ended with status {process.returncode}; run it manually to see why"
        )
    return output


def _limited_output(process: subprocess.Popen[bytes], pipe: IO[bytes], ref: SecretRef) -> bytes:
    """Read the output of a program up to a size and a time, and wait for the program's end."""
    ends_at = time.monotonic() + COMMAND_TIMEOUT_S
    output = b""
    with selectors.DefaultSelector() as selector:
        selector.register(pipe, selectors.EVENT_READ)
        while True:
            left_s = ends_at - time.monotonic()
            if left_s <= 0 or not selector.select(left_s):
                raise subprocess.TimeoutExpired(process.args, COMMAND_TIMEOUT_S)
            chunk = os.read(pipe.fileno(), 1 << 16)
            if not chunk:
                break
            output += chunk
            if len(output) > LARGEST_SECRET:
                raise Unresolved(f"{ref} printed more than 1 MiB; use only the secret")
    process.wait(max(ends_at - time.monotonic(), 0))
    return output
