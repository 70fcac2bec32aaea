"""Notifications through apprise, which supports more than a hundred services.

The address is a URL that holds a password or a token. No error of this module repeats it, and logs
that might are switched off while it is used.
"""

import logging
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from reconciler.bounded_requests import limits, within
from reconciler.core.network.proxies import unusable_proxy
from reconciler.core.redaction.redactor import redact
from reconciler.extras import missing_extra

ATTEMPTS = 3
PAUSE_S = 2.0
TIMEOUT_S = 30.0


class NotSent(Exception):
    """A message that was not delivered; the text says why and never names the address."""


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
    """Send one message, in up to three attempts. Raises `NotSent`.

    url        in the format of apprise: `mailtos://…`, `slack://…`, `msteams://…`
    form       the format of the body: `text`, `markdown` or `html`
    is_bad     whether the service shows it as a warning
    sleep      waits that many seconds between two attempts
    timeout_s  the time limit of one attempt

    Redirects are not followed: the message goes only to the address in the file.
    """
    if problem := missing_extra("notify", "a notification"):
        raise NotSent(problem)
    import apprise

    # No plugins from disk, no escape sequences in names, nothing kept between two runs.
    asset = apprise.AppriseAsset(app_id="pal-reconcile", async_mode=False, interpret_escapes=False)
    service = apprise.Apprise(asset=asset)
    title, body = redact(title), redact(body)
    with _without_logs():
        is_known = service.add(url)
    if not is_known:
        raise NotSent("the value of its reference is not a URL that apprise supports")
    kind = apprise.NotifyType.WARNING if is_bad else apprise.NotifyType.SUCCESS
    for attempt in range(ATTEMPTS):
        if attempt:
            sleep(PAUSE_S * attempt)
        try:
            with _without_logs(), limits(timeout_s):
                is_sent = within(
                    timeout_s,
                    lambda: service.notify(body, title=title, notify_type=kind, body_format=form),
                )
            if is_sent:
                return
        except TimeoutError:
            raise NotSent(f"the service did not accept it within {timeout_s:.0f} s") from None
        except Exception as error:  # its text may hold the URL
            if hint := unusable_proxy(os.environ):
                raise NotSent(hint) from None
            raise NotSent(f"the service failed: {type(error).__name__}") from None
    hint = unusable_proxy(os.environ)
    raise NotSent(
        f"the service did not accept it in {ATTEMPTS} attempts" + (f"; {hint}" if hint else "")
    )


@contextmanager
def _without_logs() -> Iterator[None]:
    """Switch off the logs that might hold an address: those of apprise and urllib3."""
    loggers = [logging.getLogger(name) for name in ("apprise", "urllib3")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
