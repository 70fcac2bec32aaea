"""Does each tag mean one thing? Tags of tenants, and the defaults that go with them."""

from reconciler.config.checks.context import CheckContext
from reconciler.config.checks.names import folded
from reconciler.config.model.document import TagDefaults
from reconciler.config.precedence import BY_TAG, PlacedValue, TenantEntry
from reconciler.config.reading.diagnostics import quoted


def check_tags(context: CheckContext) -> None:
    """No tag stands twice, no two say different things of a tenant, and no default is idle."""
    for index in range(len(context.document.tenants)):
        if not context.damage.at("tenants", index, "tags"):
            _distinct(context, index)
            _agreeing(context, index)
    _used(context)


def _distinct(context: CheckContext, index: int) -> None:
    seen: set[str] = set()
    for number, tag in enumerate(context.document.tenants[index].tags or ()):
        if folded(tag) in seen:
            path = ("tenants", index, "tags", number)
            context.add(path, f"tag {quoted(tag)} is listed twice; remove one")
        seen.add(folded(tag))


def _agreeing(context: CheckContext, index: int) -> None:
    """A tenant's own word settles what its tags disagree on."""
    customer = TenantEntry(context.document, index)
    for key in TagDefaults.model_fields:
        said = customer.by_tag(key)
        other = next((found for found in said if found.value != said[0].value), None)
        is_open = customer.find(key) in said and not context.damage.at("tenants", index, key)
        if other and is_open:
            context.add(
                ("tenants", index, "tags"),
                f"tags {_named(context, said[0])} and {_named(context, other)} "
                f"give different {key} "
                f"to {quoted(customer.tenant.name)}; take one away, or say {key}: there",
            )


def _named(context: CheckContext, found: PlacedValue) -> str:
    path = found.path or ()
    return f"{quoted(str(path[len(BY_TAG)]))} ({context.where(path)})"


def _used(context: CheckContext) -> None:
    tenants = context.document.tenants
    if context.damage.at("include") or any(
        context.damage.at("tenants", index, "tags") for index in range(len(tenants))
    ):
        return  # some tenant that has the tag may be what is broken
    tags = {tag for tenant in tenants for tag in tenant.tags or ()}
    for tag in context.document.defaults.by_tag or ():
        if tag not in tags:
            near = context.complaints.did_you_mean(tag, tags) or "give it to one, or remove it here"
            context.add((*BY_TAG, tag), f"tag {quoted(tag)} is carried by no tenant; {near}")
