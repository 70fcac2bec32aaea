"""Valid seeds, and the errors of invalid ones."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from reconciler.emulator.seed.fields import BadSeed
from reconciler.emulator.seed.seed import Seed, load, read
from reconciler.emulator.state.clock import Clock, parse_time
from reconciler.emulator.state.links import Place, Record
from reconciler.emulator.world import World
from tests.emulator.caller import ADATUM, APP, CONTOSO, FABRIKAM, NORTHWIND

OBJECT = "aaaaaaaa-0000-4000-8000-000000000001"
WHOLE = f"""
tenants:
  - {{tenant: {FABRIKAM}, name: Fabrikam, domains: [fabrikam.com]}}
  - {{tenant: {NORTHWIND}, name: Northwind}}
clients:
  - client_id: {APP}
    secret: hunter2
    absent_from: [{NORTHWIND}]
    object_ids: {{fabrikam.com: {OBJECT}}}
partners: {{"{CONTOSO}": Contoso, "{ADATUM}": null}}
links:
  - tenant: fabrikam.com
    client_id: {APP}
    partner_id: "{CONTOSO}"
    partner_name: null
    version: 3
    created: "2026-03-20T00:36:59.101Z"
    updated: "2026-03-21T00:36:59.1015478Z"
  - {{tenant: {NORTHWIND}, object_id: {OBJECT}, partner_id: "{ADATUM}", removed: true}}
faults:
  - {{tenant: fabrikam.com, operation: read, status: 429, retry_after_s: 1, times: 2}}
switches: {{put_while_linked: overwrite, already_linked_status: 400}}
latency_s: 0.5
token_lifetime_s: 60
request_log: 5
clock: "2026-04-01T00:00:00Z"
"""


def test_a_whole_seed_is_loaded(tmp_path: Path) -> None:
    """Every section of a seed file takes effect."""
    path = tmp_path / "seed.yaml"
    path.write_text(WHOLE)
    world = World(load(path), Clock(lambda: 0))
    created, updated = "2026-03-20T00:36:59.101Z", "2026-03-21T00:36:59.1015478Z"
    now = parse_time("2026-04-01T00:00:00Z")
    assert world.links.records == {
        Place(FABRIKAM, OBJECT): Record(CONTOSO, None, 3, parse_time(created), parse_time(updated)),
        Place(NORTHWIND, OBJECT): Record(ADATUM, None, 1, now, now, is_linked=False),
    }
    assert world.faults.rules[0].match.tenant == FABRIKAM
    assert world.links.switches.already_linked_status == 400
    assert (world.latency_s, world.token_lifetime_s) == (0.5, 60)
    assert world.requests.entries.maxlen == 5


def test_a_seed_may_be_json(tmp_path: Path) -> None:
    """JSON is accepted as well."""
    path = tmp_path / "seed.json"
    path.write_text(json.dumps({"latency_s": 1, "tenants": [{"tenant": FABRIKAM}]}))
    assert load(path).latency_s == 1.0


def test_an_empty_seed_is_no_seed(tmp_path: Path) -> None:
    """An empty file seeds nothing."""
    path = tmp_path / "seed.yaml"
    path.write_text("# nothing yet\n")
    assert load(path) == Seed() == read({})


def test_a_name_not_given_is_the_partners(tmp_path: Path) -> None:
    """A seeded link has its partner's name unless it has its own."""
    where = {"tenant": FABRIKAM, "object_id": OBJECT, "partner_id": CONTOSO}
    world = World(read({"links": [where]}), Clock(lambda: 5_000))
    record = world.links.records[Place(FABRIKAM, OBJECT)]
    assert record == Record(CONTOSO, f"Partner {CONTOSO}", 1, 50, 50)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("tenants: [", "is not YAML: .* line 2"),
        ("- 1", "the seed: expected a mapping, got a list"),
        ("latency: 3", "latency: unknown key; did you mean latency_s"),
        ("switches: {put_while_linkd: refuse}", "switches.put_while_linkd: unknown key"),
    ],
)
def test_a_bad_file_is_named(tmp_path: Path, text: str, complaint: str) -> None:
    """An error of a file begins with its path."""
    path = tmp_path / "seed.yaml"
    path.write_text(text)
    with pytest.raises(BadSeed, match=f"seed.yaml: {complaint}"):
        load(path)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    """A missing file and one that is not text are such errors."""
    with pytest.raises(BadSeed, match=r"gone\.yaml: No such file"):
        load(tmp_path / "gone.yaml")
    (tmp_path / "bytes").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BadSeed, match="is not UTF-8"):
        load(tmp_path / "bytes")


TENANT = {"tenant": FABRIKAM, "domains": ["fabrikam.com"]}
CLIENT = {"client_id": APP}
USER = {"username": "a@b.org"}
LINK = {"tenant": FABRIKAM, "client_id": APP, "partner_id": CONTOSO}


