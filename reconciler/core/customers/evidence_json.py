"""Evidence as JSON data: the links of one customer, and what earlier runs recorded of them."""

from reconciler.core.customers.evidence import Evidence, EvidenceItem, without_others
from reconciler.core.history.link_history import LinkHistory, Period, Write
from reconciler.core.plan_json import FORMAT, Data, fields_of, iso

ANSWER = "answer-{number}.json"

_OBSERVED = ("state", "partner_id", "partner_name", "version", "created_at", "updated_at")
_PERIOD = ("state", "partner_id", "partner_name", "version", "updated_at", "problem")
_WRITE = ("action", "before", "after", "outcome", "problem", "correlation_id")


def links_data(evidence: Evidence) -> Data:
    """The links as JSON data. Each answer of Azure is a separate file."""
    return {
        "kind": "evidence",
        "format": FORMAT,
        "customer": evidence.customer,
        "created_at": iso(evidence.created_at),
        "tool_version": evidence.tool_version,
        "config_digest": evidence.config_digest,
        "complete": evidence.is_complete,
        "links": [_link(n, one, evidence) for n, one in enumerate(evidence.items, 1)],
    }


def history_data(evidence: Evidence) -> Data:
    """What earlier runs observed and wrote of these links, as JSON data, oldest first."""
    link_histories = evidence.link_histories
    return {
        "kind": "evidence-history",
        "format": FORMAT,
        "customer": evidence.customer,
        "known": link_histories is not None,
        "links": [
            {
                "tenant": link_history.tenant,
                "identity": link_history.identity,
                "seen": [_period(period) for period in link_history.periods],
                "written": [_write(write) for write in link_history.writes],
                "access": _access(link_history, evidence),
            }
            for link_history in link_histories or ()
        ],
    }


def _link(number: int, item: EvidenceItem, evidence: Evidence) -> Data:
    change, reading = item.change, item.reading
    place, seen = change.place, change.observed
    own = (evidence.customer, place.tenant)
    problem = change.problem
    return {
        "tenant": place.tenant,
        "tenant_id": seen.tenant_id if seen else None,
        "identity": place.identity,
        "kind": item.identity.kind,
        "client_id": item.identity.client_id,
        "username": item.identity.username,
        "object_id": seen.object_id if seen else place.object_id,
        "observed": fields_of(seen, *_OBSERVED) if seen else None,
        "wanted": {"state": change.wanted.state.value, "partner_id": change.wanted.partner_id},
        "remark": without_others(change.reason, evidence.others, own),
        "problem": problem.code if problem else None,
        "answer": {
            "read_at": iso(reading.read_at),
            "url": reading.url,
            "status": reading.status,
            "request_id": reading.request_id,
            "digest": reading.digest,
            "file": ANSWER.format(number=number) if reading.status else None,
        }
        if reading
        else None,
    }


def _period(period: Period) -> Data:
    times = {"first_at": iso(period.first_at), "last_at": iso(period.last_at)}
    return times | fields_of(period.observation, *_PERIOD)


def _access(link_history: LinkHistory, evidence: Evidence) -> Data | None:
    """The last verdict about the roles that we hold; None if they were never checked."""
    access = link_history.access
    if access is None:
        return None
    own = (evidence.customer, link_history.tenant)
    return {
        "checked_at": iso(access.last_at),
        "verdict": access.verdict.value,
        "reason": access.reason.value,
        "message": without_others(access.message, evidence.others, own),
        "until": iso(access.until) if access.until else None,
    }


def _write(write: Write) -> Data:
    return {"at": iso(write.at)} | fields_of(write, *_WRITE)
