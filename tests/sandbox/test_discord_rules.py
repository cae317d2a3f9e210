"""Rules of the imitated Discord that need no connection."""

import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from sandbox.discord.cdn import Attachments, plain_name, sides_of
from sandbox.discord.clock import Clock
from sandbox.discord.errors import Refusal, SetupError
from sandbox.discord.model import check, selfcheck
from sandbox.discord.rate_limits import RateLimits
from sandbox.discord.registration import check_commands
from sandbox.discord.rules import check_callback
from sandbox.discord.sessions import KEPT_EVENTS, Session
from sandbox.server import bot_token, loopback

SEND = ("POST", "/channels/{channel_id}/messages")


class Now:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.seconds = 1_800_000_000.0

    def __call__(self) -> float:
        return self.seconds


@given(st.lists(st.floats(0, 3), max_size=60))
def test_no_window_lets_more_pass_than_its_limit(pauses: list[float]) -> None:
    now = Now()
    limits = RateLimits(now)
    passed: list[float] = []
    for pause in pauses:
        now.seconds += pause
        verdict = limits.count(*SEND, "channels/1", global_too=True)
        if verdict.retry_after is None:
            passed.append(now.seconds)
        else:
            # Whoever waits as long as told may go on, unless others were quicker.
            now.seconds += verdict.retry_after
            assert limits.count(*SEND, "channels/1", global_too=True).retry_after is None
            passed.append(now.seconds)
    # Fixed windows: two of them meet, so never more than twice the limit in any five seconds.
    for start in passed:
        assert sum(start <= moment < start + 5 for moment in passed) <= 10


@given(st.integers(1, 20))
def test_remaining_counts_down_and_buckets_are_apart(count: int) -> None:
    limits = RateLimits(Now())
    for number in range(count):
        headers = limits.count(*SEND, "channels/1", global_too=False).headers
        assert int(headers["X-RateLimit-Remaining"]) == max(0, 4 - number)
    other = limits.count(*SEND, "channels/2", global_too=False)
    assert other.retry_after is None
    assert other.headers["X-RateLimit-Remaining"] == "4"


def test_interaction_endpoints_are_never_limited() -> None:
    limits = RateLimits(Now())
    route = ("POST", "/interactions/{interaction_id}/{token}/callback")
    verdicts = [limits.count(*route, "interactions/1", global_too=True) for _ in range(200)]
    assert all(verdict.retry_after is None for verdict in verdicts)


@given(st.integers(0, 30), st.integers(-5, 40))
def test_a_session_replays_exactly_what_was_missed(count: int, since: int) -> None:
    session = Session("x", intents=Any, shard=(0, 1))  # type: ignore[arg-type]
    for number in range(count):
        session.dispatch("E", str(number))
    missed = session.missed(since)
    if not 0 <= since <= count:
        assert missed is None
    else:
        assert missed is not None
        assert len(missed) == count - since


def test_a_session_that_missed_too_much_cannot_go_on() -> None:
    session = Session("x", intents=Any, shard=(0, 1))  # type: ignore[arg-type]
    for _ in range(KEPT_EVENTS + 2):
        session.dispatch("E", "{}")
    assert session.missed(1) is None
    assert session.missed(2) is not None


@given(st.text(max_size=80))
def test_stored_names_are_plain(name: str) -> None:
    plain = plain_name(name)
    assert plain
    assert plain.isascii()
    assert not set(plain) & set('/\\"?# ')
    assert plain_name(plain) == plain


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF"])
def test_sides_are_read_from_the_header(kind: str) -> None:
    file = io.BytesIO()
    Image.new("RGB", (31, 17)).save(file, kind)
    assert sides_of(file.getvalue()) == (31, 17)
    assert sides_of(file.getvalue()[:10]) is None


def test_a_picture_with_very_many_pixels_has_sides_too() -> None:
    file = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(file, "PNG")
    assert sides_of(file.getvalue()) == (20_000, 20_000)


@given(st.binary(max_size=300))
def test_what_is_no_picture_has_no_sides(data: bytes) -> None:
    assert sides_of(data) is None
    assert sides_of(b"\x89PNG\r\n\x1a\n" + data) is None
    assert sides_of(b"\xff\xd8\xff" + data) is None


