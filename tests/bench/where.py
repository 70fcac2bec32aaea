"""CPU of a link by library, for reads in one thread.

With one thread, the profile shows work and not the wait for the interpreter lock.
"""

import cProfile
import os
import pstats
import sys
import time
from collections import Counter
from datetime import date
from pathlib import Path
from threading import Event

from reconciler.azure.cloud_metadata import find_cloud
from reconciler.azure.connection import Azure, ConnectionSettings
from reconciler.config.load import load
from reconciler.engine.link_jobs import read_link

WARM = 20

REST = "the rest of Python: urllib.parse, locks, threads"

PARTS = {
    "_ssl": "TLS and sockets",
    "ssl.py": "TLS and sockets",
    "socket": "TLS and sockets",
    "/json/": "JSON",
    "/reconciler/azure/http/": "HTTP: pal-reconcile",
    "/http/": "HTTP: http.client",
    "/email/": "HTTP: http.client",
    "urllib3": "HTTP: urllib3",
    "/reconciler/azure/signin/": "sign-in: pal-reconcile",
    "/msal/": "sign-in: azure-identity, azure-core",
    "/azure/identity": "sign-in: azure-identity, azure-core",
    "/azure/core": "sign-in: azure-identity, azure-core",
    "/reconciler/core/redaction": "redaction",
    "/reconciler/": "links and engine",
}
"""The parts by what the path of their code contains; the first that fits counts."""


def parts(places: int) -> dict[str, float]:
    """Milliseconds of CPU per link by part; the profiler at least doubles them."""
    config = load(Path("tenants.yaml"), date(2026, 11, 23))
    ca, stop = os.environ["REQUESTS_CA_BUNDLE"], Event()
    cloud = find_cloud("public", os.environ["PAL_RECONCILE_ARM_ENDPOINT"], ca, stop)
    azure = Azure(ConnectionSettings(cloud, config.identities, ca), stop)
    wanted = [want.place for want in config.wanted]
    for place in wanted[:WARM]:
        read_link(azure.reader, place)
    profile = cProfile.Profile(time.thread_time)
    profile.enable()
    for place in wanted[WARM : WARM + places]:
        read_link(azure.reader, place)
    profile.disable()
    azure.close()
    spent: Counter[str] = Counter()
    for (file, _, name), (_, _, own_s, _, callers) in pstats.Stats(profile).stats.items():  # type: ignore[attr-defined]
        if part := _part(file, name):
            spent[part] += own_s
            continue
        for (its_file, _, its_name), (*_, for_it_s, _) in callers.items():
            spent[_part(its_file, its_name) or REST] += for_it_s
    return {part: s / places * 1000 for part, s in spent.most_common()}


def _part(file: str, name: str) -> str | None:
    """The part of this code; None for Python's own code, which counts for its caller."""
    where = name if file == "~" else file
    return next((part for key, part in PARTS.items() if key in where), None)


if __name__ == "__main__":
    sys.stdout.write("".join(f"{ms:.4f} {part}\n" for part, ms in parts(int(sys.argv[1])).items()))
