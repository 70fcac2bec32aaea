"""A clock that stands still."""

from functools import partial

from freezegun import freeze_time

# An emulator's loop in another thread must go on: a sleep that began by a frozen clock never ends.
frozen = partial(freeze_time, real_asyncio=True)