def test_the_oldest_files_go_when_there_is_no_room() -> None:
    files = Attachments(clock=Now(), key=b"key", kept_bytes=10)
    files.base_url = "http://127.0.0.1:1"
    kept = [
        files.keep(owner_id=1, attachment_id=number, filename="a.txt", data=b"12345")
        for number in range(3)
    ]
    alive = []
    for item in kept:
        url = files.sign(str(item["url"]))
        path, _, query = url.removeprefix("http://127.0.0.1:1/").partition("?")
        words = dict(part.split("=") for part in query.split("&"))
        alive.append(files.open(path, ex=words["ex"], issued=words["is"], mark=words["hm"]))
    assert [item is not None for item in alive] == [False, True, True]


def command(**changes: object) -> dict[str, object]:
    return {"name": "draw", "type": 1, "description": "Draws", **changes}


def option(name: str = "prompt", **changes: object) -> dict[str, object]:
    return {"name": name, "type": 3, "description": "Words", **changes}


@pytest.mark.parametrize(
    ("commands", "reason"),
    [
        ([command(name="Draw")], "name is invalid"),
        ([command(name="two words")], "name is invalid"),
        ([command(description="")], "between 1 and 100"),
        ([command(), command()], "must be unique"),
        ([command(options=[option(f"o{n}") for n in range(26)])], "25 or fewer"),
        ([command(options=[option("a"), option("b", required=True)])], "placed before"),
        ([command(options=[option(choices=[{"name": "x", "value": ""}])])], "1 and 100"),
        ([command(options=[option(autocomplete=True, choices=[{"name": "x", "value": "x"}])])],
         "cannot have choices"),
        ([command(options=[option(type=2, options=[option(type=2)])])], "too deep"),
        ([command(options=[option(f"o{n}", description="x" * 100,
          choices=[{"name": "n" * 100, "value": "v" * 100}] * 2) for n in range(25)])],
         "exceeds maximum size"),
        ([command(name=f"c{n}") for n in range(101)], "Maximum number"),
    ],
)  # fmt: skip
def test_commands_that_discord_would_not_register(
    commands: list[dict[str, object]], reason: str
) -> None:
    with pytest.raises(Refusal, match=reason):
        check_commands(commands)


def test_groups_with_subcommands_may_be_registered() -> None:
    leaf = option("set", type=1, options=[option()])
    group = option("member", type=2, options=[leaf])
    check_commands([command(options=[leaf, group]), {"name": "Use as reference", "type": 3}])


@pytest.mark.parametrize(
    ("kind", "has_source", "answer"),
    [(5, False, 9), (2, False, 7), (2, False, 6), (4, False, 4), (2, False, 8)],
)
def test_an_answer_must_fit_what_it_answers(kind: int, has_source: bool, answer: int) -> None:
    with pytest.raises(Refusal):
        check_callback(kind, has_source, {"type": answer, "data": {"choices": []}})


def test_more_than_25_suggestions_are_refused() -> None:
    choices = [{"name": "x", "value": "x"}] * 26
    with pytest.raises(Refusal, match="25 or fewer"):
        check_callback(4, False, {"type": 8, "data": {"choices": choices}})


def test_the_clock_only_moves_forward() -> None:
    clock = Clock(lambda: 100.0)
    clock.advance(5)
    assert clock() == 105
    with pytest.raises(ValueError, match="only moves forward"):
        clock.advance(-1)


def test_another_simcord_is_refused_in_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    check()
    monkeypatch.setattr(selfcheck, "SIMCORD_VERSION", "9.9.9")
    with pytest.raises(SetupError, match=r"needs simcord 9\.9\.9 and found 3\.2\.1"):
        check()


def test_a_simcord_without_a_needed_part_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(selfcheck, "_NEEDED", ((Clock, ("advance", "missing")),))
    with pytest.raises(SetupError, match=r"lacks what the sandbox needs: Clock\.missing"):
        check()


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.1", "example.com", "::1", ""])
def test_only_the_loopback_address_is_listened_on(host: str) -> None:
    with pytest.raises(ValueError, match="loopback only"):
        loopback(host)


def test_the_token_looks_like_a_real_one() -> None:
    assert bot_token(1, lambda size: "x" * size).split(".")[0] == "MQ"
