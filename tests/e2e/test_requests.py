"""Number of requests of a run: the same for each link, however many links there are."""

import pytest

from tests.e2e.command import OLD, Desk


@pytest.mark.parametrize("count", [2, 60])
def test_a_link_costs_two_requests_and_a_change_four_more(desk: Desk, count: int) -> None:
    """A token and a read; around a write a token, a read, the write and a read.

    The cloud's metadata is requested once, and no OpenID document.
    """
    desk.seed(dict.fromkeys(range(1, count + 1), OLD))
    desk.customers(count)
    assert desk.plan().status == 0
    counted = desk.azure.state.requests.by_operation()
    assert counted == {"metadata": 1, "token": count, "read": count}

    desk.seed(dict.fromkeys(range(1, count + 1), OLD))
    assert desk.apply("--allow=change-share", "--allow=new-partner-id").status == 0
    counted = desk.azure.state.requests.by_operation()
    assert counted == {
        **{"metadata": 1, "token": 2 * count, "read": 3 * count, "update": count},
    }
