"""Selection of links by `--only` and `--exclude`, and messages for unmatched selectors."""

from collections.abc import Iterable, Mapping, Sequence

from reconciler.config.load import Config
from reconciler.config.model.fields import GUID
from reconciler.config.reading.diagnostics import nearest, quoted
from reconciler.core.errors import WrongUsage
from reconciler.core.links import Wanted
from reconciler.core.selectors import NOTHING, SelectorIndex, link_index
from reconciler.core.text import by_code_point, visible


def select(
    config: Config,
    only: Sequence[str],
    exclude: Sequence[str],
    remembered: Mapping[str, str] = NOTHING,
) -> tuple[Wanted, ...]:
    """The union of `only` (every link if it is empty) minus the union of `exclude`.

    remembered  as in `link_index`

    Raises `WrongUsage` for each selector that matches no link, and if no link is left.
    """
    if not (only or exclude):
        return config.wanted
    index = link_index(config.wanted, config.partners, remembered)
    what = f"no link in {visible(str(config.path))}"
    errors = [
        *unmatched(index, "--only", only, what),
        *unmatched(index, "--exclude", exclude, what),
    ]
    chosen = set(index.union(only) if only else range(len(config.wanted)))
    chosen.difference_update(index.union(exclude))
    if exclude and not chosen and not errors:
        errors.append("--exclude: excludes every selected link; exclude less")
    if errors:
        raise WrongUsage("\n".join(errors))
    return tuple(config.wanted[number] for number in sorted(chosen))


def unmatched(index: SelectorIndex, option: str, selectors: Iterable[str], what: str) -> list[str]:
    """A message for each selector that matches nothing.

    what  what it does not match: `no link in tenants.yaml`
    """
    return [
        f"{option}: {quoted(selector)} matches {what}; {_hint(index, selector)}"
        for selector in selectors
        if not index.find(selector)
    ]


def _hint(index: SelectorIndex, selector: str) -> str:
    if GUID.fullmatch(selector):
        return (
            "the file does not name it, and in no earlier run a domain of the file led to it; "
            "use the tenant's name or domain"
        )
    prefix, known = index.alternatives(selector)
    if near := nearest(selector.removeprefix(prefix), known):
        return f"did you mean {by_code_point(prefix + near)}?"
    return "use a tenant's name or glob, its GUID or domain, tag:X, identity:X or partner:X"
