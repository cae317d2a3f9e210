import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.transcript import FACES, LONGEST_TEXT, WAITING_ENTRIES, Transcript


def test_an_entry_has_every_field_and_the_time_of_the_clock() -> None:
    transcript = Transcript(clock=lambda: 12.5)

    transcript.record(
        "provider", "in", "POST /x", method="POST", path="/x", status=200, body={"a": 1}
    )

    assert transcript.entries() == [
        {
            "seq": 1,
            "at": 12.5,
            "face": "provider",
            "direction": "in",
            "summary": "POST /x",
            "method": "POST",
            "path": "/x",
            "status": 200,
            "body": {"a": 1},
        }
    ]


def test_an_unknown_face_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match=r"face must be one of .* not 'gateway'"):
        Transcript().record("gateway", "in", "hello")


@given(kept=st.integers(1, 20), said=st.integers(0, 60), after=st.integers(0, 70))
def test_the_newest_entries_are_kept_and_seq_never_starts_again(
    kept: int, said: int, after: int
) -> None:
    transcript = Transcript(clock=lambda: 0.0, maximum=kept)
    for number in range(said):
        transcript.record("cdn", "out", str(number))

    seqs = [entry["seq"] for entry in transcript.entries(after)]

    assert seqs == [seq for seq in range(1, said + 1) if seq > after and seq > said - kept]
    transcript.clear()
    transcript.record("cdn", "out", "next")
    assert [entry["seq"] for entry in transcript.entries()] == [said + 1]


async def test_subscribers_receive_what_comes_later_until_they_unsubscribe() -> None:
    transcript = Transcript(clock=lambda: 0.0)
    transcript.record("control", "in", "before")
    queue, other = transcript.subscribe(), transcript.subscribe()

    transcript.record("control", "in", "during")
    transcript.unsubscribe(queue)
    transcript.record("control", "in", "after")

    assert (await queue.get())["summary"] == "during"
    assert queue.empty()
    assert [(await other.get())["summary"] for _ in range(2)] == ["during", "after"]


async def test_a_subscriber_that_does_not_read_loses_the_oldest() -> None:
    transcript = Transcript(clock=lambda: 0.0)
    queue = transcript.subscribe()

    for _ in range(WAITING_ENTRIES + 3):
        transcript.record("cdn", "out", "x")

    assert queue.qsize() == WAITING_ENTRIES
    assert (await queue.get())["seq"] == 4


@pytest.mark.parametrize("face", FACES)
def test_a_body_is_copied_and_shortened(face: str) -> None:
    transcript = Transcript(clock=lambda: 0.0)
    body = {"list": [1], "long": "x" * (LONGEST_TEXT + 1), "bytes": b"12345"}

    transcript.record(face, "out", "x", body=body)
    body["list"] = []

    kept = transcript.entries()[0]["body"]
    assert kept == {
        "list": [1],
        "long": "x" * LONGEST_TEXT + f"… ({LONGEST_TEXT + 1:,} characters)",
        "bytes": "(5 bytes)",
    }