@pytest.mark.parametrize(
    ("seed", "complaint"),
    [
        ({"tenants": {}}, "tenants: expected a list, got a mapping"),
        ({"users": [{"username": "x"}]}, r"users\[0\].username: 'x' is not a user principal name"),
        ({"users": [{"username": "a@b.c", "mfa": 1}]}, r"users\[0\].mfa: unknown key"),
        ({"users": [USER, USER]}, "users: a@b.org is listed twice"),
        ({"users": [{**USER, "guest_in": "*"}]}, r"guest_in: there is no tenant '\*'"),
        ({"users": [{**USER, "object_ids": {FABRIKAM: "x"}}]}, "object_ids.*'x' is not a GUID"),
        ({"managed_identities": [{}]}, r"managed_identities\[0\].client_id: is missing"),
        ({"issuers": [{"issuer": "x", "key": ""}]}, "'x' is not an https URL"),
        ({"issuers": [{"issuer": "https://x", "key": "x"}]}, "expected a public key in PEM"),
        ({"clients": [{**CLIENT, "federated": [{"issuer": "https://x"}]}]}, "subject: is missing"),
        ({"secrets": {"a": 1}}, r"secrets.a: expected a text; quote it"),
        ({"github": {"subjekt": "x"}}, "github.subjekt: unknown key"),
        ({"azure_pipelines": [{}]}, "service_connection_id: is missing"),
        ({"tenants": [3]}, r"tenants\[0\]: expected a mapping, got the number 3"),
        ({"tenants": [None]}, r"tenants\[0\]: expected a mapping, got nothing"),
        ({"tenants": [{}]}, r"tenants\[0\].tenant: is missing"),
        ({"tenants": [{"tenant": "x"}]}, r"tenants\[0\].tenant: 'x' is not a GUID"),
        ({"tenants": [TENANT, TENANT]}, f"tenants: {FABRIKAM} is listed twice"),
        (
            {"tenants": [{**TENANT, "domains": ["x"]}]},
            r"tenants\[0\].domains\[0\]: 'x' is not a domain",
        ),
        ({"tenants": [{**TENANT, "domains": [1]}]}, r"domains\[0\]: expected a text"),
        ({"clients": [CLIENT, CLIENT]}, f"clients: {APP} is listed twice"),
        ({"clients": [{**CLIENT, "secret": 5}]}, r"secret: expected a text, got the number 5"),
        ({"clients": [{**CLIENT, "certificate": "x"}]}, "certificate: expected a certificate"),
        (
            {"tenants": [TENANT], "clients": [{**CLIENT, "tenants": NORTHWIND}]},
            rf"clients\[0\].tenants: there is no tenant '{NORTHWIND}'",
        ),
        (
            {"clients": [{**CLIENT, "object_ids": {FABRIKAM: 1}}]},
            "object_ids.*: expected a text, got the number",
        ),
        ({"partners": {"12": "x"}}, "partners.12: '12' is not a partner ID"),
        ({"partners": {"1234": 5}}, "partners.1234: expected a text, got the number 5"),
        ({"partners": {1234: "x"}}, "partners: the key 1234 is the number 1234; quote it"),
        ({"links": [LINK, LINK]}, f"links: {FABRIKAM} .* is listed twice"),
        ({"links": [{**LINK, "partner_id": 4936128}]}, r"links\[0\].partner_id: expected a text"),
        ({"links": [{**LINK, "partner_id": "x"}]}, "partner_id: 'x' is not a partner ID"),
        ({"links": [{"tenant": FABRIKAM}]}, r"links\[0\].partner_id: is missing"),
        ({"links": [{**LINK, "client_id": None}]}, "needs either object_id or client_id"),
        ({"links": [{**LINK, "object_id": OBJECT}]}, "needs either object_id or client_id"),
        ({"links": [{**LINK, "created": "now"}]}, "created: 'now' is not a time"),
        ({"links": [{**LINK, "version": "1"}]}, "version: expected a whole number, got a text"),
        ({"switches": {"patch_same_id": "x"}}, "patch_same_id: expected one of unchanged, counts"),
        ({"switches": {"patch_same_id": None}}, "expected one of unchanged, counts, got nothing"),
        ({"switches": {"foreign_status": 200}}, "foreign_status: expected at least 400, got 200"),
        ({"switches": []}, "switches: expected a mapping, got a list"),
        ({"request_log": 1.5}, "request_log: expected a whole number, got the number 1.5"),
        ({"faults": [{"drop": True}, {}]}, r"faults\[1\]: does nothing"),
    ],
)
def test_a_wrong_seed_says_what_and_where(seed: dict[Any, Any], complaint: str) -> None:
    """The error has the place in the seed and what is expected there."""
    with pytest.raises(BadSeed, match=complaint):
        read(seed)


def test_every_error_is_reported_at_once(tmp_path: Path) -> None:
    """Each error has a line of its own, with the path of its field."""
    path = tmp_path / "seed.yaml"
    path.write_text(
        f"""
tenants: [{{tenant: {FABRIKAM}, nam: Fabrikam}}, {{tenant: x}}]
clients: [{{client_id: {APP}, secret: 5, federated: [{{isuer: "https://x", subject: s}}]}}]
latency_s: -1
faults: [{{operation: raed, drop: 1}}]
swiches: {{}}
"""
    )
    with pytest.raises(BadSeed) as caught:
        load(path)
    lines = [line.removeprefix(f"{path}: ") for line in str(caught.value).splitlines()]
    assert [line[: len(start)] for line, start in zip(lines, STARTS, strict=True)] == STARTS


STARTS = [
    "tenants[0].nam: unknown key; did you mean name?",
    "tenants[1].tenant: 'x' is not a GUID",
    "clients[0].secret: expected a text, got the number 5; quote it",
    "clients[0].federated[0].issuer: is missing",
    "clients[0].federated[0].isuer: unknown key; did you mean issuer?",
    "faults[0].drop: expected true or false, got the number 1",
    "faults[0].operation: expected one of metadata,",
    "latency_s: expected no negative number, got -1",
    "swiches: unknown key; did you mean switches?",
]


def test_null_is_the_same_as_an_absent_key() -> None:
    """Null leaves the default, except where a field can be null: a link without a name."""
    links = [{**LINK, "partner_name": None, "version": None}]
    seed = read({"links": links, "latency_s": None, "switches": None, "clients": None})
    assert (seed.links[0].version, seed.latency_s, seed.clients) == (1, 0.0, None)
    assert "partner_name" in seed.links[0].model_fields_set
