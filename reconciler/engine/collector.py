"""What does the garbage collector have to look at? What a run makes, and not the program."""

import gc


def spare_the_collector() -> None:
    """Leave out what is there by now: the program and the file stay to the end.

    Measured with 2,000 links, 128 at a time: 10 % less CPU.
    """
    gc.freeze()
    gc.set_threshold(20_000, 10, 10)
