"""What a message about a job says and offers in each of its states."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.jobs.circuit import Trouble
from bot.jobs.progress import Fetching, Progress, Queued, Running, Submitting, Waiting
from bot.jobs.states import Failure, State
from cogs.ui.cards import cards
from tests.cogs.reading import buttons, components, pictures, rendered, texts, tree, words
from tests.cogs.samples import BALANCE, NOW, OWNER, files, is_prompt, job

CARDS = cards()
STAGES = [
    Queued(0),
    Queued(7),
    *map(Waiting, Trouble),
    Submitting(),
    Running(0.42, NOW, NOW + 9),
    Fetching(),
]
FAILURES: list[Failure] = [failure for failure in Failure if failure is not Failure.ANSWER_LOST]


async def test_the_placeholder_says_who_asked_for_what_and_what_it_holds() -> None:
    view = tree(CARDS.progress(job(), Queued(2), []))
    said = words(view)
    assert f"<@{OWNER}>" in said
    assert "a lighthouse at dusk" in said
    assert "16:9 · 2K · 4 images · 2 references · 6 credits held" in said
    assert "2 before you" in said


@pytest.mark.parametrize(
    ("progress", "said"),
    [
        (Queued(0), "next"),
        (Queued(1), "1 before you"),
        (Waiting(Trouble.KEY_REJECTED), "does not accept this bot's key"),
        (Waiting(Trouble.BALANCE_EMPTY), "balance at the image service is used up"),
        (Waiting(Trouble.NOT_ANSWERING), "does not answer"),
        (Submitting(), "Waiting for the image service"),
        (Running(0.42, NOW, NOW + 9), "42 %"),
        (Running(0.42, NOW, NOW + 9), "▰▰▰▰▱▱▱▱▱▱"),
        (Running(0.42, NOW, NOW + 9), f"<t:{NOW:.0f}:R>"),
        (Running(0.42, NOW, NOW + 9), f"<t:{NOW + 9:.0f}:R>"),
        (Fetching(), "Fetching"),
    ],
)
async def test_each_stage_has_its_words(progress: Progress, said: str) -> None:
    assert said in words(tree(CARDS.progress(job(), progress, [])))


@pytest.mark.parametrize(
    ("progress", "label"),
    [
        (Queued(3), "Cancel"),
        (Waiting(Trouble.NOT_ANSWERING), "Cancel"),
        (Submitting(), "Cancel"),
        (Running(0.5, NOW, NOW), "Stop showing"),
        (Fetching(), None),
    ],
)
async def test_each_stage_offers_what_can_still_be_done(
    progress: Progress, label: str | None
) -> None:
    found = buttons(tree(CARDS.progress(job(), progress, [])))
    assert found == ({label: "stop:k7m2p9"} if label else {})


async def test_attached_references_are_shown_with_alt_texts() -> None:
    view = CARDS.progress(job(), Queued(0), ["reference-1.jpg", "reference-2.png"])
    assert pictures(tree(view)) == [
        ("attachment://reference-1.jpg", "Reference 1 of 2"),
        ("attachment://reference-2.png", "Reference 2 of 2"),
    ]


async def test_the_result_shows_every_image_with_its_number_and_prompt() -> None:
    view = tree(CARDS.result(job(completed_at=NOW + 75), files(3), BALANCE))
    assert pictures(view) == [
        (f"attachment://shotlist-{n}.png", f"Image {n} of 3: a lighthouse at dusk")
        for n in (1, 2, 3)
    ]
    assert "6 credits used · 48 left · took 1 min 15 s" in words(view)
    assert "saved smaller" not in words(view)


async def test_the_result_says_which_part_was_saved_smaller_and_what_is_missing() -> None:
    view = tree(CARDS.result(job(), files(4, shrunk=2), BALANCE, missing=5))
    assert "2 of 9 images were too large for a file here" in words(view)
    assert "5 more images are on their way" in words(view)
    assert pictures(view)[0][1].startswith("Image 1 of 9")


@pytest.mark.parametrize("failure", FAILURES)
async def test_every_failure_has_words_of_its_own_and_says_that_it_was_free(
    failure: Failure,
) -> None:
    said: dict[Failure, str] = {
        each: words(tree(CARDS.ended(job(state=State.FAILED, failure=each)))) for each in FAILURES
    }
    assert "Nothing was charged." in said[failure]
    assert list(said.values()).count(said[failure]) == 1


@pytest.mark.parametrize("failure", FAILURES)
async def test_trying_again_is_offered_where_it_can_help(failure: Failure) -> None:
    found = buttons(tree(CARDS.ended(job(state=State.FAILED, failure=failure))))
    hopeless = failure in (Failure.REFERENCE_REFUSED, Failure.REQUEST_REFUSED)
    changing = {"Change it in a form": "amend:k7m2p9"}
    assert found == (changing if hopeless else {"Try again": "retry:k7m2p9"})


async def test_what_the_image_service_said_is_quoted_as_text() -> None:
    ended = job(
        state=State.FAILED,
        failure=Failure.REQUEST_REFUSED,
        failure_detail="**bad** @everyone " + "x" * 900,
    )
    view = tree(CARDS.ended(ended))
    assert "It said: **bad** @everyone xxx" in words(view)
    assert r"\*\*bad\*\* \@everyone" in "\n".join(texts(view))
    assert len(words(view)) < 700


async def test_our_own_failures_do_not_show_their_details() -> None:
    ended = job(state=State.FAILED, failure=Failure.PROGRAM_ERROR, failure_detail="KeyError")
    assert "KeyError" not in words(tree(CARDS.ended(ended)))


async def test_an_unconfirmed_job_says_that_nobody_can_know() -> None:
    view = tree(CARDS.ended(job(state=State.UNCONFIRMED, failure=Failure.ANSWER_LOST)))
    assert "Nobody can know" in words(view)
    assert "Nothing was charged." in words(view)
    assert buttons(view) == {"Try again": "retry:k7m2p9"}


async def test_a_job_cancelled_in_the_queue_was_free() -> None:
    view = tree(CARDS.ended(job(state=State.CANCELLED)))
    assert "Cancelled. Nothing was charged." in words(view).replace("*", "")
    assert buttons(view) == {}


async def test_a_job_stopped_and_put_back_into_the_queue_was_free() -> None:
    view = tree(CARDS.ended(job(state=State.CANCELLED, stop_requested_at=NOW)))
    assert "Nothing was charged" in words(view)


@pytest.mark.parametrize("state", [State.SUBMITTING, State.RUNNING])
async def test_a_stopped_job_says_that_its_credits_are_used_and_who_can_open_it(
    state: State,
) -> None:
    view = tree(CARDS.ended(job(state=state, stop_requested_at=NOW, task_id="t")))
    assert "The 6 credits are used." in words(view)
    assert f"<@{OWNER}> alone can open them" in words(view)
    assert buttons(view) == {"Show me the images": "images:k7m2p9"}


async def test_a_stopped_job_that_has_finished_can_be_opened() -> None:
    stopped = job(state=State.CANCELLED, stop_requested_at=NOW, task_id="t", images_kept=True)
    view = tree(CARDS.ended(stopped))
    assert "The images are finished" in words(view)
    assert buttons(view) == {"Show me the images": "images:k7m2p9"}


async def test_a_stopped_job_hides_its_prompt_which_may_be_why_it_was_stopped() -> None:
    for state in (State.RUNNING, State.CANCELLED, State.FAILED):
        stopped = job(state=state, stop_requested_at=NOW, task_id="t")
        assert "lighthouse" not in words(tree(CARDS.ended(stopped)))


async def test_a_stopped_job_that_failed_was_free() -> None:
    stopped = job(state=State.FAILED, stop_requested_at=NOW, failure=Failure.TASK_FAILED)
    view = tree(CARDS.ended(stopped))
    assert "nothing was charged" in words(view)
    assert buttons(view) == {}


async def test_a_result_that_could_not_be_shown_can_be_opened() -> None:
    view = tree(CARDS.ended(job(state=State.DONE, task_id="t", images_kept=True)))
    assert "could not be shown here" in words(view)
    assert buttons(view) == {"Show me the images": "images:k7m2p9"}


async def test_a_late_refusal_leaves_one_line_that_tells_nothing() -> None:
    refused = job(
        state=State.FAILED,
        failure=Failure.REFERENCE_REFUSED,
        failure_detail="**cat.png** is an animated GIF.",
    )
    (only,) = tree(CARDS.withdrawn(refused))
    assert "cat" not in only["content"]
    assert "lighthouse" not in only["content"]
    told = tree(CARDS.refusal(refused))
    assert words(told) == "**cat.png** is an animated GIF.\nNothing was charged."
    assert buttons(told) == {"Change it in a form": "amend:k7m2p9"}


async def test_a_refusal_that_stays_in_its_message_gives_its_reason() -> None:
    refused = job(
        state=State.FAILED,
        failure=Failure.REFERENCE_REFUSED,
        failure_detail="**cat.png** is an animated GIF.",
    )
    assert "**cat.png** is an animated GIF." in words(tree(CARDS.ended(refused)))


async def test_a_call_mentions_its_person() -> None:
    assert f"<@{OWNER}>" in CARDS.call(job())


@given(
    prompt=st.text(min_size=1, max_size=2500).filter(is_prompt),
    detail=st.text(max_size=3000),
    progress=st.sampled_from(STAGES),
    failure=st.sampled_from(Failure),
)
async def test_no_words_break_the_limits_of_a_message(
    prompt: str, detail: str, progress: Progress, failure: Failure
) -> None:
    asked = job(prompt)
    failed = job(prompt, State.FAILED, failure=failure, failure_detail=detail)
    for view in (
        CARDS.progress(asked, progress, [f"r{n}.png" for n in range(10)]),
        CARDS.result(asked, files(9, shrunk=9), BALANCE, missing=1),
        CARDS.ended(failed),
        CARDS.withdrawn(failed),
    ):
        found = tree(view)
        assert sum(map(len, texts(found))) <= 4000
        assert all(texts(found))
        assert len(list(components(found))) <= 40
        assert all(1 <= len(alt) <= 1024 for _url, alt in pictures(found))


@pytest.mark.parametrize("character", ["*", "<@1>", "\n# ", "x", "👩‍👧"])
async def test_a_prompt_is_cut_at_600_characters_before_it_is_escaped(character: str) -> None:
    asked = job(character * 2500 if len(character) == 1 else character * 500)
    quoted = texts(tree(CARDS.progress(asked, Queued(0), [])))[0].partition("> ")[2]
    assert 598 <= len(rendered(quoted)) <= 600
    assert quoted.endswith("…")
