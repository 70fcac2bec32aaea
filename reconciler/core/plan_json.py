"""JSON of plans, reports and inventories; `saved_plan` reads it back.

All three have the same shape. Equal plans have equal digests. The seal also covers the creation
time, so that a plan whose age was edited is detected.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from io import StringIO
from typing import Any

from reconciler.core.findings import OUTSIDE_PLAN, Finding
from reconciler.core.links import Change, Observed, Problem
from reconciler.core.plan import FactKind, Plan, Report, count_actions, count_outcomes
from reconciler.core.text import json_safe

FORMAT = 1
"""The format number of the JSON. A plan with another number is not applied."""

Data = dict[str, Any]

_OBSERVED = ("state", "partner_id", "partner_name", "version", "updated_at", "created_at")

_NOT_IN_DIGEST = ("digest", "seal", "created_at", "tool_version", "news", "for_day")
_NOT_IN_SEAL = ("digest", "seal", "tool_version", "news")


def plan_data(plan: Plan, kind: FactKind = FactKind.PLAN) -> Data:
    """The plan (or the same reads as an inventory) as JSON data."""
    links = [link_data(change, change.observed, change.problem) for change in plan.changes]
    data = _document(kind, plan, plan.findings, plan.interrupted, links)
    return data | {"digest": digest(data), "seal": seal(data)}


def report_data(report: Report) -> Data:
    """The report as JSON data. Its `digest` is the plan's, so that the two can be matched."""
    digest_of_plan = digest(plan_data(report.plan))
    links = [
        link_data(result.change, result.observed, result.problem)
        | {"outcome": result.outcome, "correlation_id": result.correlation_id}
        for result in report.results
    ]
    data = _document(FactKind.REPORT, report.plan, report.findings, report.interrupted, links)
    return data | {
        "digest": digest_of_plan,
        "failure": report.failure,
        "journal": report.journal,
        "outcomes": count_outcomes(report.results),
        "refusals": [{"guard": r.guard, "message": r.message} for r in report.refusals],
    }


def text(data: Mapping[str, Any]) -> str:
    """JSON text as it is saved: indented, with hidden characters escaped, for review."""
    # json.dumps would first collect a list of all pieces, which takes several times the memory.
    pieces = StringIO()
    json.dump(data, pieces, indent=2, ensure_ascii=False)
    pieces.write("\n")
    return json_safe(pieces.getvalue())


def digest(data: Mapping[str, Any]) -> str:
    """SHA-256 of the canonical JSON, without times and versions."""
    return _hash(data, _NOT_IN_DIGEST)


def seal(data: Mapping[str, Any]) -> str:
    """SHA-256 of the canonical JSON with `created_at`, which detects an edited age."""
    return _hash(data, _NOT_IN_SEAL)


def fields_of(value: object, *names: str) -> Data:
    """These fields of a value, in this order."""
    return {name: getattr(value, name) for name in names}


def iso(moment: datetime) -> str:
    """A time in UTC with whole seconds, `2026-11-23T02:00:00Z`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def finding_data(finding: Finding) -> Data:
    """A finding as JSON data; with a tenant ID only if the finding has one."""
    data = fields_of(finding, "code", "message", "hint", "tenant", "identity")
    return data | ({"tenant_id": finding.tenant_id} if finding.tenant_id else {})


def _document(
    kind: FactKind, plan: Plan, findings: tuple[Finding, ...], interrupted: bool, links: list[Data]
) -> Data:
    return {
        "kind": kind.value,
        "format": FORMAT,
        "created_at": iso(plan.created_at),
        **({"for_day": plan.for_day.isoformat()} if plan.for_day else {}),
        "tool_version": plan.tool_version,
        "config_digest": plan.config_digest,
        "cloud": plan.cloud,
        "endpoint": plan.endpoint,
        "complete": plan.is_complete and not interrupted,
        "interrupted": interrupted,
        "summary": count_actions(plan.changes),
        "not_selected": plan.not_selected,
        "findings": [finding_data(finding) for finding in findings],
        "links": links,
    }


def link_data(change: Change, observed: Observed | None, problem: Problem | None) -> Data:
    """Return a link as JSON data."""
    wanted = change.wanted
    return {
        "tenant": wanted.place.tenant,
        "tenant_id": (observed.tenant_id if observed else None) or change.place.guid,
        "identity": wanted.place.identity,
        "object_id": observed.object_id if observed else wanted.place.object_id,
        "tags": list(wanted.tags),
        "covers": list(wanted.covers),
        "wanted": {"state": wanted.state.value, "partner_id": wanted.partner_id},
        "observed": fields_of(observed, *_OBSERVED) if observed else None,
        "action": change.action.value,
        "reason": change.reason,
        "problem": fields_of(problem, "code", "message", "hint") if problem else None,
    }


def _hash(data: Mapping[str, Any], without: tuple[str, ...]) -> str:
    kept = {key: value for key, value in data.items() if key not in without}
    if isinstance(findings := kept.get("findings"), list):
        kept["findings"] = [each for each in findings if not _is_outside(each)]
    text = json.dumps(kept, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    # A name from Azure may contain half a surrogate pair, which must not end the run.
    return "sha256:" + hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()


def _is_outside(finding: Any) -> bool:
    code = finding.get("code") if isinstance(finding, dict) else None
    return isinstance(code, str) and code in OUTSIDE_PLAN
