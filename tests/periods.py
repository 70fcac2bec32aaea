"""The periods of observations that no history recorded."""

from collections.abc import Sequence

from reconciler.core.history.link_history import Observation, Period, next_period


def periods_of(observations: Sequence[Observation]) -> tuple[Period, ...]:
    """The periods of these observations of one link, oldest first."""
    periods: list[Period] = []
    for observation in observations:
        last = periods[-1] if periods else None
        now = next_period(last, observation)
        if last and now.observation is last.observation:
            periods[-1] = now
        else:
            periods.append(now)
    return tuple(periods)
