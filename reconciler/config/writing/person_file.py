"""A tenants.yaml for one person: only their links, and only the partner IDs that these need.

The person reviews every change of it, so its limits allow all of them. It has no secret references,
no notifications and no other customer.
"""

from collections.abc import Iterator, Sequence
from datetime import date

from reconciler.config.load import Config
from reconciler.config.model.schema_url import EDITOR_LINE
from reconciler.config.writing.yaml_editor import Value, flow
from reconciler.core.links import Wanted
from reconciler.core.text import visible


def person_file(config: Config, identity: str, links: Sequence[Wanted], today: date) -> str:
    """The text of the file.

    identity  an identity of kind user
    links     its links, which are wanted linked or absent
    """
    username = str(config.identities[identity].username)
    aliases, count = config.aliases, len(links)
    lines = [
        EDITOR_LINE,
        f"# Links that only {visible(username)} can read and change.",
        f"# Written by pal-reconcile plan on {today}. Run: uvx pal-reconcile apply -c tenants.yaml",
        "version: 1",
        f"cloud: {config.cloud}",
        *_partners(config, aliases, links),
        "",
        "identities:",
        f"  {flow(identity)}: {flow({'kind': 'user', 'username': username})}",
        "",
        "# This file has only links to change, and the person who runs it confirms each change.",
        f"limits: {{change_share: 100%, remove_share: 100%, remove_count: {count}, "
        f"incomplete: 100%, new_partner_id: {count}}}",
        "",
        f"defaults: {flow({'identities': [identity]})}",
        "",
        "tenants:",
        *(f"  - {flow(_entry(want, aliases))}" for want in links),
    ]
    return "\n".join(lines) + "\n"


def _partners(config: Config, aliases: dict[str, str], links: Sequence[Wanted]) -> Iterator[str]:
    """The partners that these links want, as the file names them."""
    wanted = dict.fromkeys(want.partner_id for want in links if want.partner_id in aliases)
    if wanted:
        yield from ("", "partners:")
    for partner_id in wanted:
        value: dict[str, Value] = {"id": str(partner_id)}
        names = config.partner_names.get(str(partner_id), ())
        if names:
            value["name"] = names[0] if len(names) == 1 else list(names)
        yield f"  {flow(aliases[str(partner_id)])}: {flow(value)}"


def _entry(want: Wanted, aliases: dict[str, str]) -> dict[str, Value]:
    """One tenant. IDs that the file counts as ours may be replaced, as in the partner's file."""
    place, partner_id = want.place, want.partner_id
    entry: dict[str, Value] = {"name": place.tenant, "tenant": place.directory}
    if partner_id:
        entry["partner"] = aliases.get(partner_id, partner_id)
    else:
        entry["state"] = want.state.value
    if want.replaceable is None:
        entry["replaces"] = "any"
    elif others := sorted(want.replaceable - {partner_id}):
        entry["replaces"] = others
    if place.object_id:
        entry["identities"] = [{"identity": place.identity, "object_id": place.object_id}]
    return entry
