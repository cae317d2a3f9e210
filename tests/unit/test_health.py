"""The health server over real sockets: alive, ready, and the numbers."""

import asyncio
import re
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from prometheus_client import CollectorRegistry

from bot.errors import SettingsError, StorageError
from bot.telemetry.health import HealthServer
from bot.telemetry.metrics import Metrics


class Parts:
    """What the checks look at."""

    def __init__(self) -> None:
        self.gateway = True
        self.database_error: Exception | None = None
        self.database_hangs = False
        self.cancelled = False

    async def check_gateway(self) -> bool:
        return self.gateway

    async def check_database(self) -> bool:
        if self.database_hangs:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                self.cancelled = True
                raise
        if self.database_error is not None:
            raise self.database_error
        return True


@pytest.fixture
def parts() -> Parts:
    return Parts()


@pytest.fixture
def registry() -> CollectorRegistry:
    return CollectorRegistry()


@pytest.fixture
async def server(parts: Parts, registry: CollectorRegistry) -> AsyncIterator[HealthServer]:
    server = HealthServer(
        "127.0.0.1",
        0,
        checks={"gateway": parts.check_gateway, "database": parts.check_database},
        registry=registry,
        check_timeout=0.05,
    )
    await server.start()
    yield server
    await server.close()


async def get(server: HealthServer, path: str) -> tuple[int, str]:
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"http://127.0.0.1:{server.port}{path}") as response,
    ):
        return response.status, await response.text()


async def readiness(server: HealthServer) -> tuple[int, object]:
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"http://127.0.0.1:{server.port}/readyz") as response,
    ):
        return response.status, await response.json()


async def test_it_is_ready_only_while_every_check_passes(
    server: HealthServer, parts: Parts
) -> None:
    assert await readiness(server) == (
        200,
        {"ready": True, "checks": {"gateway": True, "database": True}},
    )
    parts.gateway = False
    assert await readiness(server) == (
        503,
        {"ready": False, "checks": {"gateway": False, "database": True}},
    )
    parts.gateway = True
    assert (await readiness(server))[0] == 200


@pytest.mark.parametrize("error", [StorageError("locked"), ZeroDivisionError("a bug")])
async def test_a_check_that_breaks_has_not_passed(
    server: HealthServer, parts: Parts, error: Exception
) -> None:
    parts.database_error = error
    assert await readiness(server) == (
        503,
        {"ready": False, "checks": {"gateway": True, "database": False}},
    )


async def test_a_check_that_hangs_is_given_up(server: HealthServer, parts: Parts) -> None:
    parts.database_hangs = True
    assert (await readiness(server))[0] == 503
    assert parts.cancelled


async def test_it_is_alive_whatever_the_checks_say(server: HealthServer, parts: Parts) -> None:
    parts.gateway = False
    parts.database_hangs = True
    assert await get(server, "/healthz") == (200, "ok\n")


async def test_other_paths_are_not_found(server: HealthServer) -> None:
    assert (await get(server, "/"))[0] == 404


async def test_the_numbers_say_what_happened(
    server: HealthServer, registry: CollectorRegistry
) -> None:
    metrics = Metrics(registry)
    metrics.job_accepted("imagine")
    metrics.job_accepted("imagine")
    metrics.job_done("imagine", seconds=12.0)
    metrics.job_ended("multishot", "failed")
    metrics.jobs_counted({"queued": 3, "running": 2})
    metrics.jobs_counted({"queued": 1})
    metrics.provider_answered("submit", "ok", seconds=0.2)
    metrics.task_completed("imagine", seconds=9.0)
    metrics.message_edited("progress", "ok")
    metrics.credits_captured("imagine", 6)
    status, text = await get(server, "/metrics")
    assert status == 200
    lines = set(text.splitlines())
    assert lines >= {
        'shotlist_jobs_accepted_total{mode="imagine"} 2.0',
        'shotlist_jobs_finished_total{mode="imagine",outcome="done"} 1.0',
        'shotlist_jobs_finished_total{mode="multishot",outcome="failed"} 1.0',
        'shotlist_job_seconds_bucket{le="10.0",mode="imagine"} 0.0',
        'shotlist_job_seconds_bucket{le="12.5",mode="imagine"} 1.0',
        'shotlist_jobs{state="queued"} 1.0',
        'shotlist_provider_requests_total{outcome="ok",route="submit"} 1.0',
        'shotlist_provider_request_seconds_sum{route="submit"} 0.2',
        'shotlist_provider_task_seconds_sum{mode="imagine"} 9.0',
        'shotlist_discord_edits_total{kind="progress",outcome="ok"} 1.0',
        'shotlist_credits_captured_total{mode="imagine"} 6.0',
    }
    assert not any('state="running"' in line for line in lines)


def test_unknown_status_words_are_told_once_and_bounded(registry: CollectorRegistry) -> None:
    metrics = Metrics(registry)
    assert metrics.unknown_status_seen("thinking")
    assert not metrics.unknown_status_seen("thinking")
    told = sum(metrics.unknown_status_seen(f"word {number}") for number in range(100))
    assert told == 19
    words = [
        sample.labels["word"]
        for family in registry.collect()
        for sample in family.samples
        if sample.name == "shotlist_provider_unknown_status_total"
    ]
    assert len(words) == 21
    assert "other" in words
    assert registry.get_sample_value(
        "shotlist_provider_unknown_status_total", {"word": "other"}
    ) == pytest.approx(81)


def test_the_operators_guide_names_every_series() -> None:
    registry = CollectorRegistry()
    Metrics(registry)
    series = {
        f"{family.name}_total" if family.type == "counter" else family.name
        for family in registry.collect()
        if family.name.startswith("shotlist_")
    }
    guide = Path(__file__).parents[2] / "docs" / "operating.md"
    explained = re.findall(r"^\| `(shotlist_\w+)` \|", guide.read_text("utf-8"), re.MULTILINE)
    assert sorted(explained) == sorted(series)


def test_two_sets_of_numbers_do_not_share_anything() -> None:
    first, second = CollectorRegistry(), CollectorRegistry()
    Metrics(first).job_accepted("imagine")
    Metrics(second)
    labels = {"mode": "imagine"}
    assert first.get_sample_value("shotlist_jobs_accepted_total", labels) == 1
    assert second.get_sample_value("shotlist_jobs_accepted_total", labels) is None


async def test_a_port_in_use_is_told_in_words(registry: CollectorRegistry) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        server = HealthServer("127.0.0.1", port, checks={}, registry=registry)
        with pytest.raises(SettingsError, match=f"HEALTH_PORT is {port}") as refused:
            await server.start()
    assert "already in use" in str(refused.value)
    assert "Set HEALTH_PORT to a free port" in str(refused.value)
    # nothing of the failed start is left: the same server can start once the port is free
    await server.close()


@pytest.mark.parametrize("host", ["203.0.113.1", "not a host", "x" * 70])
async def test_a_host_that_is_not_this_machine_is_told_in_words(
    registry: CollectorRegistry, host: str
) -> None:
    server = HealthServer(host, 0, checks={}, registry=registry)
    with pytest.raises(SettingsError, match=f"HEALTH_HOST is {host}"):
        await server.start()


async def test_after_closing_nobody_listens(registry: CollectorRegistry) -> None:
    server = HealthServer("127.0.0.1", 0, checks={}, registry=registry)
    await server.start()
    port = server.port
    await server.close()
    with pytest.raises(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port)):
        pass
