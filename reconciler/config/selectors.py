"""Which links does a run look at? Selectors over the wanted links, in the file's order.

A selector is a tenant's name, a glob over names, the GUID or domain by which the file calls a
tenant, `tag:X`, `identity:X` or `partner:X`. A name that is written exactly so wins over a glob.
The name of a covered customer, which has no link of its own, means the link that serves it.
`partner:X` (alias or ID) is about what is wanted: links to be absent or unmanaged want no ID, and
no partner selects them.
"""

from collections.abc import Callable, Iterable, Sequence
from fnmatch import fnmatchcase

from reconciler.config.load import Config
from reconciler.config.model.fields import GUID
from reconciler.config.reading.diagnostics import did_you_mean, quoted
from reconciler.core.errors import BadFile
from reconciler.core.links import Wanted
from reconciler.core.text import visible


def select(config: Config, only: Sequence[str], exclude: Sequence[str]) -> tuple[Wanted, ...]:
    """The union of `only` (every link, if there is none), less the union of `exclude`.

    :raises BadFile: when a selector matches nothing in the file, or nothing is left.
    """
    complaints: list[str] = []
    chosen = _union(config, "--only", only, complaints) if only else set(range(len(config.wanted)))
    chosen -= _union(config, "--exclude", exclude, complaints)
    if exclude and not chosen and not complaints:
        complaints.append("--exclude: nothing is left of what was selected; exclude less")
    if complaints:
        raise BadFile(*complaints)
    return tuple(config.wanted[number] for number in sorted(chosen))


def _union(
    config: Config, option: str, selectors: Iterable[str], complaints: list[str]
) -> set[int]:
    chosen: set[int] = set()
    for selector in selectors:
        found = _matching(config, selector)
        if not found:
            complaints.append(f"{option}: {_nothing(config, selector)}")
        chosen |= found
    return chosen


def _matching(config: Config, selector: str) -> set[int]:
    """The numbers of the links that a selector means."""
    for is_meant in _readings(config, selector):
        if found := {number for number, link in enumerate(config.wanted) if is_meant(link)}:
            return found
    return set()


def _readings(config: Config, selector: str) -> list[Callable[[Wanted], bool]]:
    """What a selector may mean; the first reading that matches anything holds."""
    folded = selector.casefold()
    kind, _, value = selector.partition(":")
    readings: list[Callable[[Wanted], bool]] = [lambda link: link.place.tenant == selector]
    if kind == "tag":
        readings.append(lambda link: value in link.tags)
    elif kind == "identity":
        readings.append(lambda link: link.place.identity == value)
    elif kind == "partner":
        partner_id = config.partners.get(value, value)
        readings.append(lambda link: link.partner_id == partner_id)
    readings.append(lambda link: link.place.directory == folded)
    readings.append(lambda link: selector in link.covers)
    readings.append(lambda link: fnmatchcase(link.place.tenant.casefold(), folded))
    return readings


def _nothing(config: Config, selector: str) -> str:
    kind, colon, value = selector.partition(":")
    if GUID.fullmatch(selector):
        hint = "a tenant that the file names by a domain is selected by that, or by its name"
        return f"{quoted(selector)} matches no link in {visible(str(config.path))}; {hint}"
    known = _known(config, kind) if colon else set()
    if known:
        near, prefix = did_you_mean(value, known), f"{kind}:"
    else:
        near, prefix = did_you_mean(selector, _known(config, "")), ""
    hint = near.replace("did you mean ", f"did you mean {prefix}", 1)
    return f"{quoted(selector)} matches no link in {visible(str(config.path))}; " + (
        hint or "name a tenant (or a glob), its GUID or domain, tag:X, identity:X or partner:X"
    )


def _known(config: Config, kind: str) -> set[str]:
    """The words that a selector of this kind could have named."""
    links = config.wanted
    match kind:
        case "tag":
            return {tag for link in links for tag in link.tags}
        case "identity":
            return {link.place.identity for link in links}
        case "partner":
            return {*config.partners, *(link.partner_id for link in links if link.partner_id)}
        case "":
            return {name for link in links for name in (link.place.tenant, link.place.directory)}
    return set()
