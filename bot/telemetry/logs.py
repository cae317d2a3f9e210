"""Logs: one line for each event, for people (``console``) or for machines (``json``).

Our own loggers and those of the libraries (discord.py, aiohttp, SQLAlchemy, Alembic, asyncio)
go through the same processors to one stream, and nothing leaves unredacted. What belongs to
a whole task, such as the id of its job, is bound with ``structlog.contextvars`` and appears in
every line that is logged meanwhile, by whomever::

    with structlog.contextvars.bound_contextvars(job=job.id):
        log.info("submitted", task=task_id)
"""

import logging
import sys
from collections.abc import Iterable, Sequence
from types import TracebackType
from typing import Final, Literal, TextIO

import structlog
from structlog.stdlib import BoundLogger, ProcessorFormatter
from structlog.typing import Processor

from bot.telemetry.redaction import Redaction

# What is done at the moment of logging, where the task's context is at hand.
_SHARED: Final[Sequence[Processor]] = (
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
)
_OURS: Final[Sequence[Processor]] = (
    structlog.stdlib.filter_by_level,
    *_SHARED,
    structlog.stdlib.PositionalArgumentsFormatter(),
    structlog.processors.StackInfoRenderer(),
    ProcessorFormatter.wrap_for_formatter,
)


def get_logger(name: str) -> BoundLogger:
    """The logger of a module, called with an event and what belongs to it as keywords."""
    return structlog.stdlib.get_logger(name)


def configure_logs(
    level: Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"],
    format: Literal["console", "json"],
    *,
    secrets: Iterable[str],
    stream: TextIO | None = None,
) -> None:
    """Send everything that is logged to ``stream`` (standard error), without ``secrets``.

    Warnings and errors that nobody caught go there too. Calling it again replaces what the
    call before it had set.
    """
    structlog.configure(
        processors=_OURS,
        wrapper_class=BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
    )
    redaction = Redaction(secrets)
    handler = LogHandler(stream or sys.stderr, redaction)
    handler.setFormatter(
        ProcessorFormatter(
            foreign_pre_chain=[*_SHARED, structlog.stdlib.ExtraAdder()],
            processors=[
                ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                redaction,
                _renderer(format, colors=handler.stream.isatty()),
            ],
        )
    )
    root = logging.getLogger()
    for old in [each for each in root.handlers if isinstance(each, LogHandler)]:
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(level)
    # At DEBUG it writes every statement with its values: interaction tokens, whole pictures.
    logging.getLogger("aiosqlite").setLevel(max(root.level, logging.INFO))
    # It tells of every start; migrate() returns what is worth telling.
    logging.getLogger("alembic").setLevel(max(root.level, logging.WARNING))
    logging.captureWarnings(True)
    sys.excepthook = log_uncaught


def log_uncaught(
    kind: type[BaseException], error: BaseException, traceback: TracebackType | None
) -> None:
    """Log what ends the process, so that its traceback is redacted like any other."""
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, traceback)
        return
    get_logger(__name__).critical("stopped by an error", exc_info=(kind, error, traceback))


class LogHandler(logging.StreamHandler[TextIO]):
    """The one handler of the root logger.

    When a record cannot be written it says so and keeps the record's contents to itself: the
    standard library would print the raw message and its arguments.
    """

    def __init__(self, stream: TextIO, redaction: Redaction) -> None:
        super().__init__(stream)
        self._redaction = redaction

    def handleError(self, record: logging.LogRecord) -> None:
        """Report that a record was lost, and from where. Only a broken stream is left silent."""
        error = self._redaction.text(repr(sys.exception()))
        try:
            self.stream.write(f"a log record of {record.name} was lost: {error}\n")
        except (OSError, ValueError):  # nobody is left to tell
            return


def _renderer(format: str, *, colors: bool) -> Processor:
    if format == "json":
        return structlog.processors.JSONRenderer(ensure_ascii=False)
    return structlog.dev.ConsoleRenderer(
        colors=colors, exception_formatter=structlog.dev.plain_traceback
    )
