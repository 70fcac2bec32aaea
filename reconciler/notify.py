"""How does a message reach somebody? By apprise, which speaks to more than a hundred services.

The address is a URL that holds a password or a token. So no error of this module repeats it, and
the logs that might are shut off while it is used.
"""

import logging
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from reconciler.bounded_requests import limits, within
from reconciler.core.proxies import unusable_proxy
from reconciler.core.redaction.redactor import redact
from reconciler.extras import missing_extra

TRIES = 3
PAUSE_S = 2.0
TIMEOUT_S = 30.0


class NotSent(Exception):
    """A message came to nothing; the text says why, and never where."""


def send(
    url: str,
    title: str,
    body: str,
    form: str,
    *,
    is_bad: bool,
    sleep: Callable[[float], None] = time.sleep,
    timeout_s: float = TIMEOUT_S,
) -> None:
    """Send one message, and try three times. Raises `NotSent`.

    url     as apprise has it: `mailtos://…`, `slack://…`, `msteams://…`
    form    `text`, `markdown` or `html`: what the body is written in
    is_bad  whether the service should show it as a warning
    sleep   waits so many seconds between two tries

    timeout_s  how long one try may take in all

    Redirects are not followed: a message goes to the address that was named, and nowhere else.
    """
    if problem := missing_extra("notify", "a notification"):
        raise NotSent(problem)
    import apprise

    # Without plugins from disk, without escapes in names, and nothing kept between two runs.
    asset = apprise.AppriseAsset(app_id="pal-reconcile", async_mode=False, interpret_escapes=False)
    service = apprise.Apprise(asset=asset)
    title, body = redact(title), redact(body)
    with _unheard():
        is_known = service.add(url)
    if not is_known:
        raise NotSent("what its reference leads to is no URL that apprise knows")
    kind = apprise.NotifyType.WARNING if is_bad else apprise.NotifyType.SUCCESS
    for attempt in range(TRIES):
        if attempt:
            sleep(PAUSE_S * attempt)
        try:
            with _unheard(), limits(timeout_s):
                is_sent = within(
                    timeout_s,
                    lambda: service.notify(body, title=title, notify_type=kind, body_format=form),
                )
            if is_sent:
                return
        except TimeoutError:
            raise NotSent(f"the service did not take it within {timeout_s:.0f} s") from None
        except Exception as error:  # a service of a hundred: its text may hold the URL
            if hint := unusable_proxy(os.environ):
                raise NotSent(hint) from None
            raise NotSent(f"the service failed: {type(error).__name__}") from None
    hint = unusable_proxy(os.environ)
    raise NotSent(
        f"the service did not take it, tried {TRIES} times" + (f"; {hint}" if hint else "")
    )


@contextmanager
def _unheard() -> Iterator[None]:
    """Shut off whoever might log an address: apprise itself, and what it sends with."""
    loggers = [logging.getLogger(name) for name in ("apprise", "urllib3")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
