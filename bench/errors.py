"""What can go wrong with a measurement."""


class BenchError(Exception):
    """A measure could not be taken; the text says why."""


class RefusedError(BenchError):
    """The bot answered in words, to its person alone, after so many ``seconds``."""

    def __init__(self, message: str, seconds: float) -> None:
        super().__init__(message)
        self.seconds = seconds
