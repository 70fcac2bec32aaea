"""A frozen clock."""

from functools import partial

from freezegun import freeze_time

# The emulator's loop in another thread must keep its clock: a sleep on a frozen clock never ends.
frozen = partial(freeze_time, real_asyncio=True)
