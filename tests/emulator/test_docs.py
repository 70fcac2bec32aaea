"""docs/emulator.md matches the emulator."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest
import yaml

from reconciler.emulator.control.routes import PREFIX, ROUTES
from reconciler.emulator.entra.error_table import REFUSALS
from reconciler.emulator.request_log import OPERATIONS
from reconciler.emulator.seed.principals import ClientEntry, UserEntry
from reconciler.emulator.seed.seed import Seed, read
from reconciler.emulator.server import Emulator
from reconciler.emulator.state.clock import parse_time
from reconciler.emulator.state.faults import Effect, Match
from reconciler.emulator.state.switches import Switches
from tests.emulator.caller import Caller

PAGE = (Path(__file__).parents[2] / "docs" / "emulator.md").read_text(encoding="utf-8")
SEEDS = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)


@pytest.mark.parametrize("text", SEEDS)
def test_the_seeds_on_the_page_are_valid(text: str) -> None:
    """Each YAML block can be used unchanged."""
    assert read(yaml.safe_load(text)).faults


def test_the_whole_seed_on_the_page_works(azure: Emulator, caller: Caller) -> None:
    """The app is linked in Fabrikam, absent from Tailspin and foreign in Wingtip."""
    seed = read(yaml.safe_load(SEEDS[0]))
    azure.state.reset(seed)
    azure.state.faults.clear()
    assert seed.clock == parse_time("2026-11-23T02:00:00Z")
    secret = "not-a-secret"
    token = caller.token("fabrikam.onmicrosoft.com", client_secret=secret)
    link = caller.read(token)["properties"]
    assert (link["partnerId"], link["version"], "partnerName" in link) == ("1158331", 3, False)
    tailspin, wingtip = (t.tenant for t in (seed.tenants or ())[1:])
    assert caller.sign_in(tailspin, client_secret=secret).json()["error_codes"] == [700016]
    foreign = caller.token(wingtip, client_secret=secret)
    assert caller.arm("GET", token=foreign).status_code == 403


def test_every_field_switch_and_operation_is_on_the_page() -> None:
    """Every field of a fault and every switch is explained."""
    names = {field.name for field in fields(Match)}
    names |= Effect.model_fields.keys() | Switches.model_fields.keys()
    names = names - {"operations"} | {"operation", "retry_after_s", *OPERATIONS}
    assert [name for name in sorted(names) if f"`{name}`" not in PAGE] == []


def test_every_key_of_a_seed_is_on_the_page() -> None:
    """The first seed shows every key of a seed, a client and a user."""
    seed = yaml.safe_load(SEEDS[0])
    assert Seed.model_fields.keys() == seed.keys()
    assert UserEntry.model_fields.keys() == seed["users"][0].keys()
    assert [name for name in ClientEntry.model_fields if f"{name}:" not in SEEDS[0]] == []


def test_every_control_route_is_on_the_page() -> None:
    """No control route is undocumented."""
    paths = {PREFIX + name for _, name in ROUTES}
    assert [path for path in sorted(paths) if path not in PAGE] == []


def test_the_refusals_that_clients_distinguish_are_known() -> None:
    """Each number that clients handle has its own status and error."""
    numbers = {7000215, 7000222, 700027, 700016, 7000229, 90002, 53003, 50076, 65001, 50057, 90099}
    assert numbers <= REFUSALS.keys()
