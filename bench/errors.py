"""What can go wrong with a measurement."""


class BenchError(Exception):
    """A measure could not be taken; the text says why."""
