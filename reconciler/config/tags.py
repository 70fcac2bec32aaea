"""Does each tag mean one thing? Tags of tenants, and the defaults that go with them."""

from reconciler.config.complaints import quoted
from reconciler.config.draft import Draft
from reconciler.config.links import BY_TAG, Customer, Found
from reconciler.config.names import folded
from reconciler.config.schema import TagDefaults


def check_tags(draft: Draft) -> None:
    """No tag stands twice, no two say different things of a tenant, and no default is idle."""
    for index in range(len(draft.document.tenants)):
        if not draft.damage.at("tenants", index, "tags"):
            _distinct(draft, index)
            _agreeing(draft, index)
    _used(draft)


def _distinct(draft: Draft, index: int) -> None:
    seen: set[str] = set()
    for number, tag in enumerate(draft.document.tenants[index].tags or ()):
        if folded(tag) in seen:
            path = ("tenants", index, "tags", number)
            draft.add(path, f"tag {quoted(tag)} is listed twice; remove one")
        seen.add(folded(tag))


def _agreeing(draft: Draft, index: int) -> None:
    """A tenant's own word settles what its tags disagree on."""
    customer = Customer(draft.document, index)
    for key in TagDefaults.model_fields:
        said = customer.by_tag(key)
        other = next((found for found in said if found.value != said[0].value), None)
        is_open = customer.find(key) in said and not draft.damage.at("tenants", index, key)
        if other and is_open:
            draft.add(
                ("tenants", index, "tags"),
                f"tags {_named(draft, said[0])} and {_named(draft, other)} give different {key} "
                f"to {quoted(customer.tenant.name)}; take one away, or say {key}: there",
            )


def _named(draft: Draft, found: Found) -> str:
    path = found.path or ()
    return f"{quoted(str(path[len(BY_TAG)]))} ({draft.where(path)})"


def _used(draft: Draft) -> None:
    tenants = draft.document.tenants
    if draft.damage.at("include") or any(
        draft.damage.at("tenants", index, "tags") for index in range(len(tenants))
    ):
        return  # some tenant that has the tag may be what is broken
    tags = {tag for tenant in tenants for tag in tenant.tags or ()}
    for tag in draft.document.defaults.by_tag or ():
        if tag not in tags:
            near = draft.complaints.did_you_mean(tag, tags) or "give it to one, or remove it here"
            draft.add((*BY_TAG, tag), f"tag {quoted(tag)} is carried by no tenant; {near}")
