"""What the bot asked of the REST API, for tests and benchmarks: requests, counts, problems."""

from collections import Counter, deque
from collections.abc import Callable
from typing import Final

Entry = dict[str, object]

KEPT_REQUESTS: Final = 20_000
KEPT_PROBLEMS: Final = 1_000


class Records:
    """The newest requests and problems, and counts of all."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._seq = 0
        self._requests: deque[Entry] = deque(maxlen=KEPT_REQUESTS)
        self._problems: deque[Entry] = deque(maxlen=KEPT_PROBLEMS)
        self._counts: Counter[tuple[str, str, int]] = Counter()

    def keep(self, maximum: int) -> None:
        """Keep this many requests from now on."""
        self._requests = deque(self._requests, maxlen=maximum)

    def request(
        self,
        *,
        method: str,
        path: str,
        template: str,
        params: dict[str, str],
        json: object,
        files: list[dict[str, object]],
        status: int,
        error: int | None = None,
    ) -> None:
        """Record a request with its answer's status and JSON error code.

        `files` are numbers, names and sizes.
        """
        self._seq += 1
        self._counts[method, template, status] += 1
        self._requests.append(
            {
                "seq": self._seq,
                "at": self._clock(),
                "method": method,
                "path": path,
                "template": template,
                "params": params,
                "json": json,
                "files": files,
                "status": status,
                "error": error,
            }
        )

    def problem(self, kind: str, detail: str, *, method: str = "", path: str = "") -> None:
        """Record something that the imitation could not do, or that it did wrong."""
        self._problems.append(
            {"at": self._clock(), "kind": kind, "detail": detail, "method": method, "path": path}
        )

    def requests(self, after: int = 0) -> list[Entry]:
        """The kept requests whose `seq` is greater than `after`, oldest first."""
        return [item for item in self._requests if int(str(item["seq"])) > after]

    def problems(self) -> list[Entry]:
        """The kept problems, oldest first."""
        return list(self._problems)

    def statistics(self) -> dict[str, object]:
        """Counts since the last reset: by route and status, in all, and of 429s."""
        routes: dict[str, dict[str, int]] = {}
        for (method, template, status), count in self._counts.items():
            routes.setdefault(f"{method} {template}", {})[str(status)] = count
        refused = sum(count for (_, _, status), count in self._counts.items() if status == 429)  # noqa: PLR2004 - the HTTP status
        return {"routes": routes, "requests": self._counts.total(), "rate_limited": refused}

    def clear(self) -> None:
        """Forget everything; numbers go on."""
        self._requests.clear()
        self._problems.clear()
        self._counts.clear()
