"""Every shape of an answer that the contract names, recorded under ``replies/``."""

import json
from pathlib import Path
from typing import Any

import pytest

from bot.provider.protocol import Phase, TaskReport, read_task

REPLIES = sorted((Path(__file__).parent / "replies").glob("*.json"))


@pytest.mark.parametrize("path", REPLIES, ids=lambda path: path.stem)
def test_a_recorded_reply_is_read_as_it_was_meant(path: Path) -> None:
    reply: dict[str, Any] = json.loads(path.read_text())
    body = reply["text"] if "text" in reply else json.dumps(reply["body"])
    expected = reply["expected"]

    report = read_task(200, {}, body.encode(), echoed=reply["echoed"], now=0)

    assert report == TaskReport(
        phase=Phase(expected["phase"]),
        images=tuple(expected["images"]),
        progress=expected.get("progress"),
        message=expected.get("message"),
        unknown_status=expected.get("unknown_status"),
    ), reply["about"]


def test_there_are_recorded_replies() -> None:
    assert len(REPLIES) > 40
