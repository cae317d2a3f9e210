"""Numbers for Prometheus: what is accepted, asked, shown and charged, and how long it takes.

The names of the series are in ``docs/operating.md``. Modes, outcomes, states and routes are
labels, so whoever calls keeps to a small, fixed set of each.
"""

import asyncio
from collections.abc import Mapping
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Enum, Gauge, Histogram, ProcessCollector

# Seconds. API in One says that a generation takes 5 to 15; a task is given up after 600.
_JOB_BUCKETS: Final = (5, 7.5, 10, 12.5, 15, 20, 30, 45, 60, 120, 300, 600, 1200)
_REQUEST_BUCKETS: Final = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)

# The provider chooses its words, so their number is bounded here: each is a series for ever.
_MAX_STATUS_WORDS: Final = 20
_MAX_STATUS_WORD_CHARACTERS: Final = 40

# The phases of the circuit breaker (``bot.jobs.circuit``); it begins with the first.
_CIRCUIT_PHASES: Final = ("closed", "half_open", "open")


class Metrics:
    """All numbers of one process, registered in ``registry``. Every method says what happened."""

    def __init__(self, registry: CollectorRegistry) -> None:
        ProcessCollector(registry=registry)
        self._words: set[str] = set()
        self._accepted = Counter(
            "shotlist_jobs_accepted", "Jobs accepted", ["mode"], registry=registry
        )
        self._finished = Counter(
            "shotlist_jobs_finished",
            "Jobs that reached their end",
            ["mode", "outcome"],
            registry=registry,
        )
        self._job_seconds = Histogram(
            "shotlist_job_seconds",
            "From the acceptance of a job to its images in Discord",
            ["mode"],
            buckets=_JOB_BUCKETS,
            registry=registry,
        )
        self._jobs = Gauge(
            "shotlist_jobs", "Unfinished jobs in each state", ["state"], registry=registry
        )
        self._requests = Counter(
            "shotlist_provider_requests",
            "Requests to the image API",
            ["route", "outcome"],
            registry=registry,
        )
        self._request_seconds = Histogram(
            "shotlist_provider_request_seconds",
            "From a request to the image API to its answer",
            ["route"],
            buckets=_REQUEST_BUCKETS,
            registry=registry,
        )
        self._task_seconds = Histogram(
            "shotlist_provider_task_seconds",
            "From a task's acceptance by the image API to its completion",
            ["mode"],
            buckets=_JOB_BUCKETS,
            registry=registry,
        )
        self._unknown_words = Counter(
            "shotlist_provider_unknown_status",
            "Task states that the image API has named and nobody knows",
            ["word"],
            registry=registry,
        )
        self._circuit = Enum(
            "shotlist_provider_circuit",
            "Whether the image API can be used: closed where it can",
            states=_CIRCUIT_PHASES,
            registry=registry,
        )
        self._tasks = Gauge("shotlist_loop_tasks", "Tasks on the event loop", registry=registry)
        self._edits = Counter(
            "shotlist_discord_edits",
            "Edits of messages in Discord",
            ["kind", "outcome"],
            registry=registry,
        )
        self._credits = Counter(
            "shotlist_credits_captured",
            "Credits taken for finished jobs",
            ["mode"],
            registry=registry,
        )

    def watch(self, loop: asyncio.AbstractEventLoop) -> None:
        """Count the tasks of ``loop`` whenever somebody asks for the numbers."""
        self._tasks.set_function(lambda: len(asyncio.all_tasks(loop)))

    def job_accepted(self, mode: str) -> None:
        """A job has been taken on."""
        self._accepted.labels(mode).inc()

    def job_done(self, mode: str, *, seconds: float) -> None:
        """A job's images are in Discord, ``seconds`` after the job was accepted."""
        self._finished.labels(mode, "done").inc()
        self._job_seconds.labels(mode).observe(seconds)

    def job_ended(self, mode: str, outcome: str) -> None:
        """A job has ended without images: failed, cancelled or unconfirmed."""
        self._finished.labels(mode, outcome).inc()

    def jobs_counted(self, unfinished: Mapping[str, int]) -> None:
        """So many jobs are in each unfinished state; a state left out has none."""
        self._jobs.clear()
        for state, number in unfinished.items():
            self._jobs.labels(state).set(number)

    def provider_answered(self, route: str, outcome: str, *, seconds: float) -> None:
        """A request to the image API has ended, with an answer or without."""
        self._requests.labels(route, outcome).inc()
        self._request_seconds.labels(route).observe(seconds)

    def task_completed(self, mode: str, *, seconds: float) -> None:
        """The image API has completed a task, ``seconds`` after it had accepted it."""
        self._task_seconds.labels(mode).observe(seconds)

    def unknown_status_seen(self, word: str) -> bool:
        """The image API named a state nobody knows. True for a word's first time.

        Only the first few words are counted under their own names, the rest as ``other``.
        """
        word = word[:_MAX_STATUS_WORD_CHARACTERS]
        is_new = word not in self._words and len(self._words) < _MAX_STATUS_WORDS
        if is_new:
            self._words.add(word)
        self._unknown_words.labels(word if word in self._words else "other").inc()
        return is_new

    def circuit_is(self, phase: str) -> None:
        """The circuit to the image API is ``closed``, ``half_open`` or ``open``."""
        self._circuit.state(phase)

    def message_edited(self, kind: str, outcome: str) -> None:
        """An edit of a message in Discord has ended."""
        self._edits.labels(kind, outcome).inc()

    def credits_captured(self, mode: str, credits: int) -> None:
        """So many credits were taken for a finished job."""
        self._credits.labels(mode).inc(credits)
