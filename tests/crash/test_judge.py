"""The judge finds each fault in made-up books, and nothing in books that are right."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.crash.books import Books, JobEntry, MessageEntry, Seen, TaskEntry
from tests.crash.judge import Kind, judge

ADA, BEN = "21", "22"


def progress(prompt: str) -> Seen:
    """A placeholder on its way."""
    return Seen(f"> {prompt}\n**Drawing** · 40 %", under_way=True)


def images(job_id: str, count: int, prompt: str) -> Seen:
    """A result."""
    return Seen(f"> {prompt}", tuple(f"shotlist-a-fox-{job_id}-{n + 1}.png" for n in range(count)))


def message(id_: str, interaction: str, *states: Seen, reader: str | None = None) -> MessageEntry:
    """A message that answers this interaction."""
    return MessageEntry(id_, reader, interaction, states)


DONE = JobEntry(
    id="aaa",
    interaction_id="1",
    member_id=ADA,
    message_id="101",
    private=False,
    prompt="a fox",
    images=2,
    state="done",
    task_id="t1",
    ledger=("hold", "capture"),
)
SECRET = replace(DONE, id="bbb", interaction_id="2", message_id="102", private=True,
                 prompt="a secret", images=1, task_id="t2")  # fmt: skip
FAILED = replace(DONE, id="ccc", interaction_id="3", message_id="103", prompt="a wolf",
                 state="failed", failure="task_failed", task_id="t3",
                 ledger=("hold", "release"))  # fmt: skip
HIDDEN = replace(DONE, id="ddd", interaction_id="4", message_id="104", prompt="a hare",
                 state="cancelled", task_id="t4", stopped=True, kept=True)  # fmt: skip
NOBODY_KNOWS = replace(DONE, id="eee", interaction_id="5", message_id="105", prompt="a lynx",
                       state="unconfirmed", task_id=None, failure="answer_lost",
                       ledger=("hold", "release"))  # fmt: skip
NEVER_SHOWN = replace(FAILED, id="fff", interaction_id="6", message_id=None, prompt="an owl",
                      failure="never_shown", task_id=None)  # fmt: skip

RIGHT = Books(
    jobs=(DONE, SECRET, FAILED, HIDDEN, NOBODY_KNOWS, NEVER_SHOWN),
    tasks=(
        TaskEntry("t1", "a fox", "completed"),
        TaskEntry("t2", "a secret", "completed"),
        TaskEntry("t3", "a wolf", "failed"),
        TaskEntry("t4", "a hare", "completed"),
        TaskEntry("t5", "a lynx", "completed"),
    ),
    messages=(
        message("101", "1", progress("a fox"), images("aaa", 2, "a fox")),
        message("102", "2", progress("a secret"), images("bbb", 1, "a secret"), reader=ADA),
        message("103", "3", progress("a wolf"), Seen("> a wolf\n**It could not make this.**")),
        message("104", "4", progress("a hare"), Seen("**Stopped.**"), Seen("**Stopped.** Open")),
        message("105", "5", progress("a lynx"), Seen("> a lynx\n**It did not answer.**")),
        message("900", "3", Seen("Nothing was charged."), reader=ADA),
    ),
    media=frozenset({"ddd"}),
    doubtful=frozenset({"eee"}),
    known=frozenset({"aaa", "bbb", "ccc", "ddd", "eee", "fff"}),
)

Change = Callable[[Books], Books]


def with_job(job: JobEntry, **values: object) -> Change:
    """The books with one job recorded otherwise."""
    changed = replace(job, **values)  # type: ignore[arg-type]
    return lambda books: replace(
        books, jobs=tuple(changed if each.id == job.id else each for each in books.jobs)
    )


def with_message(id_: str, *states: Seen, **values: object) -> Change:
    """The books with one message in other states, or otherwise changed."""

    def change(books: Books) -> Books:
        return replace(
            books,
            messages=tuple(
                replace(each, states=states or each.states, **values)  # type: ignore[arg-type]
                if each.id == id_
                else each
                for each in books.messages
            ),
        )

    return change


def more(*, tasks: TaskEntry | None = None, messages: MessageEntry | None = None) -> Change:
    """The books with one more entry in each of these."""
    return lambda books: replace(
        books,
        tasks=(*books.tasks, tasks) if tasks else books.tasks,
        messages=(*books.messages, messages) if messages else books.messages,
    )


def without(*, jobs: str = "", tasks: str = "", messages: str = "") -> Change:
    """The books with the entry of that id torn out of each of these."""
    return lambda books: replace(
        books,
        jobs=tuple(job for job in books.jobs if job.id != jobs),
        tasks=tuple(task for task in books.tasks if task.id != tasks),
        messages=tuple(message for message in books.messages if message.id != messages),
    )


def test_books_that_are_right_accuse_nobody() -> None:
    assert judge(RIGHT) == []
    assert judge(Books()) == []


FAULTS: dict[str, tuple[Kind, str, Change]] = {
    "a job is there no more": (Kind.LOST, "aaa", without(jobs="aaa", messages="101", tasks="t1")),
    "a job never ends": (Kind.LOST, "ccc", with_job(FAILED, state="running")),
    "a placeholder of no job": (
        Kind.LOST,
        "7",
        more(messages=message("7", "7", progress("x"))),
    ),
    "the task of a job is unknown": (Kind.LOST, "ccc", without(tasks="t3")),
    "a failure that nothing caused": (Kind.LOST, "ccc", with_job(FAILED, failure="program_error")),
    "ended as never shown, and shown": (
        Kind.LOST,
        "fff",
        more(messages=message("106", "6", Seen("> an owl"))),
    ),
    "paid for, and only half of the images are there": (
        Kind.LOST,
        "aaa",
        with_message("101", images("aaa", 1, "a fox")),
    ),
    "hidden, and its images are not kept": (
        Kind.LOST,
        "ddd",
        lambda books: replace(books, media=frozenset()),
    ),
    "a second task for one job": (
        Kind.SUBMITTED_TWICE,
        "t9",
        more(tasks=TaskEntry("t9", "a fox", "completed")),
    ),
    "a second task for an unconfirmed job": (
        Kind.SUBMITTED_TWICE,
        "t9",
        more(tasks=TaskEntry("t9", "a lynx", "running")),
    ),
    "one task for two jobs": (Kind.SUBMITTED_TWICE, "t1", with_job(SECRET, task_id="t1")),
    "a job is charged twice": (
        Kind.CHARGED_TWICE,
        "aaa",
        with_job(DONE, ledger=("hold", "capture", "capture")),
    ),
    "an interaction made two jobs": (Kind.CHARGED_TWICE, "1", with_job(SECRET, interaction_id="1")),
    "the audit contradicts": (
        Kind.MISCHARGED,
        "audit",
        lambda books: replace(books, contradictions=("the sums differ",)),
    ),
    "a hold is not resolved": (Kind.MISCHARGED, "ccc", with_job(FAILED, ledger=("hold",))),
    "a failure is charged": (
        Kind.MISCHARGED,
        "ccc",
        with_job(FAILED, ledger=("hold", "capture")),
    ),
    "images are given away": (Kind.MISCHARGED, "aaa", with_job(DONE, ledger=("hold", "release"))),
    "a placeholder stays on its way": (
        Kind.NO_END,
        "ccc",
        with_message("103", progress("a wolf")),
    ),
    "an end is not recorded as shown": (Kind.NO_END, "ccc", with_job(FAILED, shown=False)),
    "a failure shows images": (Kind.NO_END, "ccc", with_message("103", images("ccc", 1, "a wolf"))),
    "a job has no message": (Kind.NO_END, "ccc", without(messages="103")),
    "a private prompt was in public": (
        Kind.PRIVATE_IN_PUBLIC,
        "bbb",
        with_message("102", reader=None),
    ),
    "private images were in public for a moment": (
        Kind.PRIVATE_IN_PUBLIC,
        "bbb",
        with_message("103", images("bbb", 1, ""), Seen("> a wolf\n**No.**")),
    ),
    "what its person alone was told is told to all": (
        Kind.PRIVATE_IN_PUBLIC,
        "900",
        with_message("103", Seen("> a wolf\nNothing was charged.")),
    ),
    "another person sees it": (Kind.PRIVATE_IN_PUBLIC, "102", with_message("102", reader=BEN)),
    "a second message has the images": (
        Kind.POSTED_TWICE,
        "aaa",
        more(messages=message("107", "1", images("aaa", 2, "a fox"))),
    ),
    "a message has the images twice": (
        Kind.POSTED_TWICE,
        "aaa",
        with_message("101", images("aaa", 4, "a fox")),
    ),
    "what was hidden comes back": (
        Kind.SHOWN_AGAIN,
        "ddd",
        with_message("104", Seen("**Stopped.**"), progress("a hare"), Seen("**Stopped.**")),
    ),
    "the run broke another promise": (
        Kind.OTHER,
        "run",
        lambda books: replace(books, complaints=("the log holds a token",)),
    ),
    "nobody knows, and no kill is to blame": (
        Kind.UNCONFIRMED,
        "eee",
        lambda books: replace(books, doubtful=frozenset()),
    ),
}


@pytest.mark.parametrize(("kind", "subject", "change"), FAULTS.values(), ids=FAULTS.keys())
def test_each_fault_is_found(kind: Kind, subject: str, change: Change) -> None:
    assert (kind, subject) in [(found.kind, found.subject) for found in judge(change(RIGHT))]


def test_every_kind_has_a_fault_that_proves_it() -> None:
    assert {kind for kind, _, _ in FAULTS.values()} == set(Kind)


def test_what_a_person_removed_needs_no_end() -> None:
    removed = with_message("103", progress("a wolf"), removed=True)(RIGHT)
    assert judge(removed) == []


def test_a_kill_before_the_post_leaves_an_unconfirmed_job_without_a_task() -> None:
    assert judge(without(tasks="t5")(RIGHT)) == []
